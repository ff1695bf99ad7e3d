package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRelease publishes the first release of a repository, and further ones.
func TestRelease(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.dispatch("minor", false)
	if failed := r.runJobs("smoke"); failed != "" {
		t.Fatalf("%s: %s", failed, r.log)
	}
	main, commit := r.mustGit("rev-parse", "main"), r.outputs["commit"]["commit"]
	if len(r.smoked) != 1 || r.smoked[0] != commit+": " {
		t.Errorf("the smoke test must run before there is a tag: %q", r.smoked)
	}
	r.mustComplete()
	r.wantTags("v1.0.0="+commit, "v1="+commit, "v1.0="+commit, "v1.0.0^=main")
	for i, ref := range []string{"v1.0.0", "v1", "v1.0"} {
		if !strings.HasPrefix(r.smoked[i+1], ref+": ") {
			t.Errorf("smoke tests after the release: %q", r.smoked[1:])
		}
	}
	if got := r.mustGit("diff", "--numstat", "main", "v1.0.0"); got != "1\t1\taction.yml" {
		t.Errorf("the release commit changes %q", got)
	}
	if got := r.mustGit("log", "-1", "--format=%s", "v1"); got != "release: v1.0.0" {
		t.Errorf("subject %q", got)
	}
	digest := r.outputs["image"]["digest"]
	if got := r.taggedDigest("1.0.0"); got != digest {
		t.Errorf("image 1.0.0 is %q, want %s", got, digest)
	}
	release := r.published("v1.0.0")
	for _, want := range []string{
		"First release.", "- uses: o/Astro-Apply@" + commit + " # v1.0.0",
		"gh attestation verify oci://ghcr.io/o/astro-apply@" + digest,
		"--signer-workflow o/Astro-Apply/.github/workflows/release.yml",
		"--source-ref refs/heads/main --source-digest " + main,
	} {
		if !strings.Contains(release.Notes, want) {
			t.Errorf("no %q in the notes:\n%s", want, release.Notes)
		}
	}
	if release.IsDraft || release.IsPrerelease || release.IsLatest != "true" || release.Title != "v1.0.0" {
		t.Errorf("release %+v", release)
	}
	if len(release.Assets) != 3 || !strings.Contains(release.Assets["provenance.sigstore.json"], "dsseEnvelope") {
		t.Errorf("assets %q", release.Assets)
	}
	for _, arch := range []string{"amd64", "arm64"} {
		want := "ghcr.io/o/astro-apply@sha256:" + r.hash(main+"linux/"+arch)
		if sbom := release.Assets["sbom-"+arch+".spdx.json"]; !strings.Contains(sbom, want) {
			t.Errorf("the SBOM of %s is %s, want that of %s", arch, sbom, want)
		}
	}

	r.pushMain("plan: show more (#12)", nil)
	r.pushMain("apply: wait less for @somebody & <img src=x>", nil)
	r.pushMain("ci: go faster", nil)
	r.pushMain("plan: show it again", nil)
	r.pushMain("config!: rename an input", nil)
	r.mustRelease("minor")
	r.wantTags("v1=v1.1.0", "v1.1=v1.1.0", "v1.0=v1.0.0")
	notes := r.published("v1.1.0").Notes
	short := func(revision string) string { return " (" + r.mustGit("rev-parse", "--short", revision) + ")\n" }
	want := "- config!: rename an input" + short("main") +
		`- apply: wait less for @&#8203;somebody \& \<img src=x\>` + short("main~3") +
		"- plan: show more (#12)" + short("main~4") + "- plan: show it again" + short("main~1") + "\n### Use it"
	if !strings.HasPrefix(notes, want) || !strings.HasSuffix(notes, "/o/Astro-Apply/compare/v1.0.0...v1.1.0)\n") {
		t.Errorf("notes\n%s\nwant\n%s", notes, want)
	}
}

