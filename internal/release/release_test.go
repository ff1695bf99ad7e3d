package main

import (
	"archive/tar"
	"bytes"
	"cmp"
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
	"github.com/google/go-containerregistry/pkg/v1/tarball"
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

// From an untagged repository to a tag that runs, and on to the next ones. The
// images are those that a container engine saved, where RELEASE_IMAGE_AMD64 and
// RELEASE_IMAGE_ARM64 name such files, which say RELEASE_SAYS when they run.
func TestRelease(t *testing.T) {
	t.Parallel()
	host := "linux/" + runtime.GOARCH
	w := newWorkflow(t, func(platform, version, commit string) v1.Image {
		if file := os.Getenv("RELEASE_IMAGE_" + strings.ToUpper(strings.TrimPrefix(platform, "linux/"))); file != "" {
			return labelled(t, file, platform, version, commit)
		}
		if platform == host && runtime.GOOS == "linux" {
			return newImage(t, platform, version, commit, build(t, platform, version, commit))
		}
		return dummy(t)(platform, version, commit)
	})
	main := w.git("rev-parse", "main")
	env := w.upTo("minor")
	if tags := w.git("tag"); tags != "" {
		t.Errorf("tags before the release was tried: %q", tags)
	}
	_, summary := w.must("publish", env)

	if got := w.git("rev-parse", "main"); got != main {
		t.Errorf("main moved from %s to %s", main, got)
	}
	if got := w.git("rev-list", "--parents", "-1", "v1.0.0"); got != env["RELEASE_COMMIT"]+" "+main {
		t.Errorf("v1.0.0 and its parents: %q", got)
	}
	if got := w.git("diff", "--numstat", "main", "v1.0.0"); got != "1\t1\taction.yml" {
		t.Errorf("the release commit changes %q", got)
	}
	if got := w.git("log", "-1", "--format=%s", "v1"); got != "release: v1.0.0" {
		t.Errorf("subject %q", got)
	}
	for _, want := range []string{"The first release.", "- uses: o/Astro-Apply@" + env["RELEASE_COMMIT"] + " # v1.0.0", "gh attestation verify oci://" + w.registry + "@sha256:",
		"--signer-workflow o/Astro-Apply/.github/workflows/release.yml", "--source-ref refs/heads/main --source-digest " + main,
	} {
		if !strings.Contains(summary, want) || !strings.Contains(w.releases["v1.0.0"]["body"].(string), want) {
			t.Errorf("no %q in the notes:\n%s", want, summary)
		}
	}
	if runtime.GOOS == "linux" {
		w.tried("v1", cmp.Or(os.Getenv("RELEASE_SAYS"), "astro-apply 1.0.0 ("+main+")"))
	}

	w.program = dummy(t)
	w.change("plan: say more", nil)
	w.change("apply: wait less", nil)
	w.change("ci: go faster", nil)
	w.must("publish", w.upTo("1.1.0-rc.1"))
	w.at("v1", "v1.0.0")
	if r := w.releases["v1.1.0-rc.1"]; r["prerelease"] != true || r["make_latest"] != "false" {
		t.Errorf("prerelease %v", r)
	}
	w.change("plan: say it again", nil)
	w.git("checkout", "-q", "-b", "feature", "HEAD~2")
	w.change("report: draw", nil)
	w.git("checkout", "-q", "main")
	w.git("merge", "-q", "--no-ff", "-m", "Merge pull request #12 from o/feature", "feature")
	w.must("publish", w.upTo("minor"))
	w.at("v1", "v1.1.0")
	w.at("v1.1", "v1.1.0")
	w.at("v1.0", "v1.0.0")
	body := w.releases["v1.1.0"]["body"].(string)
	for _, want := range []string{"### plan\n\n- say more (", "- say it again (", "- wait less (", "- draw (", "one commit that users don't notice", "/compare/v1.0.0...v1.1.0"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in the notes:\n%s", want, body)
		}
	}
	if strings.Contains(body, "Merge") {
		t.Errorf("a merge in the notes:\n%s", body)
	}
	w.change("plan: break", nil)
	w.must("publish", w.upTo("major"))
	w.at("v2", "v2.0.0")
	w.at("v1", "v1.1.0")
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

// What fails leaves no name behind that users follow, and can be run again.
func TestReleaseStops(t *testing.T) {
	t.Parallel()
	fails := func(w *workflow, want, command string, env map[string]string) {
		t.Helper()
		if _, _, err := w.job(command, env); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", command, err, want)
		}
	}
	w := newWorkflow(t, dummy(t))
	fails(w, "releases are made of refs/heads/main", "plan", map[string]string{"VERSION": "minor", "GITHUB_REF": "refs/heads/feature"})
	fails(w, "say major, minor, patch", "plan", map[string]string{"VERSION": "next"})
	fails(w, "VERSION", "plan", nil)
	fails(w, "not owner/name", "plan", map[string]string{"VERSION": "minor", "GITHUB_REPOSITORY": "o"})
	fails(w, "Bad credentials", "plan", map[string]string{"VERSION": "minor", "GITHUB_TOKEN": "ghs_another"})
	fails(w, "say plan, commit or publish", "all", nil)
	fails(w, "it could change", "commit", map[string]string{"VERSION": "1.0.0", "IMAGE": w.registry + ":v1"})
	fails(w, "NAME_UNKNOWN", "commit", map[string]string{"VERSION": "1.0.0", "IMAGE": w.registry + "@sha256:" + strings.Repeat("0", 64)})
	if len(w.writes) > 0 {
		t.Errorf("written before anything was right: %q", w.writes)
	}

	env := w.upTo("minor")
	fails(w, "isn't made of", "publish", map[string]string{"VERSION": "1.0.0", "RELEASE_COMMIT": w.git("rev-parse", "main")})
	builds := w.git("commit-tree", "main^{tree}", "-p", "main", "-m", "release: v1.0.0")
	fails(w, "builds its image", "publish", map[string]string{"VERSION": "1.0.0", "RELEASE_COMMIT": builds})
	for _, refuse := range []string{
		"POST /git/refs", "GET /releases", "POST /releases", "PATCH /git/refs/tags/v1 ", "POST /git/refs refs/tags/v1$", "PATCH /git/refs/tags/v1.0 ",
	} {
		w.refuse = refuse
		fails(w, "release its newest commit instead", "publish", env)
	}
	if got := w.git("tag"); !strings.Contains(got, "v1.0.0") || strings.Contains(got, "v1.0\n") {
		t.Errorf("tags %q", got)
	}
	w.refuse = ""
	w.must("publish", env)
	w.at("v1.0", "v1.0.0")
	w.must("publish", env) // again, and nothing is different
	fails(w, "nothing has changed since v1.0.0", "plan", map[string]string{"VERSION": "patch"})

	w.change("plan: more", nil)
	other := w.upTo("1.0.1")
	w.git("tag", "v1.0.1", "main")
	fails(w, "is on", "publish", other)
	w.change("plan: even more", nil)
	w.registry = newRegistry(t) // without the image that was tried
	lost := w.pinned(w.registry + "@sha256:" + strings.Repeat("0", 64))
	fails(w, "NAME_UNKNOWN", "publish", map[string]string{"VERSION": "1.0.2", "RELEASE_COMMIT": lost})
	w.at("v1", "v1.0.0")
	if named := w.named("1.0.1"); named != "" {
		t.Errorf("another release's image is named: %s", named)
	}
}

