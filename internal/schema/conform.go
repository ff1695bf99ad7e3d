package schema

import "fmt"

// Conforms holds an answer against a table: where a list is expected nothing
// else may stand, and so on, because what can't be read must not be taken for
// empty and sent back so. Values and members that the table doesn't know are
// the API's own business.
func Conforms(fields []Field, answer *Node) error {
	return conforms(fields, answer, answer, "")
}

func conforms(fields []Field, level, root *Node, path string) error {
	for i := range fields {
		f := &fields[i]
		if n := f.Live(level, root); n != nil {
			if err := f.Type.conforms(n, root, join(path, f.Name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *Type) conforms(n, root *Node, path string) error {
	want := n.Form
	switch {
	case t.Base == BaseList:
		want = List
	case t.Base == BaseObject, t.Base == BaseMap:
		want = Map
	case n.Form == List || n.Form == Map:
		want = Text
	}
	if n.Form != want {
		return fmt.Errorf("%s is %s, not %s", path, n.Form, want)
	}
	for i, item := range n.Items {
		if err := t.Elem.conforms(item, root, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	if t.Base == BaseObject {
		return conforms(t.Fields, n, root, path)
	}
	return nil
}
