package plan

import (
	"fmt"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// StorageWarnings returns a warning for each field that Astro stores in another way than
// it was written; live is the resource as Astro returns it after the write. To the
// next run, such a field looks like one that somebody changed.
func StorageWarnings(o *resource.Resource, live *resource.Live, policy Policy) []schema.Problem {
	policy.WriteSecrets, policy.Rotate = false, nil
	d := Compare(o, live, policy)
	var out []*storedField
	at := map[string]*storedField{}
	for _, f := range d.Fields {
		if f.Rewrite {
			continue
		}
		path := listPath(f.Path)
		s := at[path]
		if s == nil {
			s = &storedField{path: path, pos: o.Pos}
			out, at[path] = append(out, s), s
		}
		s.addDifference(f)
	}
	for _, f := range d.Kept { // the other spelling of a written item looks like an item that isn't declared
		if s := at[listPath(f.Path)]; s != nil {
			s.addDifference(f)
		}
	}
	warnings := make([]schema.Problem, len(out))
	for i, s := range out {
		warnings[i] = schema.Problem{Pos: s.pos, Warning: true, Message: s.warningText()}
	}
	return warnings
}

// listPath is the path of a list for one of its items, and else the path itself.
func listPath(path string) string {
	if i := strings.LastIndexByte(path, '['); i >= 0 && strings.HasSuffix(path, "]") {
		return path[:i]
	}
	return path
}

// storedField is a field that Astro returns in another way than it was written.
type storedField struct {
	path              string
	pos               schema.Pos
	written, returned []*schema.Node
}

func (s *storedField) addDifference(f Field) {
	if f.New != nil {
		s.written = append(s.written, f.New)
		if f.New.Pos.IsKnown() {
			s.pos = f.New.Pos
		}
	}
	if f.Old != nil {
		s.returned = append(s.returned, f.Old)
	}
}

func (s *storedField) warningText() string {
	written, returned := (&schema.Node{Form: schema.List, Items: s.written}).Clone(), (&schema.Node{Form: schema.List, Items: s.returned}).Clone()
	if hasSensitive(written) { // the returned value may be another spelling of the secret
		returned.MarkSensitive()
	}
	if len(written.Items) == 1 && len(returned.Items) <= 1 || len(written.Items) == 0 && len(returned.Items) == 1 {
		written, returned = soleItem(written), soleItem(returned)
	}
	const again = "so every run writes it again"
	switch x, y := schema.ShowBoth(written, returned); {
	case len(s.returned) == 0:
		return fmt.Sprintf("%s: Astro doesn't return %s after it was written, %s; declare what Astro stores, or remove the field from the manifest", s.path, x, again)
	case len(s.written) == 0:
		return fmt.Sprintf("%s: Astro still returns %s after it was removed, so every run removes it again; declare it, or remove it in the Astro UI", s.path, y)
	default:
		return fmt.Sprintf("%s: Astro stores %s where %s was written, %s; declare what Astro stores", s.path, y, x, again)
	}
}

// soleItem is the one item of a list, nil if there is none.
func soleItem(list *schema.Node) *schema.Node {
	if len(list.Items) == 0 {
		return nil
	}
	return list.Items[0]
}
