package report

import (
	"strings"

	"astro-apply/internal/github"
)

const commentLimit = 60000 // bytes of a comment; GitHub's limit is 65,536 characters

// commitMarkdown returns a commit's SHA without escapes, because GitHub turns a plain
// SHA into a link.
func commitMarkdown(sha string) string {
	if strings.Trim(sha, "0123456789abcdef") != "" { // not a SHA
		return github.EscapeMarkdown(sha)
	}
	return sha
}

// Comment returns the summary as a comment on a pull request. If the summary is too
// long, Comment leaves out blocks and links to page, the address of the run. It redacts
// secrets in the visible text only: the marker contains none and must remain parseable.
func (r *Run) Comment(m Marker, page string) (string, error) {
	marker, err := m.htmlComment()
	if err != nil {
		return "", err
	}
	fullTextHint := "The complete text is in the log and the summary of the run."
	footer := ""
	if page != "" {
		fullTextHint = "The complete text is in the log and the summary of [the run](" + page + ")."
		footer = "[The run](" + page + ") has the log"
		if m.Head != "" {
			footer += "; commit " + commitMarkdown(m.Head)
		}
		footer += ".\n"
	}
	room := commentLimit - len(marker) - len(footer)
	withoutDuration := *r
	withoutDuration.Duration = 0 // the same plan must give the same comment
	return marker + r.Secrets.Redact(joinWithinLimit(room, fullTextHint, withoutDuration.summaryBlocks(room)...)+footer).String(), nil
}
