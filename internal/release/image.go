package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// imageSizeLimit is what an image may weigh in the registry, in bytes: it is pulled
// at the start of every job.
const imageSizeLimit = 8 << 20

// platforms are what a release runs on, which GitHub's Linux runners are.
var platforms = []string{"linux/amd64", "linux/arm64"}

// imageOrigin is what an image must say about where it comes from.
type imageOrigin struct{ version, commit, entrypoint string }

// inspectImage checks that an image is what a release needs, by what the registry
// says, and returns its size in bytes for each platform.
func inspectImage(image string, want imageOrigin, options ...remote.Option) (map[string]int64, error) {
	ref, err := name.NewDigest(image)
	if err != nil {
		return nil, err
	}
	index, err := remote.Index(ref, options...)
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", image, err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", image, err)
	}
	sizes := map[string]int64{}
	var problems []error
	for _, m := range manifest.Manifests {
		var platform string
		if m.Platform != nil {
			platform = m.Platform.String()
		}
		if _, twice := sizes[platform]; twice || !slices.Contains(platforms, platform) {
			problems = append(problems, fmt.Errorf("platform %q, twice or not expected", platform))
			continue
		}
		img, err := index.Image(m.Digest)
		if err != nil {
			return nil, fmt.Errorf("image %s, %s: %w", image, platform, err)
		}
		size, err := imageSize(img)
		if err != nil {
			return nil, fmt.Errorf("image %s, %s: %w", image, platform, err)
		}
		sizes[platform] = size
		if err := checkImage(img, platform, size, want); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", platform, err))
		}
	}
	for _, platform := range platforms {
		if _, ok := sizes[platform]; !ok {
			problems = append(problems, fmt.Errorf("nothing for %s", platform))
		}
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("image %s is not to be released: %w", image, errors.Join(problems...))
	}
	return sizes, nil
}

// imageSize is what is pulled, in bytes.
func imageSize(img v1.Image) (int64, error) {
	m, err := img.Manifest()
	if err != nil {
		return 0, err
	}
	size := m.Config.Size
	for _, layer := range m.Layers {
		size += layer.Size
	}
	return size, nil
}

// checkImage says what is wrong with one platform's image.
func checkImage(img v1.Image, platform string, size int64, want imageOrigin) error {
	file, err := img.ConfigFile()
	if err != nil {
		return err
	}
	var problems []error
	must := func(what, got, want string) {
		if got != want {
			problems = append(problems, fmt.Errorf("%s is %q, want %q", what, got, want))
		}
	}
	must("platform", file.OS+"/"+file.Architecture, platform)
	must("entrypoint", fmt.Sprint(file.Config.Entrypoint), fmt.Sprint([]string{want.entrypoint}))
	must("user", file.Config.User, "") // only root may write the runner's files
	must("version", file.Config.Labels["org.opencontainers.image.version"], want.version)
	must("revision", file.Config.Labels["org.opencontainers.image.revision"], want.commit)
	if size > imageSizeLimit {
		problems = append(problems, fmt.Errorf("%d bytes, more than %d", size, imageSizeLimit))
	}
	return errors.Join(problems...)
}
