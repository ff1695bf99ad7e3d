package apply

import (
	"fmt"
	"strings"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

// storedField is a field for which Astro returns another value than was written. A list has one for all of its items.
type storedField struct {
	label             string
	pos               schema.Pos
	written, returned schema.Node // lists
}

// StorageWarnings returns a warning for each field that Astro stores differently from the written value; live is the
// resource as Astro returns it after the write. In the next run, such a field looks as if a person had changed it.
func StorageWarnings(r *desired.Resource, live *current.Live, policy plan.Policy) []schema.Problem {
	policy.WriteSecrets, policy.Rotate = false, nil
	diff := plan.Compare(r, live, policy)
	var fields []*storedField
	byPath := map[string]*storedField{}
	for _, change := range diff.Fields {
		if change.Rewrite {
			continue
		}
		path := listPath(change.Path)
		if byPath[path] == nil {
			byPath[path] = &storedField{label: listPath(change.Label), pos: r.Pos}
			fields = append(fields, byPath[path])
		}
		byPath[path].addDifference(change)
	}
	for _, kept := range diff.Kept { // a written item that Astro spells in another way looks like an undeclared item
		if field := byPath[listPath(kept.Path)]; field != nil {
			field.addDifference(kept)
		}
	}
	warnings := make([]schema.Problem, len(fields))
	for i, field := range fields {
		warnings[i] = schema.Problem{Pos: field.pos, Warning: true, Message: field.label + ": " + field.describe()}
	}
	return warnings
}

// listPath returns the path of the list for the path of an item, and any other path unchanged.
func listPath(path string) string {
	if i := strings.LastIndexByte(path, '['); i >= 0 && strings.HasSuffix(path, "]") {
		return path[:i]
	}
	return path
}

func (s *storedField) addDifference(f plan.Field) {
	if f.New != nil {
		s.written.Items = append(s.written.Items, f.New)
		if f.New.Pos.IsKnown() {
			s.pos = f.New.Pos
		}
	}
	if f.Old != nil {
		s.returned.Items = append(s.returned.Items, f.Old)
	}
}

func (s *storedField) describe() string {
	s.written.Form, s.returned.Form = schema.List, schema.List
	written, returned := &s.written, s.returned.Clone()
	if written.Any(func(n *schema.Node) bool { return n.Sensitive }) {
		returned.MarkSensitive() // the returned value may be another spelling of the secret
	}
	if max(len(written.Items), len(returned.Items)) == 1 {
		written, returned = soleItem(written), soleItem(returned)
	}
	const effect = "so every run writes it again"
	writtenText, returnedText := schema.ShowBoth(written, returned)
	switch {
	case len(s.returned.Items) == 0:
		return fmt.Sprintf("Astro doesn't return %s after it was written, %s; "+
			"declare the value that Astro stores, or remove the field from the manifest", writtenText, effect)
	case len(s.written.Items) == 0:
		return fmt.Sprintf("Astro still returns %s after it was removed, so every run removes it again; "+
			"declare it, or remove it in the Astro UI", returnedText)
	}
	return fmt.Sprintf("Astro stores %s instead of %s, %s; declare the value that Astro stores",
		returnedText, writtenText, effect)
}

// soleItem returns the only item of a list, or nil if the list is empty.
func soleItem(list *schema.Node) *schema.Node {
	if len(list.Items) == 0 {
		return nil
	}
	return list.Items[0]
}
