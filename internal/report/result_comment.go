package report

import (
	"fmt"
	"strings"

	"astro-apply/internal/apply"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
)

// shortSHALength is the length to which GitHub shortens the SHA of a commit.
const shortSHALength = 7

// ResultComment returns the result of an apply as a comment: the counts, or the errors.
// page is the address of the run. Like Comment, it redacts secrets in the visible text.
func (r *Run) ResultComment(m Marker, page string) (string, error) {
	marker, err := m.htmlComment()
	if err != nil {
		return "", err
	}
	errs := findingsSection("", r.Findings(), github.Error)
	errs.style = untitled
	sections := []section{errs}
	if r.Outcomes != nil {
		changed := r.changedRows()
		details := r.detailsSection(changed, inFull)
		details.style = foldedDiff
		sections = append(sections, r.resourceTable(changed), details)
	}
	text := "### " + github.EscapeMarkdown(r.redact(r.heading())) + "\n\n" + r.resultMarkdown(m.Head)
	if page != "" {
		text += " [Run](" + page + ")"
	}
	text += "\n\n"
	if only := r.TargetText(); only != "" {
		text += github.EscapeMarkdown(only) + "\n\n"
	}
	if r.Simulated {
		text += simulationNote
	}
	for _, s := range sections {
		room := commentLimit - len(marker) - len(text)
		block := r.redactedMarkdown(s, room/2)
		if len(block) > room && s.columns != nil { // a table is never cut
			block = r.redactedMarkdown(r.namesSection(r.changedRows()), room/2)
		}
		if len(block) <= room { // the run has the details
			text += block
		}
	}
	text = strings.TrimRight(text, "\n") + "\n"
	return marker + r.redact(text), nil
}

// resultMarkdown returns the result of an apply of commit head in one paragraph.
func (r *Run) resultMarkdown(head string) string {
	c, commit := r.Counts(), shortCommitMarkdown(head)
	changes := r.countChanges(func(c *plan.Change) bool { return c.IsActive() || c.Action == plan.Errored })
	switch {
	case !r.HasFailed() && c.Changed() == 0:
		return "✅ **No changes** for " + commit + ": " + r.countsText()
	case !r.HasFailed():
		return "✅ **Applied** " + commit + prefixedText(" in ", roundedDuration(r.Duration)) + ": " + r.countsText()
	case r.Outcomes != nil && r.StopErr == nil && c[apply.Failed] > 0 && changes > 0:
		return fmt.Sprintf("❌ **%d of %s failed** for %s: %s ", c[apply.Failed], countedNoun(changes, "change"), commit, r.countsText()) +
			"Fix the cause and run the job again: it makes the missing changes."
	}
	return "❌ **" + github.EscapeMarkdown(r.redact(r.ResultLine())) + "** Commit " + commit + "."
}

func shortCommitMarkdown(sha string) string {
	return commitMarkdown(strings.TrimSpace(sha[:min(len(sha), shortSHALength)]))
}
