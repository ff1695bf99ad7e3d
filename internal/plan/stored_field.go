package plan

import (
	"fmt"
	"strings"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/schema"
)

// StorageWarnings returns a warning for each field that Astro stores differently from the
// written value; live is the resource as Astro returns it after the write. In the next
// run, such a field looks as if a person had changed it.
func StorageWarnings(r *desired.Resource, live *current.Live, policy Policy) []schema.Problem {
	policy.WriteSecrets, policy.Rotate = false, nil
	diff := Compare(r, live, policy)
	var fields []*storedField
	byPath := map[string]*storedField{}
	for _, change := range diff.Fields {
		if change.Rewrite {
			continue
		}
		path := listPath(change.Path)
		field := byPath[path]
		if field == nil {
			field = &storedField{label: listPath(change.Label), pos: r.Pos}
			fields, byPath[path] = append(fields, field), field
		}
		field.addDifference(change)
	}
	for _, change := range diff.Kept { // a written item that Astro stores in another spelling looks like an undeclared item
		if field := byPath[listPath(change.Path)]; field != nil {
			field.addDifference(change)
		}
	}
	warnings := make([]schema.Problem, len(fields))
	for i, field := range fields {
		warnings[i] = schema.Problem{Pos: field.pos, Warning: true, Message: field.warningText()}
	}
	return warnings
}

// listPath returns the path of the list for the path of an item, and any other path
// unchanged.
func listPath(path string) string {
	if i := strings.LastIndexByte(path, '['); i >= 0 && strings.HasSuffix(path, "]") {
		return path[:i]
	}
	return path
}

// storedField is a field for which Astro returns another value than was written.
type storedField struct {
	label             string
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
	const effect = "so every run writes it again"
	switch writtenText, returnedText := schema.ShowBoth(written, returned); {
	case len(s.returned) == 0:
		return fmt.Sprintf("%s: Astro doesn't return %s after it was written, %s; declare the value that Astro stores, or remove the field from the manifest", s.label, writtenText, effect)
	case len(s.written) == 0:
		return fmt.Sprintf("%s: Astro still returns %s after it was removed, so every run removes it again; declare it, or remove it in the Astro UI", s.label, returnedText)
	default:
		return fmt.Sprintf("%s: Astro stores %s instead of %s, %s; declare the value that Astro stores", s.label, returnedText, writtenText, effect)
	}
}

// soleItem returns the only item of a list, or nil if the list is empty.
func soleItem(list *schema.Node) *schema.Node {
	if len(list.Items) == 0 {
		return nil
	}
	return list.Items[0]
}
