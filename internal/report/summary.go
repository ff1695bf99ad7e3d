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
// long, Comment leaves out details and links to page, the address of the run. It redacts
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
	withoutRun := *r
	withoutRun.Duration, withoutRun.ModeReason = 0, "" // the same plan must give the same comment
	text := withoutRun.boundedMarkdown(room, room, "The complete text is in the log and the summary of "+run+".")
	return marker + r.redact(text+footer), nil
}

// commitMarkdown returns a commit's SHA without escapes, because GitHub turns a plain
// SHA into a link.
func commitMarkdown(sha string) string {
	if strings.Trim(sha, "0123456789abcdef") != "" { // not a SHA
		return github.EscapeMarkdown(sha)
	}
	return sha
}

// boundedMarkdown returns the header and the sections within limit bytes. If they are too
// long, it leaves out the least important parts, and a note says so, with fullTextHint. A
// list of findings then takes at most a sixth of room.
func (r *Run) boundedMarkdown(limit, room int, fullTextHint string) string {
	header := r.summaryHeader()
	var text strings.Builder
	text.WriteString(header)
	for _, s := range r.sections(inFull) {
		if text.WriteString(s.markdown(limit)); text.Len() > limit {
			break
		}
	}
	for b := withoutNotices; text.Len() > limit && b <= onlyNames; b++ {
		text.Reset()
		text.WriteString(header + "> [!NOTE]\n> This text is too long for GitHub. It omits " + omissions[b] + ". " + fullTextHint + "\n\n")
		for _, s := range r.sections(b) {
			maxSize := room / 6
			switch {
			case s.isNames: // the removals follow
				maxSize = limit - text.Len() - room/3
			case b == onlyNames && s.isDiff():
				s.isWhole, maxSize = false, room/4
			}
			if block := s.markdown(maxSize); b < onlyNames || text.Len()+len(block) <= limit {
				text.WriteString(block)
			}
		}
	}
	return text.String()
}

// summaryHeader returns the title, the result and the reason for the mode.
func (r *Run) summaryHeader() string {
	var b strings.Builder
	b.WriteString(r.headingMarkdown())
	if r.NotAppliedReason != "" {
		b.WriteString("> [!IMPORTANT]\n> " + github.EscapeMarkdownOutsideCode(r.redact(r.NotAppliedReason)) + "\n\n")
	}
	level, reasons := r.risk()
	reasons = github.EscapeMarkdown(r.redact(reasons))
	switch result := github.EscapeMarkdown(r.redact(r.ResultLine())); {
	case level == "":
		b.WriteString("**" + result + "**\n\n")
	case r.Mode == config.ModeDrift, r.Outcomes != nil: // the difference or the result matters more than the risk
		b.WriteString("**" + result + "** " + level + " – " + reasons + "\n\n")
	default:
		b.WriteString("**" + level + "** – " + reasons + " " + result + "\n\n")
	}
	var facts []string
	if r.ModeReason != "" {
		facts = append(facts, fmt.Sprintf("Mode `%s`: %s.", r.Mode, github.EscapeMarkdown(r.redact(r.ModeReason))))
	}
	if d := roundedDuration(r.Duration); d != "" && r.ModeReason != "" {
		facts = append(facts, "Took "+d+".")
	}
	if only := r.TargetText(); only != "" {
		facts = append(facts, only)
	}
	if len(facts) > 0 {
		b.WriteString(strings.Join(facts, " ") + "\n\n")
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
