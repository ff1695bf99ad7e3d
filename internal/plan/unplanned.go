package plan

import (
	"strings"

	"astro-apply/internal/schema"
)

// UnplannedRemoval returns the path of a current value that d removes and shown doesn't,
// or "" if every removal is in shown.
func (d *Diff) UnplannedRemoval(shown *Diff) string {
	return unplannedPath(d.Fields, shown.Fields, func(f Field) bool { return f.New == nil })
}

// UnplannedChange returns the path of a field that d changes and shown doesn't, or changes
// from or to another value. It returns "" if every change is in shown.
func (d *Diff) UnplannedChange(shown *Diff) string {
	return unplannedPath(d.Fields, shown.Fields, func(Field) bool { return true })
}

// unplannedPath returns the path of the first of the selected fields that is not in
// shown. The items of a set share a path, so each field of shown matches one
// field only.
func unplannedPath(fields, shown []Field, selected func(Field) bool) string {
	matched := make([]bool, len(shown))
	isShown := func(f Field, isSame func(shown, f Field) bool) bool {
		for i, s := range shown {
			if !matched[i] && isSame(s, f) {
				matched[i] = true
				return true
			}
		}
		return false
	}
	for _, f := range fields {
		if selected(f) && !isShown(f, isSameChange) && !isShown(f, isResolvedChange) {
			return f.Path
		}
	}
	return ""
}

// isSameChange reports whether two fields make the same change to the same value.
func isSameChange(shown, f Field) bool {
	return shown.Path == f.Path && schema.Identical(shown.Old, f.Old) && schema.Identical(shown.New, f.New)
}

// isResolvedChange reports whether f is the same change as shown, but with the ids of
// resources that were created after the plan was made.
func isResolvedChange(shown, f Field) bool {
	return schema.Identical(shown.Old, f.Old) && isResolvedValue(shown.New, f.New) && trimItemLabel(shown.Path) == trimItemLabel(f.Path)
}

// trimItemLabel returns the path of a list item without its label, because the label may
// contain the id of the resource that the item refers to.
func trimItemLabel(path string) string {
	if i := strings.IndexByte(path, '['); i >= 0 && strings.HasSuffix(path, "]") {
		return path[:i+1]
	}
	return path
}

// isResolvedValue reports whether current is planned with all unknown values replaced.
func isResolvedValue(planned, current *schema.Node) bool {
	resolved := planned.Clone()
	replaceUnknowns(resolved, current)
	return !schema.Identical(resolved, planned) && schema.Identical(resolved, current)
}

// replaceUnknowns replaces each unknown value in n by the text at the same place in
// resolved.
func replaceUnknowns(n, resolved *schema.Node) {
	switch {
	case n == nil || resolved == nil:
	case n.Form == schema.Unknown && resolved.Form == schema.Text:
		*n = *resolved
	case len(n.Items) == len(resolved.Items):
		for i := range n.Items {
			replaceUnknowns(n.Items[i], resolved.Items[i])
		}
		for _, m := range n.Members {
			replaceUnknowns(m.Value, resolved.Get(m.Name))
		}
	}
}
