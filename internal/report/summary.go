package report

import (
	"fmt"
	"strings"

	"astro-apply/internal/config"
	"astro-apply/internal/github"
)

// Limits of GitHub. It drops the complete summary of a step above 1 MiB, and refuses a
// comment above 65,536 characters.
const (
	summaryLimit = 900 << 10 // bytes
	commentLimit = 60000     // bytes
)

const simulationNote = "> [!NOTE]\n> Simulation: this run used an in-memory Astro API. Astro itself is unchanged.\n\n"

// Summary returns the job summary: the result in a sentence, all findings, a table of
// the resources, and the differences of each.
func (r *Run) Summary() string {
	support := strings.TrimSuffix(r.supportMarkdown(), "\n")
	fullTextHint := "The complete text is in the log of the step."
	return r.boundedMarkdown(summaryLimit-len(support), summaryLimit, fullTextHint) + support
}

// Comment returns the summary as a comment on a pull request. If the summary is too
// long, Comment leaves out sections and links to page, the address of the run. It redacts
// secrets in the visible text only: the marker contains none and must remain parseable.
func (r *Run) Comment(m Marker, page string) (string, error) {
	marker, err := m.htmlComment()
	if err != nil {
		return "", err
	}
	run, footer := "the run", ""
	if page != "" {
		run = "[the run](" + page + ")"
		footer = "[The run](" + page + ") has the log" + prefixedText("; commit ", commitMarkdown(m.Head)) + ".\n"
	}
	room := commentLimit - len(marker) - len(footer)
	withoutDuration := *r
	withoutDuration.Duration = 0 // the same plan must give the same comment
	text := withoutDuration.boundedMarkdown(room, room, "The complete text is in the log and the summary of "+run+".")
	return marker + r.Secrets.Redact(text+footer).String(), nil
}

// commitMarkdown returns a commit's SHA without escapes, because GitHub turns a plain
// SHA into a link.
func commitMarkdown(sha string) string {
	if strings.Trim(sha, "0123456789abcdef") != "" { // not a SHA
		return github.EscapeMarkdown(sha)
	}
	return sha
}

// boundedMarkdown returns the header and the sections that fit into limit bytes; a long
// list takes at most a sixth of room. If it leaves out a section, it adds a note with
// fullTextHint after the header.
func (r *Run) boundedMarkdown(limit, room int, fullTextHint string) string {
	header := r.summaryHeader()
	note := "> [!NOTE]\n> This text is too long for GitHub, so it is incomplete. " + fullTextHint + "\n\n"
	var whole, bounded strings.Builder
	for _, s := range r.sections() {
		block := s.markdown(room / 6)
		whole.WriteString(block)
		if len(header)+len(note)+bounded.Len()+len(block) <= limit {
			bounded.WriteString(block)
		}
	}
	if len(header)+len(note)+whole.Len() <= limit {
		return header + whole.String()
	}
	return header + note + bounded.String()
}

// summaryHeader returns the title, the result and the reason for the mode.
func (r *Run) summaryHeader() string {
	var b strings.Builder
	b.WriteString(r.headingMarkdown())
	if r.NotAppliedReason != "" {
		b.WriteString("> [!IMPORTANT]\n> " + github.EscapeMarkdownOutsideCode(r.NotAppliedReason) + "\n\n")
	}
	first, second := r.ResultLine(), r.Risk()
	switch {
	case second == "":
	case r.Mode == config.ModeDrift, r.Outcomes != nil: // the difference or the result matters more than the risk
		second = " " + github.EscapeMarkdown(second)
	default:
		first, second = second, " "+github.EscapeMarkdown(first)
	}
	fmt.Fprintf(&b, "**%s**%s\n\n", github.EscapeMarkdown(first), second)
	if r.ModeReason != "" {
		fmt.Fprintf(&b, "Mode `%s`: %s.", r.Mode, github.EscapeMarkdown(r.ModeReason))
		if d := roundedDuration(r.Duration); d != "" {
			fmt.Fprintf(&b, " Took %s.", d)
		}
		if only := r.TargetText(); only != "" {
			b.WriteString(" " + only)
		}
		b.WriteString("\n\n")
	}
	if r.Simulated {
		b.WriteString(simulationNote)
	}
	return b.String()
}

// TargetText states that the run covers only a part of the manifest; "" if it covers all.
func (r *Run) TargetText() string {
	if r.TargetCount == 0 {
		return ""
	}
	return fmt.Sprintf("Limited by input \"only\" to %d of %s.", r.TargetCount, countedNoun(r.DeclaredCount, "declared resource"))
}
