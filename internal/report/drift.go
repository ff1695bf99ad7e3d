package report

import (
	"fmt"
	"html"
	"strings"

	"astro-apply/internal/current"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
)

const displayTimeFormat = "2006-01-02 15:04 UTC"

// driftSection returns a table of the fields in which a resource differs, with the
// current and the declared values, and a line about the last change. The section isn't
// folded, because finding these differences is the purpose of mode drift.
func (r *Run) driftSection(c *plan.Change) string {
	rows := r.fieldDrifts(c)
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	page := ""
	if c.Live != nil {
		page = r.pageURL(c.Live, c.Resource.Kind)
	}
	fmt.Fprintf(&b, "#### %s\n\n", markdownLink(c.Resource.String(), page))
	if last := lastModifiedText(c.Live); last != "" {
		b.WriteString(github.EscapeMarkdown("Last changed "+last+".") + "\n\n")
	}
	b.WriteString("| field | in Astro | in the manifest |\n| --- | --- | --- |\n")
	for _, d := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", github.EscapeMarkdown(d.path), github.EscapeMarkdown(d.live), github.EscapeMarkdown(d.declared))
	}
	return b.String() + "\n"
}

// fieldDrift describes a field whose value in Astro differs from the manifest. An
// empty path means the resource itself.
type fieldDrift struct{ path, live, declared string }

func (r *Run) fieldDrifts(c *plan.Change) (out []fieldDrift) {
	switch c.Action {
	case plan.Create:
		return []fieldDrift{{"", "does not exist" + prefixedText("; ", r.visibilityText(c)), "declared at " + c.Resource.Pos.String()}}
	case plan.Delete, plan.DeletePrevented:
		return []fieldDrift{{"", "exists", "state: absent"}}
	}
	for i, v := range r.formatValues(c.Fields) {
		if !c.Fields[i].Rewrite { // a secret that an update would write again needn't differ
			out = append(out, fieldDrift{c.Fields[i].Path, v.before, v.after + v.note})
		}
	}
	for i, v := range r.formatValues(c.Kept) {
		out = append(out, fieldDrift{c.Kept[i].Path, v.before, v.after})
	}
	if c.UnusableReason != "" {
		out = append(out, fieldDrift{"", c.UnusableReason, "usable"})
	}
	return out
}

// driftRemedy returns advice on how to remove the drift.
func (r *Run) driftRemedy() string {
	text := ""
	if r.differsFromManifest() {
		text = " Apply the manifest, or update it to match Astro."
	}
	if r.countUnusable() > 0 {
		text += " The warnings explain how to fix expired or failed resources."
	}
	return text
}

// lastModifiedText returns who changed a resource last, and when, as far as the API
// returns it.
func lastModifiedText(live *current.Live) string {
	if live == nil {
		return ""
	}
	by, at := live.LastModified()
	var parts []string
	if by != "" {
		parts = append(parts, "by "+by)
	}
	if !at.IsZero() {
		parts = append(parts, "on "+at.Format(displayTimeFormat))
	}
	return strings.Join(parts, " ")
}

// unmanagedSection returns a folded list of the resources that no manifest declares,
// of at most room bytes.
func (r *Run) unmanagedSection(room int) string {
	if len(r.Unmanaged) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<details><summary>%s</summary>\n\n", html.EscapeString(r.unmanagedTitle()))
	for i, u := range r.Unmanaged {
		line := "- " + markdownLink(unmanagedName(u), r.pageURL(u.Live, u.Kind)) + github.EscapeMarkdown(prefixedText(", last changed ", lastModifiedText(u.Live))) + "\n"
		if b.Len()+len(line) > room {
			fmt.Fprintf(&b, "- and %d more; see the log\n", len(r.Unmanaged)-i)
			break
		}
		b.WriteString(line)
	}
	b.WriteString("\n</details>\n\n")
	return b.String()
}

func prefixedText(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func (r *Run) unmanagedTitle() string {
	n := len(r.Unmanaged)
	return fmt.Sprintf("%s in the managed %ss %s not in the manifest", countedNoun(n, "resource"), r.Unmanaged[0].RootKind.Title, verbForm(n, "is", "are"))
}

func unmanagedName(u current.UnmanagedResource) string {
	return fmt.Sprintf("%s %q (%s) in %s %q", u.Kind.Title, u.Live.Name(), u.Live.ID, u.RootKind.Title, u.RootName)
}

// UnmanagedText lists the resources that no manifest declares, for the log.
func (r *Run) UnmanagedText() string {
	if len(r.Unmanaged) == 0 {
		return ""
	}
	lines := []string{r.unmanagedTitle() + ":"}
	for _, u := range r.Unmanaged {
		lines = append(lines, "    "+github.SanitizeLine(unmanagedName(u)+prefixedText(", last changed ", lastModifiedText(u.Live))))
	}
	return strings.Join(lines, "\n") + "\n"
}