// Publishing that waited or failed, and is run after a newer release was made,
// takes nothing away from that one.
func TestReleaseIsLate(t *testing.T) {
	t.Parallel()
	w := newWorkflow(t, dummy(t))
	w.must("publish", w.upTo("1.0.0"))
	w.change("plan: more", nil)
	w.unsigned = true
	late, at := w.upTo("1.1.0"), w.git("rev-parse", "main")
	w.change("plan: even more", nil)
	w.must("publish", w.upTo("1.2.0"))

	late["GITHUB_SHA"] = at
	w.must("publish", late)
	w.at("v1", "v1.2.0")
	w.at("v1.2", "v1.2.0")
	w.at("v1.1", late["RELEASE_COMMIT"])
	if latest := w.releases["v1.1.0"]["make_latest"]; latest != "false" {
		t.Errorf("v1.1.0 is the latest release: %v", latest)
	}
	if latest := w.releases["v1.2.0"]["make_latest"]; latest != "true" {
		t.Errorf("v1.2.0 is the latest release: %v", latest)
	}
	if w.named("1.1.0") == "" || w.named("1.2.0") == "" || w.named("1.1.0") == w.named("1.2.0") {
		t.Errorf("images 1.1.0 %q, 1.2.0 %q", w.named("1.1.0"), w.named("1.2.0"))
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

// labelled is an image that a container engine saved, for this version.
func labelled(t *testing.T, file, platform, version, commit string) v1.Image {
	t.Helper()
	img, err := tarball.ImageFromPath(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return configured(t, img, func(f *v1.ConfigFile) {
		f.Architecture = platformOf(t, platform).Architecture
		f.Config.Labels["org.opencontainers.image.version"] = version
		f.Config.Labels["org.opencontainers.image.revision"] = commit
	})
}
