package report

import (
	"astro-apply/internal/plan"
	"astro-apply/internal/redact"
	"astro-apply/internal/schema"
)

// valueLimit is the maximum number of characters shown of a value.
const valueLimit = 120

// valueDiff holds the texts that show a field before and after a change.
type valueDiff struct{ before, after, note string }

// formatValues returns the values of fields without secrets. It shortens long values
// with the same path around the place where they differ; items of a set share a path.
func (r *Run) formatValues(fields []plan.Field) []valueDiff {
	out := make([]valueDiff, len(fields))
	texts, targets := map[string][]redact.Text{}, map[string][]*string{}
	add := func(path string, n *schema.Node, target *string) {
		texts[path] = append(texts[path], r.Secrets.Redact(n.Render()))
		targets[path] = append(targets[path], target)
	}
	for i, f := range fields {
		add(f.Path, f.Old, &out[i].before)
		add(f.Path, f.New, &out[i].after)
	}
	for path := range texts {
		for i, text := range redact.Truncate(valueLimit, texts[path]...) {
			*targets[path][i] = text
		}
	}
	for i, f := range fields {
		if out[i].before == out[i].after && f.Old.Render() != f.New.Render() {
			out[i].note = " (differs only in a secret)"
		}
	}
	return out
}
