package main

import (
	"archive/tar"
	"bytes"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// newRegistry starts an OCI registry and returns the name of a repository in it.
func newRegistry(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://") + "/o/astro-apply"
}

// pushIndex pushes an index by digest and returns host/name@sha256:….
func pushIndex(t *testing.T, repository string, images map[string]v1.Image) string {
	t.Helper()
	index := v1.ImageIndex(empty.Index)
	for platform, img := range images {
		var p *v1.Platform
		if platform != "" {
			p = platformOf(t, platform)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: p}})
	}
	sum, err := index.Digest()
	if err != nil {
		t.Fatal(err)
	}
	image := repository + "@" + sum.String()
	ref, err := name.NewDigest(image)
	if err == nil {
		err = remote.WriteIndex(ref, index)
	}
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func platformOf(t *testing.T, s string) *v1.Platform {
	t.Helper()
	p, err := v1.ParsePlatform(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// newImage returns an image like that of the Dockerfile, with program in it.
func newImage(t *testing.T, platform, version, commit string, program []byte) v1.Image {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "astro-apply", Mode: 0o755, Size: int64(len(program))}); err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(program)
	_ = w.Close()
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		t.Fatal(err)
	}
	return withConfig(t, img, func(f *v1.ConfigFile) {
		p := platformOf(t, platform)
		f.OS, f.Architecture = p.OS, p.Architecture
		f.Config.Entrypoint = []string{"/astro-apply"}
		f.Config.Labels = map[string]string{"org.opencontainers.image.version": version, "org.opencontainers.image.revision": commit}
	})
}

func withConfig(t *testing.T, img v1.Image, change func(*v1.ConfigFile)) v1.Image {
	t.Helper()
	f, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	f = f.DeepCopy()
	change(f)
	img, err = mutate.ConfigFile(img, f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// buildProgram compiles the action for a platform, with the version and commit that the
// Dockerfile sets. It doesn't use the other flags of the Dockerfile, so that go build can
// reuse the packages that other tests compiled.
func buildProgram(t *testing.T, platform, version, commit string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "astro-apply")
	c := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false",
		"-ldflags", "-s -w -X main.version="+version+" -X main.commit="+commit, "-o", out, "../..")
	p := platformOf(t, platform)
	c.Env = append(c.Environ(), "GOFLAGS=", "GOOS="+p.OS, "GOARCH="+p.Architecture)
	if output, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// inspectImage rejects an image that would not work for users, or whose labels hide its
// origin.
func TestInspectImage(t *testing.T) {
	t.Parallel()
	const version, commit = "1.2.3", "c0ffee"
	want := imageOrigin{version, commit, "/astro-apply"}
	small := []byte("program")
	changed := func(change func(*v1.ConfigFile)) func() map[string]v1.Image {
		return func() map[string]v1.Image {
			return map[string]v1.Image{
				"linux/amd64": newImage(t, "linux/amd64", version, commit, small),
				"linux/arm64": withConfig(t, newImage(t, "linux/arm64", version, commit, small), change),
			}
		}
	}
	for name, test := range map[string]struct {
		images func() map[string]v1.Image
		want   string // part of the error, "" for no error
	}{
		"good": {changed(func(*v1.ConfigFile) {}), ""},
		"one platform": {func() map[string]v1.Image {
			return map[string]v1.Image{"linux/amd64": newImage(t, "linux/amd64", version, commit, small)}
		}, "no image for linux/arm64"},
		"a third platform": {func() map[string]v1.Image {
			images := changed(func(*v1.ConfigFile) {})()
			images["unknown/unknown"] = images["linux/amd64"]
			return images
		}, `platform "unknown/unknown"`},
		"a platform twice": {func() map[string]v1.Image {
			images := changed(func(*v1.ConfigFile) {})()
			images["linux/amd64:"] = newImage(t, "linux/amd64", version, commit, []byte("other"))
			return images
		}, `platform "linux/amd64" is a duplicate`},
		"no platform": {func() map[string]v1.Image {
			images := changed(func(*v1.ConfigFile) {})()
			images[""] = images["linux/amd64"]
			return images
		}, `platform ""`},
		"another architecture inside": {changed(func(f *v1.ConfigFile) { f.Architecture = "amd64" }), `platform is "linux/amd64", must be "linux/arm64"`},
		"a shell before the program":  {changed(func(f *v1.ConfigFile) { f.Config.Entrypoint = []string{"sh", "-c", "/astro-apply"} }), "entrypoint is"},
		"a user":                      {changed(func(f *v1.ConfigFile) { f.Config.User = "65532" }), `user is "65532"`},
		"another version":             {changed(func(f *v1.ConfigFile) { f.Config.Labels["org.opencontainers.image.version"] = "dev" }), `version is "dev"`},
		"another commit":              {changed(func(f *v1.ConfigFile) { f.Config.Labels["org.opencontainers.image.revision"] = "bad" }), `revision is "bad"`},
		"too large": {func() map[string]v1.Image {
			images := changed(func(*v1.ConfigFile) {})()
			noise := make([]byte, imageSizeLimit+1<<20)
			for i, x := 0, uint32(1); i < len(noise); i++ {
				x ^= x << 13
				x ^= x >> 17
				x ^= x << 5
				noise[i] = byte(x)
			}
			images["linux/arm64"] = newImage(t, "linux/arm64", version, commit, noise)
			return images
		}, "must be at most 8388608"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := inspectImage(pushIndex(t, newRegistry(t), test.images()), want)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
