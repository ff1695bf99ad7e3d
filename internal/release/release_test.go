package main

import (
	"cmp"
	"os"
	"runtime"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// From an untagged repository to a tag that runs, and on to the next ones. The
// images are those that a container engine saved, where RELEASE_IMAGE_AMD64 and
// RELEASE_IMAGE_ARM64 name such files, which say RELEASE_SAYS when they run.
func TestRelease(t *testing.T) {
	t.Parallel()
	host := "linux/" + runtime.GOARCH
	w := newWorkflow(t, func(platform, version, commit string) v1.Image {
		if file := os.Getenv("RELEASE_IMAGE_" + strings.ToUpper(strings.TrimPrefix(platform, "linux/"))); file != "" {
			return savedImage(t, file, platform, version, commit)
		}
		if platform == host && runtime.GOOS == "linux" {
			return newImage(t, platform, version, commit, buildProgram(t, platform, version, commit))
		}
		return dummyImages(t)(platform, version, commit)
	})
	main := w.runGit("rev-parse", "main")
	env := w.prepareRelease("minor")
	if tags := w.runGit("tag"); tags != "" {
		t.Errorf("tags before the release was tried: %q", tags)
	}
	_, summary := w.mustRunJob("publish", env)

	if got := w.runGit("rev-parse", "main"); got != main {
		t.Errorf("main moved from %s to %s", main, got)
	}
	if got := w.runGit("rev-list", "--parents", "-1", "v1.0.0"); got != env["RELEASE_COMMIT"]+" "+main {
		t.Errorf("v1.0.0 and its parents: %q", got)
	}
	if got := w.runGit("diff", "--numstat", "main", "v1.0.0"); got != "1\t1\taction.yml" {
		t.Errorf("the release commit changes %q", got)
	}
	if got := w.runGit("log", "-1", "--format=%s", "v1"); got != "release: v1.0.0" {
		t.Errorf("subject %q", got)
	}
	for _, want := range []string{
		"The first release.", "- uses: o/Astro-Apply@" + env["RELEASE_COMMIT"] + " # v1.0.0", "gh attestation verify oci://" + w.registry + "@sha256:",
		"--signer-workflow o/Astro-Apply/.github/workflows/release.yml", "--source-ref refs/heads/main --source-digest " + main,
	} {
		if !strings.Contains(summary, want) || !strings.Contains(w.releases["v1.0.0"]["body"].(string), want) {
			t.Errorf("no %q in the notes:\n%s", want, summary)
		}
	}
	if runtime.GOOS == "linux" {
		w.checkActionRun("v1", cmp.Or(os.Getenv("RELEASE_SAYS"), "astro-apply 1.0.0 ("+main+")"))
	}

	w.imageFor = dummyImages(t)
	w.commitFiles("plan: say more", nil)
	w.commitFiles("apply: wait less", nil)
	w.commitFiles("ci: go faster", nil)
	w.mustRunJob("publish", w.prepareRelease("1.1.0-rc.1"))
	w.checkTag("v1", "v1.0.0")
	if r := w.releases["v1.1.0-rc.1"]; r["prerelease"] != true || r["make_latest"] != "false" {
		t.Errorf("prerelease %v", r)
	}
	w.commitFiles("plan: say it again", nil)
	w.runGit("checkout", "-q", "-b", "feature", "HEAD~2")
	w.commitFiles("report: draw", nil)
	w.runGit("checkout", "-q", "main")
	w.runGit("merge", "-q", "--no-ff", "-m", "Merge pull request #12 from o/feature", "feature")
	w.mustRunJob("publish", w.prepareRelease("minor"))
	w.checkTag("v1", "v1.1.0")
	w.checkTag("v1.1", "v1.1.0")
	w.checkTag("v1.0", "v1.0.0")
	body := w.releases["v1.1.0"]["body"].(string)
	for _, want := range []string{"### plan\n\n- say more (", "- say it again (", "- wait less (", "- draw (", "one commit that users don't notice", "/compare/v1.0.0...v1.1.0"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in the notes:\n%s", want, body)
		}
	}
	if strings.Contains(body, "Merge") {
		t.Errorf("a merge in the notes:\n%s", body)
	}
	w.commitFiles("plan: break", nil)
	w.mustRunJob("publish", w.prepareRelease("major"))
	w.checkTag("v2", "v2.0.0")
	w.checkTag("v1", "v1.1.0")
}

