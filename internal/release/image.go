package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// imageSizeLimit is the maximum size of an image in the registry, in bytes. It is small,
// because every job pulls the image at its start.
const imageSizeLimit = 8 << 20

// platforms lists the platforms of GitHub's Linux runners, which a release must support.
var platforms = []string{"linux/amd64", "linux/arm64"}

// imageOrigin holds the values that the configuration of a released image must have.
type imageOrigin struct{ version, commit, entrypoint string }

// inspectImage checks the image in the registry, and returns its size in bytes for each
// platform.
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
		if _, duplicate := sizes[platform]; duplicate || !slices.Contains(platforms, platform) {
			problems = append(problems, fmt.Errorf("platform %q is a duplicate or unexpected", platform))
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
			problems = append(problems, fmt.Errorf("no image for %s", platform))
		}
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("image %s can't be released: %w", image, errors.Join(problems...))
	}
	return sizes, nil
}

// imageSize returns the number of bytes that a job pulls.
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

// checkImage returns all problems of the image for one platform.
func checkImage(img v1.Image, platform string, size int64, want imageOrigin) error {
	file, err := img.ConfigFile()
	if err != nil {
		return err
	}
	var problems []error
	requireEqual := func(setting, got, want string) {
		if got != want {
			problems = append(problems, fmt.Errorf("%s is %q, must be %q", setting, got, want))
		}
	}
	requireEqual("platform", file.OS+"/"+file.Architecture, platform)
	requireEqual("entrypoint", fmt.Sprint(file.Config.Entrypoint), fmt.Sprint([]string{want.entrypoint}))
	requireEqual("user", file.Config.User, "") // root, because only root can write the runner's files
	requireEqual("version", file.Config.Labels["org.opencontainers.image.version"], want.version)
	requireEqual("revision", file.Config.Labels["org.opencontainers.image.revision"], want.commit)
	if size > imageSizeLimit {
		problems = append(problems, fmt.Errorf("size is %d bytes, must be at most %d", size, imageSizeLimit))
	}
	return errors.Join(problems...)
}
