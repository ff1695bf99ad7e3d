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

// testWorkflow runs the jobs of release.yml without GitHub, on a temporary repository and
// an in-process registry.
type testWorkflow struct {
	*fakeRepository
	registry string
	imageFor func(platform, version, commit string) v1.Image
}

func newWorkflow(t *testing.T, program func(platform, version, commit string) v1.Image) *testWorkflow {
	t.Helper()
	action, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	r := newRepository(t, map[string]string{"action.yml": string(action), "Dockerfile": "FROM scratch\n"})
	return &testWorkflow{r, newRegistry(t), program}
}

// runJob runs a command like its job, and returns its outputs, summary and error.
func (w *testWorkflow) runJob(command string, env map[string]string) (outputs map[string]string, summary string, err error) {
	w.Helper()
	dir := w.TempDir()
	variables := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/Astro-Apply", "GITHUB_REF": "refs/heads/main", "GITHUB_SHA": w.runGit("rev-parse", "main"),
		"GITHUB_API_URL": w.url, "GITHUB_TOKEN": testToken, "GITHUB_OUTPUT": dir + "/output", "GITHUB_STEP_SUMMARY": dir + "/summary",
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
		if strings.HasSuffix(line, " MB\n") { // .ci/image shows these lines
			w.Log(strings.TrimSpace(line))
		}
	}
	if strings.Contains(strings.ReplaceAll(log.String(), "::add-mask::"+testToken, ""), testToken) {
		w.Errorf("%s: the token is in the log:\n%s", command, &log)
	}
	if code != 0 {
		err = errors.New(log.String())
	} else if !strings.HasPrefix(log.String(), "::add-mask::"+testToken+"\n") || strings.Contains(log.String(), "not signed") != (command == "commit" && w.unsigned) {
		w.Errorf("%s:\n%s", command, &log)
	}
	outputs = map[string]string{}
	text, _ := os.ReadFile(dir + "/output")
	for lines := strings.Split(string(text), "\n"); len(lines) > 2; lines = lines[3:] { // name<<end, value, end
		name, _, _ := strings.Cut(lines[0], "<<")
		outputs[name] = lines[1]
	}
	summaryText, _ := os.ReadFile(dir + "/summary")
	return outputs, string(summaryText), err
}

// mustRunJob is like runJob, but an error fails the test.
func (w *testWorkflow) mustRunJob(command string, env map[string]string) (map[string]string, string) {
	w.Helper()
	outputs, summary, err := w.runJob(command, env)
	if err != nil {
		w.Fatalf("%s %v: %v", command, env, err)
	}
	return outputs, summary
}

// prepareRelease runs all jobs except publish, and returns the environment for publish.
func (w *testWorkflow) prepareRelease(version string) map[string]string {
	w.Helper()
	planned, _ := w.mustRunJob("plan", map[string]string{"VERSION": version})
	if planned["image"] != "ghcr.io/o/astro-apply" {
		w.Errorf("image %q must be lower case", planned["image"])
	}
	images := map[string]v1.Image{}
	for _, p := range platforms {
		images[p] = w.imageFor(p, planned["version"], w.runGit("rev-parse", "main"))
	}
	env := map[string]string{"VERSION": planned["version"], "IMAGE": pushIndex(w.T, w.registry, images)}
	committed, _ := w.mustRunJob("commit", env)
	return map[string]string{"VERSION": planned["version"], "RELEASE_COMMIT": committed["commit"]}
}

func dummyImages(t *testing.T) func(platform, version, commit string) v1.Image {
	return func(platform, version, commit string) v1.Image {
		return newImage(t, platform, version, commit, []byte(version))
	}
}

// checkTag checks that tag and want are the same commit.
func (w *testWorkflow) checkTag(tag, want string) {
	w.Helper()
	if got, want := w.runGit("rev-parse", tag), w.runGit("rev-parse", want); got != want {
		w.Errorf("%s is on %s, want %s", tag, got, want)
	}
}

// checkActionRun runs the image and entrypoint in the action.yml of a tag, with the
// environment of a step, and checks that the output starts with want.
func (w *testWorkflow) checkActionRun(tag, want string) {
	w.Helper()
	runs, err := parseRuns([]byte(w.runGit("show", tag+":action.yml")))
	if err != nil {
		w.Fatal(err)
	}
	ref, err := name.NewDigest(runs.pinnedImage())
	if err != nil {
		w.Fatal(err)
	}
	img, err := remote.Image(ref, remote.WithPlatform(v1.Platform{OS: "linux", Architecture: runtime.GOARCH}))
	if err != nil {
		w.Fatal(err)
	}
	root := w.TempDir()
	unpackImage(w.T, img, root)
	manifest, err := filepath.Abs("../../testdata/astro.yaml")
	if err != nil {
		w.Fatal(err)
	}
	c := exec.CommandContext(w.Context(), filepath.Join(root, runs.Entrypoint))
	c.Dir = root
	c.Env = []string{"GITHUB_ACTIONS=true", "GITHUB_WORKSPACE=/", "INPUT_SIMULATE=true", "INPUT_MODE=apply", "INPUT_FILES=" + manifest, "DB_PASSWORD=scratch-secret"}
	out, err := c.CombinedOutput()
	if err != nil || !strings.HasPrefix(strings.TrimPrefix(string(out), "::add-mask::scratch-secret\n"), want) || !strings.Contains(string(out), "created") {
		w.Errorf("%s: %v; the output must start with %q:\n%s", tag, err, want, out)
	}
}

func unpackImage(t *testing.T, img v1.Image, root string) {
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

// commitPinned creates a commit whose parent is main and whose action.yml runs an image.
func (w *testWorkflow) commitPinned(image string) string {
	w.Helper()
	action, err := pinImage([]byte(w.runGit("show", "main:action.yml")+"\n"), image)
	if err != nil {
		w.Fatal(err)
	}
	tree := w.createTree(jsonMap{"base_tree": "main", "tree": []any{jsonMap{"path": "action.yml", "mode": "100644", "content": string(action)}}})
	return w.runGit("commit-tree", tree, "-p", "main", "-m", "release: it")
}

// taggedDigest returns the digest of the image with a tag in the registry, "" if the tag
// doesn't exist.
func (w *testWorkflow) taggedDigest(tag string) string {
	w.Helper()
	ref, err := name.NewTag(w.registry + ":" + tag)
	if err != nil {
		w.Fatal(err)
	}
	descriptor, err := remote.Head(ref)
	if err != nil {
		return ""
	}
	return descriptor.Digest.String()
}