// A prerelease moves no floating tag, and neither does the next major version that of the one before.
func TestReleaseKinds(t *testing.T) {
	skipUnlessLong(t)
	t.Parallel()
	r := newRepository(t)
	r.mustRelease("1.0.0")
	r.pushMain("plan: more", nil)
	r.mustRelease("1.1.0-rc.1")
	r.wantTags("v1=v1.0.0")
	if release := r.published("v1.1.0-rc.1"); !release.IsPrerelease || release.IsLatest != "false" {
		t.Errorf("prerelease %+v", release)
	}
	r.mustRelease("minor")
	r.pushMain("plan: break", nil)
	r.mustRelease("major")
	r.wantTags("v2=v2.0.0", "v1=v1.1.0")
}

// TestReleaseRepeats makes each call of gh and docker fail, before and after it had its effect. A
// failed job moves no tag that users follow. Running the failed jobs again, or all jobs, completes
// the release.
func TestReleaseRepeats(t *testing.T) {
	skipUnlessLong(t)
	t.Parallel()
	r := newRepository(t)
	r.mustRelease("1.0.0")
	r.pushMain("plan: more", nil)
	r.dispatch("minor", false)
	for _, job := range jobOrder {
		saved := r.copyRun(t)
		if failed := r.runJobs(job); failed != "" {
			t.Fatalf("%s: %s", failed, r.log)
		}
		for n := len(saved.calls()) + 1; n <= len(r.calls()); n++ {
			call := r.calls()[n-1]
			for variant := range 4 {
				when := []string{"after", "before"}[variant%2]
				again := []string{"failed jobs", "all jobs"}[variant/2]
				t.Run(fmt.Sprintf("%s %d %s, %s again", job, n, when, again), func(t *testing.T) {
					t.Parallel()
					r := saved.copyRun(t)
					if err := os.WriteFile(filepath.Join(r.dir, "fault"), fmt.Append(nil, n, " ", when), 0o600); err != nil {
						t.Fatal(err)
					}
					if failed := r.runJobs(job); failed != "" {
						if job != "publish" && job != "float" && job != "clean" && r.mustGit("tag") != "v1\nv1.0\nv1.0.0" {
							t.Errorf("%s failed, tags %q", job, r.mustGit("tag"))
						}
						if job == "publish" && r.mustGit("rev-parse", "v1") != r.mustGit("rev-parse", "v1.0.0") {
							t.Error("publish failed, but v1 moved")
						}
						if again == "all jobs" {
							r.outputs = map[string]map[string]string{}
						}
					}
					if failed := r.runJobs("clean"); failed != "" {
						t.Fatalf("%s failed again after %q:\n%s", failed, call, r.log)
					}
					r.wantTags("v1.1.0^=main", "v1=v1.1.0", "v1.1=v1.1.0", "v1.0=v1.0.0")
					if release := r.published("v1.1.0"); release.IsDraft || len(release.Assets) != 3 || release.IsLatest != "true" {
						t.Errorf("release %+v", release)
					}
					if got := r.taggedDigest("1.1.0"); !strings.Contains(r.mustGit("show", "v1.1.0:action.yml"), got) || got == "" {
						t.Errorf("image 1.1.0 is %q", got)
					}
				})
			}
		}
	}
	if calls := len(r.calls()); calls < 40 {
		t.Errorf("the releases need only %d calls", calls)
	}
}

// After the release, running all jobs again changes nothing, and a new run says so.
func TestReleaseAgain(t *testing.T) {
	skipUnlessLong(t)
	t.Parallel()
	r := newRepository(t)
	r.mustRelease("minor")
	commit, before := r.mustGit("rev-parse", "v1.0.0"), r.published("v1.0.0")
	r.pushMain("ci: other workflows", map[string]string{".github/workflows/ci.yml": "on: push\n"})
	r.outputs = map[string]map[string]string{}
	r.mustComplete()
	r.wantTags("v1.0.0="+commit, "v1="+commit)
	if after := r.published("v1.0.0"); fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("the release changed from %v to %v", before, after)
	}
	r.mustGit("update-ref", "refs/heads/main", r.source)
	r.dispatch("1.1.0", false).wantFailure("plan", "already released as v1.0.0")
}

