package report

import (
	"fmt"
	"strings"

	"astro-apply/internal/current"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
)

const displayTimeFormat = "2006-01-02 15:04 UTC"

// driftSection is a table of the fields in which a resource differs, with the current
// and the declared values. It isn't folded, because finding these differences is the
// purpose of mode drift.
func (r *Run) driftSection(x resourceRow, b brevity) section {
	c := x.change
	s := section{
		style: subheaded, isWhole: true, title: []cell{{parts: r.resourceParts(c), link: x.pageURL}},
		columns: []string{"field", "in Astro", "in the manifest"},
	}
	if last := r.lastModifiedText(c.Live); last != "" {
		s.intro = github.EscapeMarkdown(r.redact("Last changed "+last+".")) + "\n\n"
	}
	add := func(path, live, declared string) {
		s.rows = append(s.rows, row{cells: textCells(path, live, declared)})
	}
	switch c.Action {
	case plan.Create:
		visible := prefixedText("; ", r.visibilityText(c))
		add("(all)", "does not exist"+visible, "declared at "+c.Resource.Pos.String())
		return s
	case plan.Delete:
		add("(all)", "exists", "state: absent")
		return s
	case plan.DeletePrevented:
		add("(all)", "exists", "state: absent; an apply keeps it, because allow-delete isn't set")
		return s
	}
	for i, v := range r.formatValues(c.Fields, b) {
		if !c.Fields[i].Rewrite { // a secret that an update would write again needn't differ
			add(c.Fields[i].Label, v.before, v.after+v.note)
		}
	}
	for i, v := range r.formatValues(c.Kept, b) {
		add(c.Kept[i].Label, v.before, "not declared; an apply keeps it")
	}
	if c.UnusableReason != "" {
		add("(status)", c.UnusableReason, "")
	}
	return s
}

// driftRemedy returns advice on how to remove the drift.
func (r *Run) driftRemedy() string {
	text := ""
	if r.countChanges(differsFromManifest) > 0 {
		text = " Apply the manifest, or update it to match Astro."
	}
	if r.countChanges(isUnusable) > 0 {
		text += " The warnings explain how to fix expired or failed resources."
	}
	return text
}

// lastModifiedText returns who changed a resource last, and when, as far as the API
// returns it.
func (r *Run) lastModifiedText(live *current.Live) string {
	if live == nil {
		return ""
	}
	by, at := live.LastModified()
	text := prefixedText("by ", by)
	if r.HideAuthors {
		text = ""
	}
	if !at.IsZero() {
		text += " on " + at.Format(displayTimeFormat)
	}
	return strings.TrimPrefix(text, " ")
}

func prefixedText(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// unmanagedSection lists the resources that no manifest declares.
func (r *Run) unmanagedSection() section {
	s := section{style: folded}
	for _, u := range r.Unmanaged {
		name := fmt.Sprintf("%s %q (%s) in %s %q", u.Kind.Title, u.Live.Name(), u.Live.ID, u.RootKind.Title, u.RootName)
		cells := textCells(name, prefixedText(", last changed ", r.lastModifiedText(u.Live)))
		cells[0].link = r.pageURL(u.Live.UIPath())
		s.rows = append(s.rows, row{cells: cells})
	}
	if n := len(r.Unmanaged); n > 0 {
		s.title = textCells(fmt.Sprintf("%s in the managed %ss %s not in the manifest",
			countedNoun(n, "resource"), r.Unmanaged[0].RootKind.Title, verbForm(n, "is", "are")))
	}
	return s
}
