package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// workflow is release.yml without GitHub: its jobs, one after the other, on a
// scratch repository and a registry in this process.
type workflow struct {
	*repository
	registry string
	program  func(platform, version, commit string) v1.Image
}

func newWorkflow(t *testing.T, program func(platform, version, commit string) v1.Image) *workflow {
	t.Helper()
	action, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	r := newRepository(t, map[string]string{"action.yml": string(action), "Dockerfile": "FROM scratch\n"})
	return &workflow{r, newRegistry(t), program}
}

// job runs a command as its job would and returns its outputs, summary and
// error.
func (w *workflow) job(command string, env map[string]string) (outputs map[string]string, summary string, err error) {
	w.Helper()
	dir := w.TempDir()
	variables := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/Astro-Apply", "GITHUB_REF": "refs/heads/main", "GITHUB_SHA": w.git("rev-parse", "main"),
		"GITHUB_API_URL": w.url, "GITHUB_TOKEN": token, "GITHUB_OUTPUT": dir + "/output", "GITHUB_STEP_SUMMARY": dir + "/summary",
	}
	maps.Copy(variables, env)
	for _, file := range []string{"/output", "/summary"} {
		if err := os.WriteFile(dir+file, nil, 0o600); err != nil {
			w.Fatal(err)
		}
	}
	var log bytes.Buffer
	code := run(w.Context(), []string{command}, func(k string) string { return variables[k] }, &log)
	for line := range strings.Lines(log.String()) {
		if strings.HasSuffix(line, " MB\n") { // which .ci/image shows
			w.Log(strings.TrimSpace(line))
		}
	}
	if strings.Contains(strings.ReplaceAll(log.String(), "::add-mask::"+token, ""), token) {
		w.Errorf("%s: the token is in the log:\n%s", command, &log)
	}
	if code != 0 {
		err = errors.New(log.String())
	} else if !strings.HasPrefix(log.String(), "::add-mask::"+token+"\n") || strings.Contains(log.String(), "not signed") != (command == "commit" && w.unsigned) {
		w.Errorf("%s:\n%s", command, &log)
	}
	outputs = map[string]string{}
	text, _ := os.ReadFile(dir + "/output")
	for lines := strings.Split(string(text), "\n"); len(lines) > 2; lines = lines[3:] { // name<<end, value, end
		name, _, _ := strings.Cut(lines[0], "<<")
		outputs[name] = lines[1]
	}
	told, _ := os.ReadFile(dir + "/summary")
	return outputs, string(told), err
}

// must is job where nothing may go wrong.
func (w *workflow) must(command string, env map[string]string) (map[string]string, string) {
	w.Helper()
	outputs, summary, err := w.job(command, env)
	if err != nil {
		w.Fatalf("%s %v: %v", command, env, err)
	}
	return outputs, summary
}

// upTo does all but the last job and returns the environment for that one.
func (w *workflow) upTo(version string) map[string]string {
	w.Helper()
	planned, _ := w.must("plan", map[string]string{"VERSION": version})
	if planned["image"] != "ghcr.io/o/astro-apply" {
		w.Errorf("image %q: a registry takes small letters only", planned["image"])
	}
	images := map[string]v1.Image{}
	for _, p := range platforms {
		images[p] = w.program(p, planned["version"], w.git("rev-parse", "main"))
	}
	env := map[string]string{"VERSION": planned["version"], "IMAGE": push(w.T, w.registry, images)}
	made, _ := w.must("commit", env)
	return map[string]string{"VERSION": planned["version"], "RELEASE_COMMIT": made["commit"]}
}

func dummy(t *testing.T) func(platform, version, commit string) v1.Image {
	return func(platform, version, commit string) v1.Image {
		return newImage(t, platform, version, commit, []byte(version))
	}
}

// at checks that two names are of one commit.
func (w *workflow) at(tag, want string) {
	w.Helper()
	if got, want := w.git("rev-parse", tag), w.git("rev-parse", want); got != want {
		w.Errorf("%s is on %s, want %s", tag, got, want)
	}
}

// tried runs the action.yml of a tag: its image by its digest, with its
// entrypoint and the environment of a step.
func (w *workflow) tried(tag, want string) {
	w.Helper()
	how, err := runsOf([]byte(w.git("show", tag+":action.yml")))
	if err != nil {
		w.Fatal(err)
	}
	ref, err := name.NewDigest(how.image())
	if err != nil {
		w.Fatal(err)
	}
	img, err := remote.Image(ref, remote.WithPlatform(v1.Platform{OS: "linux", Architecture: runtime.GOARCH}))
	if err != nil {
		w.Fatal(err)
	}
	root := w.TempDir()
	unpack(w.T, img, root)
	manifest, err := filepath.Abs("../../testdata/astro.yaml")
	if err != nil {
		w.Fatal(err)
	}
	c := exec.CommandContext(w.Context(), filepath.Join(root, how.Entrypoint))
	c.Dir = root
	c.Env = []string{"GITHUB_ACTIONS=true", "GITHUB_WORKSPACE=/", "INPUT_SIMULATE=true", "INPUT_MODE=apply", "INPUT_FILES=" + manifest, "DB_PASSWORD=scratch-secret"}
	out, err := c.CombinedOutput()
	if err != nil || !strings.HasPrefix(strings.TrimPrefix(string(out), "::add-mask::scratch-secret\n"), want) || !strings.Contains(string(out), "created") {
		w.Errorf("%s: %v; want %q first:\n%s", tag, err, want, out)
	}
}

func unpack(t *testing.T, img v1.Image, root string) {
	t.Helper()
	files := mutate.Extract(img)
	defer files.Close()
	for r := tar.NewReader(files); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		path := filepath.Join(root, filepath.Clean("/"+h.Name))
		b, err := io.ReadAll(r)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o700)
		}
		if err == nil {
			err = os.WriteFile(path, b, h.FileInfo().Mode())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// pinned is a commit on main that runs an image.
func (w *workflow) pinned(image string) string {
	w.Helper()
	action, err := pin([]byte(w.git("show", "main:action.yml")+"\n"), image)
	if err != nil {
		w.Fatal(err)
	}
	tree := w.plant(object{"base_tree": "main", "tree": []any{object{"path": "action.yml", "mode": "100644", "content": string(action)}}})
	return w.git("commit-tree", tree, "-p", "main", "-m", "release: it")
}

// named is the digest of the image with a tag in the registry, "" if there is
// none.
func (w *workflow) named(tag string) string {
	w.Helper()
	ref, err := name.NewTag(w.registry + ":" + tag)
	if err != nil {
		w.Fatal(err)
	}
	there, err := remote.Head(ref)
	if err != nil {
		return ""
	}
	return there.Digest.String()
}