// A release survives that main gets other workflows while it runs. GitHub then lets it
// write references only because of its branch.
func TestReleaseWhileWorkflowsChange(t *testing.T) {
	skipUnlessLong(t)
	t.Parallel()
	r := newRepository(t)
	r.dispatch("minor", false)
	if failed := r.runJobs("plan"); failed != "" {
		t.Fatalf("%s: %s", failed, r.log)
	}
	r.pushMain("ci: other workflows", map[string]string{".github/workflows/ci.yml": "on: push\n"})
	r.mustComplete()
	r.wantTags("v1.0.0^=main~1", "v1=v1.0.0")

	r.dispatch("minor", false)
	r.pushMain("ci: more workflows", map[string]string{".github/workflows/ci.yml": "on: pull_request\n"})
	r.wantFailure("plan", "start a new run")
}

// A draft waits for a maintainer, and v1 with it.
func TestReleaseDraft(t *testing.T) {
	skipUnlessLong(t)
	t.Parallel()
	r := newRepository(t)
	r.dispatch("minor", true)
	for range 2 {
		r.wantFailure("float", "v1.0.0 is a draft")
	}
	if got := r.mustGit("tag"); got != "v1.0.0" {
		t.Errorf("tags %q", got)
	}
	release := r.published("v1.0.0")
	if len(release.Assets) != 3 || !release.IsDraft {
		t.Errorf("draft %+v", release)
	}
	release.IsDraft = false
	r.store("releases.json", []fakeRelease{release})
	r.mustComplete()
	r.wantTags("v1=v1.0.0")
}

// A run that fails writes nothing that users see.
func TestReleaseRefusals(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.dispatch("next", false).wantFailure("plan", "must be major, minor, patch")
	if calls := r.calls(); calls != nil {
		t.Errorf("calls before the checks succeeded: %q", calls)
	}
	for name, text := range map[string]string{"a.md": "uses: " + "OWNER" + "/astro-apply@v1", "b.md": "* @" + "OWNER"} {
		r := newRepository(t)
		r.pushMain("docs: placeholder", map[string]string{name: text + "\n"})
		r.dispatch("minor", false).wantFailure("plan", name+":1:"+text)
		if !strings.Contains(r.log, ".ci/own o/Astro-Apply") {
			t.Errorf("the log doesn't show the command:\n%s", r.log)
		}
	}
	for want, change := range map[string]func(*fakeImage){
		"< linux/arm64":   func(i *fakeImage) { i.platforms = i.platforms[:1] },
		"> linux/riscv64": func(i *fakeImage) { i.platforms = append([]string{"linux/riscv64"}, i.platforms...) },
		`["/bin/sh"]`:     func(i *fakeImage) { i.entrypoint = "/bin/sh" },
		"user=65532":      func(i *fakeImage) { i.user = "65532" },
		"version=dev":     func(i *fakeImage) { i.version = "dev" },
		"larger than":     func(i *fakeImage) { i.size = 8 << 20 },
	} {
		r := newRepository(t)
		change(&r.image)
		r.dispatch("minor", false).wantFailure("image", want)
		if got := r.mustGit("tag"); got != "" {
			t.Errorf("%s: tags %q", want, got)
		}
	}

	// Another tag of the same name is never moved, and its image neither.
	r = newRepository(t)
	r.dispatch("minor", false)
	if failed := r.runJobs("smoke"); failed != "" {
		t.Fatalf("%s: %s", failed, r.log)
	}
	r.mustGit("update-ref", "refs/tags/v1.0.0", r.mustGit("commit-tree", "main^{tree}", "-m", "other"))
	other := r.mustGit("rev-parse", "v1.0.0")
	r.wantFailure("publish", "unknown revision")
	r.mustGit("update-ref", "refs/tags/v1.0.0", r.mustGit("commit-tree", "main^{tree}", "-p", other, "-m", "other"))
	r.wantFailure("publish", "already the release of another commit")
	r.mustGit("update-ref", "refs/tags/v1.0.0", r.mustGit("commit-tree", "main^{tree}", "-p", "main", "-m", "other"))
	r.wantFailure("publish", ", not "+r.outputs["commit"]["commit"])
	if digest := r.taggedDigest("1.0.0"); digest != "" {
		t.Errorf("the image has the tag of another release: %s", digest)
	}
}

