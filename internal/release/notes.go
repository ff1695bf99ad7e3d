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

// notesLimit keeps the notes well under the 125,000 characters that GitHub
// takes.
const notesLimit = 60_000 // bytes

// internalScopes are the scopes of commits that no user notices.
var internalScopes = []string{"ci", "contributing", "deps", "release", "test", "tests"}

// commitInfo is a commit as the notes tell it.
type commitInfo struct{ sha, message string }

// releaseNotes are what has changed for users since the version before, as Markdown:
// the subjects of the commits, by their scope. "scope!: subject" breaks
// something, and comes first.
func releaseNotes(changes []commitInfo) string {
	scopes, breaking, untold := map[string][]string{}, []string(nil), 0
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
			untold++
		default:
			scopes[scope] = append(scopes[scope], line)
		}
	}
	var b strings.Builder
	left := 0
	section := func(title string, lines []string) {
		start := "### " + title + "\n\n"
		for _, line := range lines {
			if b.Len()+len(start)+len(line) > notesLimit {
				left++
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
		section("What breaks", breaking)
	}
	for _, scope := range slices.Sorted(maps.Keys(scopes)) {
		section(cmp.Or(github.EscapeMarkdown(scope), "Others"), scopes[scope])
	}
	if left > 0 {
		fmt.Fprintf(&b, "And %s more.\n\n", countedNoun(left, "commit"))
	}
	if untold > 0 {
		fmt.Fprintf(&b, "And %s that users don't notice.\n\n", countedNoun(untold, "commit"))
	}
	if b.Len() == 0 {
		return "The first release.\n\n"
	}
	return b.String()
}

// squashSubject is the end of a subject that GitHub made of a pull request.
var squashSubject = regexp.MustCompile(`^(.*) \((#[0-9]+)\)$`)

// cutPullRequest cuts the pull request off, whose number stays a link: as all else
// that strangers may write, it would be none.
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

// usageText tells how to take a release: by its commit, which can't move, with the
// image that belongs to it. Any branch's workflow can attest, so what is
// verified has the branch and the commit, too.
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
