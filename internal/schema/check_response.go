package schema

import "fmt"

// CheckResponse holds an answer against a table: where a list is expected nothing
// else may stand, and so on, because what can't be read must not be taken for
// empty and sent back so. Values and members that the table doesn't know are
// the API's own business.
func CheckResponse(fields []Field, answer *Node) error {
	return checkResponseFields(fields, answer, answer, "")
}

func checkResponseFields(fields []Field, level, root *Node, path string) error {
	for i := range fields {
		f := &fields[i]
		if n := f.CurrentValue(level, root); n != nil {
			if err := f.Type.checkResponse(n, root, joinPath(path, f.Name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *Type) checkResponse(n, root *Node, path string) error {
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
		if err := t.Elem.checkResponse(item, root, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	if t.Base == BaseObject {
		return checkResponseFields(t.Fields, n, root, path)
	}
	return nil
}
