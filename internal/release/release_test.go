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

// TestRelease publishes the first release of a repository, and further ones. It uses
// images that a container engine saved if RELEASE_IMAGE_AMD64 and RELEASE_IMAGE_ARM64 name
// their files. The output of their program must start with RELEASE_SAYS.
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
		t.Errorf("tags before the release is published: %q", tags)
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
		"First release.", "- uses: o/Astro-Apply@" + env["RELEASE_COMMIT"] + " # v1.0.0", "gh attestation verify oci://" + w.registry + "@sha256:",
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
	w.commitFiles("plan: show more", nil)
	w.commitFiles("apply: wait less", nil)
	w.commitFiles("ci: go faster", nil)
	w.mustRunJob("publish", w.prepareRelease("1.1.0-rc.1"))
	w.checkTag("v1", "v1.0.0")
	if r := w.releases["v1.1.0-rc.1"]; r["prerelease"] != true || r["make_latest"] != "false" {
		t.Errorf("prerelease %v", r)
	}
	w.commitFiles("plan: show it again", nil)
	w.runGit("checkout", "-q", "-b", "feature", "HEAD~2")
	w.commitFiles("report: draw", nil)
	w.runGit("checkout", "-q", "main")
	w.runGit("merge", "-q", "--no-ff", "-m", "Merge pull request #12 from o/feature", "feature")
	w.mustRunJob("publish", w.prepareRelease("minor"))
	w.checkTag("v1", "v1.1.0")
	w.checkTag("v1.1", "v1.1.0")
	w.checkTag("v1.0", "v1.0.0")
	body := w.releases["v1.1.0"]["body"].(string)
	for _, want := range []string{"### plan\n\n- show more (", "- show it again (", "- wait less (", "- draw (", "Not listed: one internal commit", "/compare/v1.0.0...v1.1.0"} {
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

// A failed job doesn't move a tag that users follow, and it can be run again.
func TestReleaseFailures(t *testing.T) {
	t.Parallel()
	fails := func(w *testWorkflow, want, command string, env map[string]string) {
		t.Helper()
		if _, _, err := w.runJob(command, env); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", command, err, want)
		}
	}
	w := newWorkflow(t, dummyImages(t))
	fails(w, "a release must be from refs/heads/main", "plan", map[string]string{"VERSION": "minor", "GITHUB_REF": "refs/heads/feature"})
	fails(w, "must be major, minor, patch", "plan", map[string]string{"VERSION": "next"})
	fails(w, "VERSION", "plan", nil)
	fails(w, "must be owner/name", "plan", map[string]string{"VERSION": "minor", "GITHUB_REPOSITORY": "o"})
	fails(w, "Bad credentials", "plan", map[string]string{"VERSION": "minor", "GITHUB_TOKEN": "ghs_another"})
	fails(w, "must be plan, commit or publish", "all", nil)
	fails(w, "a tag could change", "commit", map[string]string{"VERSION": "1.0.0", "IMAGE": w.registry + ":v1"})
	fails(w, "NAME_UNKNOWN", "commit", map[string]string{"VERSION": "1.0.0", "IMAGE": w.registry + "@sha256:" + strings.Repeat("0", 64)})
	if len(w.writes) > 0 {
		t.Errorf("writes before the checks succeeded: %q", w.writes)
	}

	env := w.prepareRelease("minor")
	fails(w, "its parent must be", "publish", map[string]string{"VERSION": "1.0.0", "RELEASE_COMMIT": w.runGit("rev-parse", "main")})
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
	w.mustRunJob("publish", env) // a second run changes nothing
	fails(w, "no commits since v1.0.0", "plan", map[string]string{"VERSION": "patch"})

	w.commitFiles("plan: more", nil)
	other := w.prepareRelease("1.0.1")
	w.runGit("tag", "v1.0.1", "main")
	fails(w, "already exists on", "publish", other)
	if digest := w.taggedDigest("1.0.1"); digest != "" {
		t.Errorf("the image has the tag of another release: %s", digest)
	}
	w.commitFiles("plan: even more", nil)
	w.registry = newRegistry(t) // a registry without the image
	missingImage := w.commitPinned(w.registry + "@sha256:" + strings.Repeat("0", 64))
	fails(w, "NAME_UNKNOWN", "publish", map[string]string{"VERSION": "1.0.2", "RELEASE_COMMIT": missingImage})
	w.checkTag("v1", "v1.0.0")
}

// A publish job that runs after a newer release doesn't move the tags of that release.
func TestLateRelease(t *testing.T) {
	t.Parallel()
	w := newWorkflow(t, dummyImages(t))
	w.mustRunJob("publish", w.prepareRelease("1.0.0"))
	w.commitFiles("plan: more", nil)
	w.unsigned = true
	late, lateParent := w.prepareRelease("1.1.0"), w.runGit("rev-parse", "main")
	w.commitFiles("plan: even more", nil)
	w.mustRunJob("publish", w.prepareRelease("1.2.0"))

	late["GITHUB_SHA"] = lateParent
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

// savedImage returns an image that a container engine saved, relabelled with this version
// and commit.
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
