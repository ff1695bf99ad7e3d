package report

import (
	"fmt"
	"html"
	"strings"

	"astro-apply/internal/github"
	"astro-apply/internal/plan"
)

// summaryLimit is below 1 MiB, because GitHub drops the complete summary of a step
// above that.
const summaryLimit = 900 << 10

// Summary returns the job summary: the result in a sentence, all findings, a table of
// the resources, and the differences of each.
func (r *Run) Summary() string {
	support := r.supportSection()
	return joinWithinLimit(summaryLimit-len(support), "The complete text is in the log of the step.", r.summaryBlocks(summaryLimit)...) + support
}

// summaryBlocks returns the parts of a text of at most room bytes, the most useful first.
func (r *Run) summaryBlocks(room int) []string {
	out := []string{
		r.summaryHeader(), r.findingsSection(github.Error, "Errors", room/6), r.exportSection(room / 6), r.resourceTable(room / 6), r.findingsSection(github.Warning, "Warnings", room/6),
		r.unmanagedSection(room / 6), r.findingsSection(github.Notice, "Notices", room/6),
	}
	return append(out, r.changeDetails()...)
}

// joinWithinLimit joins the blocks that fit into limit bytes. If it leaves out a block,
// it adds a note with fullTextHint after the first one.
func joinWithinLimit(limit int, fullTextHint string, blocks ...string) string {
	note := "> [!NOTE]\n> This text is too long for GitHub, so it is incomplete. " + fullTextHint + "\n\n"
	size, fullSize := len(note), 0
	for _, b := range blocks {
		fullSize += len(b)
	}
	if fullSize+len(note) <= limit {
		return strings.Join(blocks, "")
	}
	kept := []string{blocks[0], note}
	size += len(blocks[0])
	for _, b := range blocks[1:] {
		if size+len(b) <= limit {
			kept, size = append(kept, b), size+len(b)
		}
	}
	return strings.Join(kept, "")
}

// summaryHeader returns the title, the result and the reason for the mode.
func (r *Run) summaryHeader() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s astro-apply: %s\n\n", r.resultIcon(), orElse(r.Mode, "not started"))
	if r.NotAppliedReason != "" {
		b.WriteString("> [!IMPORTANT]\n> " + github.EscapeMarkdownOutsideCode(r.NotAppliedReason) + "\n\n")
	}
	first, second := r.ResultLine(), r.Risk()
	switch {
	case second == "":
	case r.Mode == "drift", r.Outcomes != nil: // the difference or the result matters more than the risk
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
		b.WriteString("> [!NOTE]\n> Simulation: this run used an in-memory Astro API. Astro itself is unchanged.\n\n")
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

func (r *Run) resultIcon() string {
	switch {
	case r.HasFailed():
		return "❌"
	case r.Outcomes == nil && r.Counts().Changed() > 0:
		return "📝"
	}
	return "✅"
}

// findingsSection lists the findings of a level, within room bytes.
func (r *Run) findingsSection(level github.Level, heading string, room int) string {
	var b strings.Builder
	var all, rest []Finding
	for _, f := range r.Findings() {
		if f.Level != level {
			continue
		}
		all = append(all, f)
		if line := "- " + github.EscapeMarkdown(f.positionPrefix()) + github.EscapeMarkdown(f.Message) + "\n"; b.Len()+len(line) <= room {
			b.WriteString(line)
		} else {
			rest = append(rest, f)
		}
	}
	if all == nil {
		return ""
	}
	if rest != nil {
		fmt.Fprintf(&b, "- and %d more; see the log\n", countProblems(rest))
	}
	return fmt.Sprintf("### %s (%d)\n\n%s\n", heading, countProblems(all), b.String())
}

// changeDetails returns the differences, one block per resource.
func (r *Run) changeDetails() (blocks []string) {
	if r.Plan == nil {
		return nil
	}
	for _, c := range r.Plan.Changes {
		if r.Mode == "drift" {
			blocks = append(blocks, r.driftSection(c))
		} else {
			blocks = append(blocks, r.diffSection(c))
		}
	}
	return blocks
}

func (r *Run) diffSection(c *plan.Change) string {
	lines := r.diffLines(c)
	if len(lines) == 0 || c.Action == plan.Errored { // the errors section has the reason of an errored change
		return ""
	}
	var text strings.Builder
	if visible := r.visibilityText(c); visible != "" {
		text.WriteString("! " + visible + "\n")
	}
	for _, l := range lines {
		mark := l.sign
		if mark == "~" || mark == "?" {
			mark = "!" // GitHub highlights ! in a diff block, but neither ~ nor ?
		}
		text.WriteString(mark + " " + l.text + "\n")
	}
	// The summary element is HTML, which would show the backslashes of Markdown escapes.
	// Inside code, GitHub creates neither links nor mentions.
	return fmt.Sprintf("<details><summary>%s <code>%s</code>: %s</summary>\n\n%s\n</details>\n\n",
		c.Action, html.EscapeString(github.SanitizeLine(c.Resource.String())), countedNoun(len(lines), "difference"), github.CodeBlock("diff", text.String()))
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
