package main

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"astro-apply/internal/github"
)

// notesLimit is the maximum size of the notes in bytes. It is far below GitHub's limit of
// 125,000 characters.
const notesLimit = 60_000

// internalScopes lists the scopes of commits that don't change anything for users.
var internalScopes = []string{"ci", "contributing", "deps", "release", "test", "tests"}

// commitInfo is a commit in the release notes.
type commitInfo struct{ sha, message string }

// releaseNotes returns the changes for users since the previous version as Markdown: the
// subjects of the commits, grouped by scope. A commit with the subject "scope!: text" is a
// breaking change; those come first.
func releaseNotes(changes []commitInfo) string {
	scopes, breaking, internalCommits := map[string][]string{}, []string(nil), 0
	for _, c := range changes {
		subject, _, _ := strings.Cut(c.message, "\n")
		scope, text, ok := strings.Cut(subject, ": ")
		if !ok || strings.ContainsAny(scope, " \t") {
			scope, text = "", subject
		}
		scope, breaks := strings.CutSuffix(scope, "!")
		text, request := cutPullRequest(text)
		line := fmt.Sprintf("- %s (%s%s)\n", github.EscapeMarkdown(strings.TrimSpace(text)), request, c.sha[:7])
		switch {
		case breaks:
			breaking = append(breaking, line)
		case slices.Contains(internalScopes, strings.ToLower(scope)):
			internalCommits++
		default:
			scopes[scope] = append(scopes[scope], line)
		}
	}
	var b strings.Builder
	omitted := 0
	section := func(title string, lines []string) {
		start := "### " + title + "\n\n"
		for _, line := range lines {
			if b.Len()+len(start)+len(line) > notesLimit {
				omitted++
				continue
			}
			b.WriteString(start + line)
			start = ""
		}
		if start == "" {
			b.WriteString("\n")
		}
	}
	if breaking != nil {
		section("Breaking changes", breaking)
	}
	for _, scope := range slices.Sorted(maps.Keys(scopes)) {
		section(cmp.Or(github.EscapeMarkdown(scope), "Other changes"), scopes[scope])
	}
	if omitted > 0 {
		fmt.Fprintf(&b, "Not listed: %s.\n\n", countedNoun(omitted, "more commit"))
	}
	if internalCommits > 0 {
		fmt.Fprintf(&b, "Not listed: %s.\n\n", countedNoun(internalCommits, "internal commit"))
	}
	if b.Len() == 0 {
		return "First release.\n\n"
	}
	return b.String()
}

// squashSubject matches the subject that GitHub writes when it squashes a pull request.
var squashSubject = regexp.MustCompile(`^(.*) \((#[0-9]+)\)$`)

// cutPullRequest splits off the number of the pull request, so that it remains a link.
// The caller escapes the rest, because anyone may have written it.
func cutPullRequest(text string) (rest, request string) {
	if m := squashSubject.FindStringSubmatch(text); m != nil {
		return m[1], m[2] + ", "
	}
	return text, ""
}

func countedNoun(n int, word string) string {
	if n == 1 {
		return "one " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// usageText explains how to use a release, by its commit, which can't change, and how to
// verify its image. The command also verifies the branch and the commit, because a
// workflow of any branch can create attestations.
func (r *release) usageText(tag, image, previous string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### Use it\n\n```yaml\n- uses: %s@%s # %s\n```\n\n", r.Repository, r.ReleaseCommit, tag)
	fmt.Fprintf(&b, "The commit runs `%s`. Verify it:\n\n```sh\n", image)
	fmt.Fprintf(&b, "gh attestation verify oci://%s --repo %s \\\n  --signer-workflow %[2]s/.github/workflows/release.yml \\\n", image, r.Repository)
	fmt.Fprintf(&b, "  --source-ref %s --source-digest %s\n```\n", r.Ref, r.Commit)
	if previous != "" {
		fmt.Fprintf(&b, "\n[All changes](%s/%s/compare/%s...%s)\n", r.Server, r.Repository, previous, tag)
	}
	return b.String()
}
