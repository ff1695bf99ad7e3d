package plan

import (
	"strings"

	"astro-apply/internal/schema"
)

// UnplannedRemoval returns the path of a live value that d removes and shown doesn't, ""
// if there is none.
func (d *Diff) UnplannedRemoval(shown *Diff) string {
	return unplannedPath(d.Fields, shown.Fields, func(f Field) bool { return f.New == nil })
}

// UnplannedChange returns the path of a field that d changes and shown doesn't, or that
// shown changes from or to another value; "" if there is none.
func (d *Diff) UnplannedChange(shown *Diff) string {
	return unplannedPath(d.Fields, shown.Fields, func(Field) bool { return true })
}

// unplannedPath returns the path of the first of the selected fields that is not in
// shown. The items of a set share a path, so each field of shown matches one
// field only.
func unplannedPath(fields, shown []Field, selected func(Field) bool) string {
	used := make([]bool, len(shown))
	show := func(f Field, same func(shown, f Field) bool) bool {
		for i, s := range shown {
			if !used[i] && same(s, f) {
				used[i] = true
				return true
			}
		}
		return false
	}
	for _, f := range fields {
		if selected(f) && !show(f, isSameChange) && !show(f, isResolvedChange) {
			return f.Path
		}
	}
	return ""
}

// isSameChange reports whether two fields change the same value in the same way.
func isSameChange(shown, f Field) bool {
	return shown.Path == f.Path && schema.Identical(shown.Old, f.Old) && schema.Identical(shown.New, f.New)
}

// isResolvedChange reports whether f is the change that shown described before the
// resources that it refers to were created.
func isResolvedChange(shown, f Field) bool {
	return schema.Identical(shown.Old, f.Old) && isResolvedValue(shown.New, f.New) && trimItemLabel(shown.Path) == trimItemLabel(f.Path)
}

// trimItemLabel is the path of a list item without its label, which contains the id
// of the resource that the item refers to.
func trimItemLabel(path string) string {
	if i := strings.IndexByte(path, '['); i >= 0 && strings.HasSuffix(path, "]") {
		return path[:i+1]
	}
	return path
}

// isResolvedValue reports whether now is before with every unknown value known.
func isResolvedValue(before, now *schema.Node) bool {
	known := before.Clone()
	replaceUnknowns(known, now)
	return !schema.Identical(known, before) && schema.Identical(known, now)
}

func replaceUnknowns(n, now *schema.Node) {
	switch {
	case n == nil || now == nil:
	case n.Form == schema.Unknown && now.Form == schema.Text:
		*n = *now
	case len(n.Items) == len(now.Items):
		for i := range n.Items {
			replaceUnknowns(n.Items[i], now.Items[i])
		}
		for _, m := range n.Members {
			replaceUnknowns(m.Value, now.Get(m.Name))
		}
	}
}