// A run that publishes after a newer one moves no tag back. Its commit isn't signed, which
// is a warning.
func TestReleaseLate(t *testing.T) {
	skipUnlessLong(t)
	t.Parallel()
	r := newRepository(t)
	r.mustRelease("1.0.0")
	r.pushMain("plan: more", nil)
	if err := os.WriteFile(filepath.Join(r.dir, "unsigned"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	late := r.start("1.1.0")
	if failed := late.runJobs("commit"); failed != "" || !strings.Contains(late.log, "is not signed") {
		t.Fatalf("%s: %s", failed, late.log)
	}
	r.pushMain("plan: even more", nil)
	r.start("1.2.0").mustComplete()
	late.mustComplete()
	r.wantTags("v1=v1.2.0", "v1.2=v1.2.0", "v1.1=v1.1.0")
	older, newest := r.published("v1.1.0").IsLatest, r.published("v1.2.0").IsLatest
	if older != "false" || newest != "true" {
		t.Errorf("latest: v1.1.0 %s, v1.2.0 %s", older, newest)
	}
	if a, b := r.taggedDigest("1.1.0"), r.taggedDigest("1.2.0"); a == "" || a == b {
		t.Errorf("images 1.1.0 %q, 1.2.0 %q", a, b)
	}
}

// An abandoned release leaves its branch, which the next release of the version takes over.
func TestReleaseAbandoned(t *testing.T) {
	skipUnlessLong(t)
	t.Parallel()
	r := newRepository(t)
	r.dispatch("minor", false)
	if failed := r.runJobs("commit"); failed != "" {
		t.Fatalf("%s: %s", failed, r.log)
	}
	r.pushMain("plan: fix it", nil)
	r.mustRelease("minor")
	r.wantTags("v1.0.0^=main", "v1=v1.0.0")
}

// .ci/own replaces the placeholders.
func TestOwn(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	owner := "OWNER"
	r.pushMain("docs: placeholders", map[string]string{
		"a.md":       strings.ReplaceAll("ghcr.io/%/astro-apply@sha256: github.com/%/astro-apply WORKSPACE_%\n", "%", owner),
		"CODEOWNERS": "* @" + owner + "\n",
	})
	r.dispatch("minor", false)
	dir := t.TempDir()
	if err := r.checkout(dir, "", true); err != nil {
		t.Fatal(err)
	}
	for _, script := range []string{".ci/own Acme/Astro", ".ci/own Acme @acme/data", ".ci/own"} {
		if _, err := r.runScript(dir, script, nil); err == nil {
			t.Errorf("%s succeeds", script)
		}
	}
	if _, err := r.runScript(dir, ".ci/own Acme/Astro @acme/data && git commit -qam x && .ci/own", map[string]string{
		"GIT_AUTHOR_NAME": "o", "GIT_AUTHOR_EMAIL": "o@example.com",
		"GIT_COMMITTER_NAME": "o", "GIT_COMMITTER_EMAIL": "o@example.com",
	}); err != nil {
		t.Errorf("%v: %s", err, r.log)
	}
	for name, want := range map[string]string{
		"a.md":       "ghcr.io/acme/astro@sha256: github.com/Acme/Astro WORKSPACE_" + owner + "\n",
		"CODEOWNERS": "* @acme/data\n",
	} {
		if got, _ := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
