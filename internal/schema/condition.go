package schema

import "strings"

// checkConditions reports a field that the object has no use for.
func (c *checker) checkConditions(f *Field, pos Pos, path string) {
	if w := f.FailedCondition(c.lookupText); w != nil {
		is := c.root.GetPath(w.Field)
		text := is.Text
		if is.Sensitive {
			text = RedactionMark
		}
		c.addErrorf(pos, "%s does not apply when %s is %s, only when it is %s", path, w.Field, text, strings.Join(w.In, " or "))
	}
}

// lookupText looks a condition's field up. What isn't declared isn't known, nor
// is what has a problem of its own: once that is mended, all may be well.
func (c *checker) lookupText(path string) (string, bool) {
	n, t := c.root.GetPath(path), typeAt(c.rootFields, path)
	if n == nil || n.Form == Unknown || t == nil {
		return "", false
	}
	alone := checker{root: n}
	alone.checkValue(t, n, path)
	return n.Text, alone.problems.Total() == 0
}

func typeAt(fields []Field, path string) *Type {
	var t *Type
	for name := range strings.SplitSeq(path, ".") {
		f := FindField(fields, name)
		if f == nil {
			return nil
		}
		t, fields = &f.Type, f.Type.Fields
	}
	return t
}