// What fails leaves no name behind that users follow, and can be run again.
func TestReleaseFailures(t *testing.T) {
	t.Parallel()
	fails := func(w *testWorkflow, want, command string, env map[string]string) {
		t.Helper()
		if _, _, err := w.runJob(command, env); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", command, err, want)
		}
	}
	w := newWorkflow(t, dummyImages(t))
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

	env := w.prepareRelease("minor")
	fails(w, "isn't made of", "publish", map[string]string{"VERSION": "1.0.0", "RELEASE_COMMIT": w.runGit("rev-parse", "main")})
	builds := w.runGit("commit-tree", "main^{tree}", "-p", "main", "-m", "release: v1.0.0")
	fails(w, "builds its image", "publish", map[string]string{"VERSION": "1.0.0", "RELEASE_COMMIT": builds})
	for _, refuse := range []string{
		"POST /git/refs", "GET /releases", "POST /releases", "PATCH /git/refs/tags/v1 ", "POST /git/refs refs/tags/v1$", "PATCH /git/refs/tags/v1.0 ",
	} {
		w.refusedCall = refuse
		fails(w, "release its newest commit instead", "publish", env)
	}
	if got := w.runGit("tag"); !strings.Contains(got, "v1.0.0") || strings.Contains(got, "v1.0\n") {
		t.Errorf("tags %q", got)
	}
	w.refusedCall = ""
	w.mustRunJob("publish", env)
	w.checkTag("v1.0", "v1.0.0")
	w.mustRunJob("publish", env) // again, and nothing is different
	fails(w, "nothing has changed since v1.0.0", "plan", map[string]string{"VERSION": "patch"})

	w.commitFiles("plan: more", nil)
	other := w.prepareRelease("1.0.1")
	w.runGit("tag", "v1.0.1", "main")
	fails(w, "is on", "publish", other)
	if named := w.taggedDigest("1.0.1"); named != "" {
		t.Errorf("another release's image is named: %s", named)
	}
	w.commitFiles("plan: even more", nil)
	w.registry = newRegistry(t) // without the image that was tried
	lost := w.commitPinned(w.registry + "@sha256:" + strings.Repeat("0", 64))
	fails(w, "NAME_UNKNOWN", "publish", map[string]string{"VERSION": "1.0.2", "RELEASE_COMMIT": lost})
	w.checkTag("v1", "v1.0.0")
}

// Publishing that waited or failed, and is run after a newer release was made,
// takes nothing away from that one.
func TestLateRelease(t *testing.T) {
	t.Parallel()
	w := newWorkflow(t, dummyImages(t))
	w.mustRunJob("publish", w.prepareRelease("1.0.0"))
	w.commitFiles("plan: more", nil)
	w.unsigned = true
	late, at := w.prepareRelease("1.1.0"), w.runGit("rev-parse", "main")
	w.commitFiles("plan: even more", nil)
	w.mustRunJob("publish", w.prepareRelease("1.2.0"))

	late["GITHUB_SHA"] = at
	w.mustRunJob("publish", late)
	w.checkTag("v1", "v1.2.0")
	w.checkTag("v1.2", "v1.2.0")
	w.checkTag("v1.1", late["RELEASE_COMMIT"])
	if latest := w.releases["v1.1.0"]["make_latest"]; latest != "false" {
		t.Errorf("v1.1.0 is the latest release: %v", latest)
	}
	if latest := w.releases["v1.2.0"]["make_latest"]; latest != "true" {
		t.Errorf("v1.2.0 is the latest release: %v", latest)
	}
	if w.taggedDigest("1.1.0") == "" || w.taggedDigest("1.2.0") == "" || w.taggedDigest("1.1.0") == w.taggedDigest("1.2.0") {
		t.Errorf("images 1.1.0 %q, 1.2.0 %q", w.taggedDigest("1.1.0"), w.taggedDigest("1.2.0"))
	}
}

// savedImage is an image that a container engine saved, for this version.
func savedImage(t *testing.T, file, platform, version, commit string) v1.Image {
	t.Helper()
	img, err := tarball.ImageFromPath(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return withConfig(t, img, func(f *v1.ConfigFile) {
		f.Architecture = platformOf(t, platform).Architecture
		f.Config.Labels["org.opencontainers.image.version"] = version
		f.Config.Labels["org.opencontainers.image.revision"] = commit
	})
}
