package report

import (
	"fmt"

	"astro-apply/internal/config"
	"astro-apply/internal/current"
	"astro-apply/internal/plan"
	"astro-apply/internal/redact"
	"astro-apply/internal/schema"
)

// diffSection lists the differences of one resource, for the log and, except in mode
// drift, for the summary.
func (r *Run) diffSection(c *plan.Change) section {
	s := section{style: foldedDiff, isWhole: true}
	add := func(sign, text string) { s.rows = append(s.rows, row{sign: sign, cells: textCells(text)}) }
	if last := r.lastModifiedText(c.Live); last != "" && r.Mode == config.ModeDrift {
		add("", "last changed "+last)
	}
	if visible := r.visibilityText(c); visible != "" {
		add("!", visible)
	}
	if r.Mode == config.ModeDrift && c.UnusableReason != "" {
		add("!", c.UnusableReason)
	}
	notes := len(s.rows)
	for i, v := range r.formatValues(c.Fields) {
		add(describeField(c.Fields[i], v))
	}
	for i, v := range r.formatValues(c.Kept) {
		add("!", fmt.Sprintf("%s: %s (kept, not in the manifest)", c.Kept[i].Label, v.before))
	}
	problems := current.ProblemsOf(c.Err)
	for _, p := range problems {
		add("?", p.Error())
	}
	if c.Err != nil && problems == nil {
		add("?", c.Err.Error())
	}
	s.title = textCells(string(c.Action)+" ", c.Resource.String(), ": "+countedNoun(len(s.rows)-notes, "difference"))
	s.title[1].isCode = true
	return s
}

func describeField(f plan.Field, v valueDiff) (sign, text string) {
	switch {
	case f.Rewrite:
		return "~", f.Label + ": " + schema.RedactionMark + " (rewritten; secrets can't be compared)"
	case f.New == nil:
		return "-", f.Label + ": " + v.before
	case f.Old == nil:
		return "+", f.Label + ": " + v.after
	}
	return "~", fmt.Sprintf("%s: %s → %s%s", f.Label, v.before, v.after, v.note)
}

// valueLimit is the maximum number of characters shown of a value.
const valueLimit = 120

// valueDiff holds the texts that show a field before and after a change.
type valueDiff struct{ before, after, note string }

// formatValues returns the values of fields without secrets. It shortens long values
// with the same path around the place where they differ; items of a set share a path.
func (r *Run) formatValues(fields []plan.Field) []valueDiff {
	out := make([]valueDiff, len(fields))
	texts, targets := map[string][]redact.Text{}, map[string][]*string{}
	add := func(path, text string, target *string) {
		texts[path] = append(texts[path], r.Secrets.Redact(text))
		targets[path] = append(targets[path], target)
	}
	for i, f := range fields {
		before, after := schema.RenderBoth(f.Old, f.New)
		add(f.Path, before, &out[i].before)
		add(f.Path, after, &out[i].after)
		if before != after {
			out[i].note = " (differs only in a secret)"
		}
	}
	for path := range texts {
		for i, text := range redact.Truncate(valueLimit, texts[path]...) {
			*targets[path][i] = text
		}
	}
	for i := range out {
		if out[i].before != out[i].after {
			out[i].note = ""
		}
	}
	return out
}
