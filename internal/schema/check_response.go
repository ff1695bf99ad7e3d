package schema

import "fmt"

// CheckResponse checks the shape of an API response: each list field must hold a
// list, each object field a mapping, and so on. Otherwise this program could read
// an unexpected value as empty and send the empty value back. CheckResponse
// ignores scalar values and members without a field, because the API defines
// them.
func CheckResponse(fields []Field, response *Node) error {
	return checkResponseFields(fields, response, response, "")
}

func checkResponseFields(fields []Field, level, root *Node, path string) error {
	for i := range fields {
		f := &fields[i]
		if n := f.CurrentValue(level, root); n != nil {
			if err := f.Type.checkResponse(n, root, JoinPath(path, f.Name)); err != nil {
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
