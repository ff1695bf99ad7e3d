package report

import (
	"fmt"
	"html"
	"strings"

	"astro-apply/internal/github"
	"astro-apply/internal/plan"
)

// summaryLimit is well under the 1 MiB above which GitHub drops a step's summary
// as a whole.
const summaryLimit = 900 << 10

// Summary is the job summary: the result in a sentence, everything that went
// wrong, a table of the objects, and what differs in each.
func (r *Run) Summary() string {
	support := r.supportSection()
	return joinWithinLimit(summaryLimit-len(support), "All of it is in the log of the step.", r.summaryBlocks(summaryLimit)...) + support
}

// summaryBlocks are the parts of a text of at most room bytes, the most useful first.
func (r *Run) summaryBlocks(room int) []string {
	out := []string{
		r.summaryHeader(), r.findingsSection(github.Error, "Errors", room/6), r.exportSection(room / 6), r.resourceTable(room / 6), r.findingsSection(github.Warning, "Warnings", room/6),
		r.unmanagedSection(room / 6), r.findingsSection(github.Notice, "Notices", room/6),
	}
	return append(out, r.changeDetails()...)
}

// joinWithinLimit puts blocks together as long as they are within limit bytes. Where some
// are left out, it says so after the first, and where the whole is.
func joinWithinLimit(limit int, whole string, blocks ...string) string {
	cut := "> [!NOTE]\n> This is longer than GitHub shows. " + whole + "\n\n"
	size, all := len(cut), 0
	for _, b := range blocks {
		all += len(b)
	}
	if all+len(cut) <= limit {
		return strings.Join(blocks, "")
	}
	kept := []string{blocks[0], cut}
	size += len(blocks[0])
	for _, b := range blocks[1:] {
		if size+len(b) <= limit {
			kept, size = append(kept, b), size+len(b)
		}
	}
	return strings.Join(kept, "")
}

// summaryHeader is the result in plain words.
func (r *Run) summaryHeader() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s astro-apply: %s\n\n", r.resultIcon(), orElse(r.Mode, "not started"))
	if r.NotAppliedReason != "" {
		b.WriteString("> [!IMPORTANT]\n> " + github.EscapeMarkdownOutsideCode(r.NotAppliedReason) + "\n\n")
	}
	first, second := r.ResultLine(), r.Risk()
	switch {
	case second == "" || r.HasBlockingErrors():
		second = ""
	case r.Mode == "drift":
		second = " To apply the manifest would be " + github.EscapeMarkdown(second)
	case r.Outcomes != nil: // what came of it matters more
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
		b.WriteString("> [!NOTE]\n> Simulated: nothing of this happened at Astro.\n\n")
	}
	return b.String()
}

// TargetText says that the run is about a part of the manifest, "" if it isn't.
func (r *Run) TargetText() string {
	if r.TargetCount == 0 {
		return ""
	}
	return fmt.Sprintf("Only %d of %s, by the input only.", r.TargetCount, countedNoun(r.DeclaredCount, "declared object"))
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

// findingsSection is what there is to tell of a level, within room bytes.
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
		fmt.Fprintf(&b, "- and %d more, which are in the log\n", countProblems(rest))
	}
	return fmt.Sprintf("### %s (%d)\n\n%s\n", heading, countProblems(all), b.String())
}

// changeDetails is what differs, a block for each object.
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
	if len(lines) == 0 || c.Action == plan.Errored { // then why is an error
		return ""
	}
	var text strings.Builder
	if visible := r.visibilityText(c); visible != "" {
		text.WriteString("! " + visible + "\n")
	}
	for _, l := range lines {
		mark := l.sign
		if mark == "~" || mark == "?" {
			mark = "!" // the fence colours this one
		}
		text.WriteString(mark + " " + l.text + "\n")
	}
	// A summary is HTML, in which markdown's escapes would show. In code
	// nothing becomes a link or a mention.
	return fmt.Sprintf("<details><summary>%s <code>%s</code>: %s</summary>\n\n%s\n</details>\n\n",
		c.Action, html.EscapeString(github.SanitizeLine(c.Resource.String())), countedNoun(len(lines), "difference"), github.CodeBlock("diff", text.String()))
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
