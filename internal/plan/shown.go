package plan

import (
	"strings"

	"astro-apply/internal/schema"
)

// Removes returns the path of a live value that d removes and shown doesn't, ""
// if there is none.
func (d *Diff) Removes(shown *Diff) string {
	return unshown(d.Fields, shown.Fields, func(f Field) bool { return f.New == nil })
}

// Exceeds returns the path of a field that d changes and shown doesn't, or that
// shown changes from or to another value; "" if there is none.
func (d *Diff) Exceeds(shown *Diff) string {
	return unshown(d.Fields, shown.Fields, func(Field) bool { return true })
}

// unshown returns the path of the first of the selected fields that is not in
// shown. The items of a set share a path, so each field of shown matches one
// field only.
func unshown(fields, shown []Field, selected func(Field) bool) string {
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
		if selected(f) && !show(f, sameChange) && !show(f, resolvedChange) {
			return f.Path
		}
	}
	return ""
}

// sameChange reports whether two fields change the same value in the same way.
func sameChange(shown, f Field) bool {
	return shown.Path == f.Path && schema.Identical(shown.Old, f.Old) && schema.Identical(shown.New, f.New)
}

// resolvedChange reports whether f is the change that shown described before the
// resources that it refers to were created.
func resolvedChange(shown, f Field) bool {
	return schema.Identical(shown.Old, f.Old) && resolves(shown.New, f.New) && itemPath(shown.Path) == itemPath(f.Path)
}

// itemPath is the path of a list item without its label, which contains the id
// of the resource that the item refers to.
func itemPath(path string) string {
	if i := strings.IndexByte(path, '['); i >= 0 && strings.HasSuffix(path, "]") {
		return path[:i+1]
	}
	return path
}

// resolves reports whether now is before with every unknown value known.
func resolves(before, now *schema.Node) bool {
	known := before.Clone()
	replaceUnknown(known, now)
	return !schema.Identical(known, before) && schema.Identical(known, now)
}

func replaceUnknown(n, now *schema.Node) {
	switch {
	case n == nil || now == nil:
	case n.Form == schema.Unknown && now.Form == schema.Text:
		*n = *now
	case len(n.Items) == len(now.Items):
		for i := range n.Items {
			replaceUnknown(n.Items[i], now.Items[i])
		}
		for _, m := range n.Members {
			replaceUnknown(m.Value, now.Get(m.Name))
		}
	}
}
