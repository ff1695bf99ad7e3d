package schema

import "strings"

// applies reports a field that the object has no use for.
func (c *checker) applies(f *Field, pos Pos, path string) {
	if w := f.Applies(c.declared); w != nil {
		is := c.root.Path(w.Field)
		text := is.Text
		if is.Secret {
			text = Redacted
		}
		c.report(pos, "%s does not apply when %s is %s, only when it is %s", path, w.Field, text, strings.Join(w.In, " or "))
	}
}

// declared looks a condition's field up. What isn't declared isn't known, nor
// is what has a problem of its own: once that is mended, all may be well.
func (c *checker) declared(path string) (string, bool) {
	n, t := c.root.Path(path), typeAt(c.fields, path)
	if n == nil || n.Form == Pending || t == nil {
		return "", false
	}
	alone := checker{root: n}
	alone.value(t, n, path)
	return n.Text, alone.problems.Total() == 0
}

func typeAt(fields []Field, path string) *Type {
	var t *Type
	for name := range strings.SplitSeq(path, ".") {
		f := Find(fields, name)
		if f == nil {
			return nil
		}
		t, fields = &f.Type, f.Type.Fields
	}
	return t
}
