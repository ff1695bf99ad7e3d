package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// notesLimit keeps the notes well under the 125,000 characters that GitHub
// takes.
const notesLimit = 60_000 // bytes

// inner are the scopes of commits that no user notices.
var inner = []string{"ci", "contributing", "deps", "release", "test", "tests"}

// change is a commit as the notes tell it.
type change struct{ sha, message string }

// notes are what has changed for users since the version before, as Markdown:
// the subjects of the commits, by their scope. "scope!: subject" breaks
// something, and comes first.
func notes(changes []change) string {
	scopes, breaking, untold := map[string][]string{}, []string(nil), 0
	for _, c := range changes {
		subject, _, _ := strings.Cut(c.message, "\n")
		scope, text, ok := strings.Cut(subject, ": ")
		if !ok || strings.ContainsAny(scope, " \t") {
			scope, text = "", subject
		}
		scope, breaks := strings.CutSuffix(scope, "!")
		line := fmt.Sprintf("- %s (%s)\n", literal(strings.TrimSpace(text)), c.sha[:7])
		switch {
		case breaks:
			breaking = append(breaking, line)
		case slices.Contains(inner, strings.ToLower(scope)):
			untold++
		default:
			scopes[literal(scope)] = append(scopes[literal(scope)], line)
		}
	}
	var b strings.Builder
	section := func(title string, lines []string) {
		fmt.Fprintf(&b, "### %s\n\n", title)
		for i, line := range lines {
			if b.Len()+len(line) > notesLimit {
				fmt.Fprintf(&b, "- and %d more\n", len(lines)-i)
				break
			}
			b.WriteString(line)
		}
		b.WriteString("\n")
	}
	if breaking != nil {
		section("What breaks", breaking)
	}
	for _, scope := range slices.Sorted(maps.Keys(scopes)) {
		title := scope
		if title == "" {
			title = "Others"
		}
		section(title, scopes[scope])
	}
	if untold > 0 {
		fmt.Fprintf(&b, "And %s that users don't notice.\n\n", times(untold, "commit"))
	}
	if b.Len() == 0 {
		return "The first release.\n\n"
	}
	return b.String()
}

// literal is text that is no markup. A line of code stays one.
func literal(s string) string { return strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(s) }

func times(n int, word string) string {
	if n == 1 {
		return "one " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// use tells how to take a release: by its commit, which can't move, with the
// image that belongs to it.
func use(server, repository, tag, commit, image, previous string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### Use it\n\n```yaml\n- uses: %s@%s # %s\n```\n\n", repository, commit, tag)
	fmt.Fprintf(&b, "The commit runs `%s`. Verify it:\n\n```sh\ngh attestation verify oci://%[1]s --repo %s\n```\n", image, repository)
	if previous != "" {
		fmt.Fprintf(&b, "\n[All changes](%s/%s/compare/%s...%s)\n", server, repository, previous, tag)
	}
	return b.String()
}
