package current

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/desired"
	"astro-apply/internal/schema"
)

// resolveItemRefs resolves the item references of a resource to ids. All of them refer to
// the same list. They remain unknown if the resource that owns the list doesn't exist yet
// or isn't specified: the plan decides whether that is an error.
func (r *reader) resolveItemRefs(ctx context.Context, o *desired.Resource) {
	if len(o.ItemRefs) == 0 || o.Absent || r.current.Errs[o] != nil {
		return
	}
	refField := o.Kind.FieldByName(o.ItemRefs[0].Field.ItemRef.RefField)
	owner, err := r.itemListOwner(ctx, o, refField)
	r.recordErr(o, err)
	if owner == nil || err != nil {
		return
	}
	for _, problem := range ResolveItemRefs(o, refField, owner, r.current.Live[o]) {
		r.failWithProblem(o, problem.Pos, "%s: %s", o, problem.Message)
	}
}

// itemListOwner returns the resource that owns the list: the one that the manifest refers
// to, else the one that the live resource refers to. It returns nil if the owner doesn't
// exist yet or isn't specified.
func (r *reader) itemListOwner(ctx context.Context, o *desired.Resource, refField *schema.Field) (*Live, error) {
	id := ""
	if live := r.current.Live[o]; live != nil {
		id = refField.CurrentValue(live.Body(), live.Body()).ScalarText()
	}
	for _, ref := range o.Refs {
		switch {
		case ref.Field != refField:
		case ref.Declared != nil || r.current.Targets[ref] != nil:
			return r.liveTarget(ref), nil
		default:
			id = ref.ID
		}
	}
	if id == "" {
		return nil, nil
	}
	return r.GetResource(ctx, desired.NewResource(r.current.Desired.Catalog.Kind(refField.Ref.Kind), ""), id)
}

// ResolveItemRefs resolves the references of o to list items of the resource that the field
// refField refers to, and returns the problems. live is o itself, nil if new.
func ResolveItemRefs(o *desired.Resource, refField *schema.Field, owner, live *Live) []schema.Problem {
	var out []schema.Problem
	for _, p := range o.ItemRefs {
		if p.Field.ItemRef.RefField != refField.Name || p.Node.Form != schema.Unknown {
			continue
		}
		if problem := resolveItem(p, owner, live); problem != "" {
			out = append(out, schema.Problem{Pos: p.Node.Pos, Message: problem})
		}
	}
	return out
}

// resolveItem finds the item with the declared name. If several match, it prefers the one
// that the live resource already uses.
func resolveItem(p *desired.ItemRef, owner, live *Live) (problem string) {
	spec := p.Field.ItemRef
	list := owner.Body().Get(spec.ListName).ListItems()
	var known []string
	var found []*schema.Node
	for _, field := range spec.MatchFields {
		for _, item := range list {
			known = append(known, item.Get(field).ScalarText())
		}
		if len(found) == 0 {
			found = slices.DeleteFunc(slices.Clone(list), func(item *schema.Node) bool { return !item.Get(field).Is(p.Name) })
		}
	}
	if len(found) > 1 {
		used := slices.DeleteFunc(slices.Clone(found), func(item *schema.Node) bool { return !live.uses(item.Get("id").ScalarText()) })
		if len(used) == 1 {
			found = used
		}
	}
	ownerText := fmt.Sprintf("%s %q", owner.kind.Title, owner.Name())
	switch len(found) {
	case 0:
		return fmt.Sprintf("%s has no %s%s", ownerText, p, schema.Suggest(p.Name, known))
	case 1:
		p.Resolve(found[0].Get("id").ScalarText())
		return ""
	}
	return fmt.Sprintf("%s has %d matches for %s: %s", ownerText, len(found), p, ambiguityRemedy(p, found))
}

// uses reports whether a response contains an id. live can be nil.
func (l *Live) uses(id string) (found bool) {
	if l != nil {
		l.Body().Walk(func(n *schema.Node) { found = found || n.Is(id) })
	}
	return found
}

// ambiguityRemedy returns how to choose one of several matching items: by the most
// familiar match field, unless the items share its value, else by id. The id is the last
// resort because it belongs in a separate field, which not every manifest format has.
func ambiguityRemedy(p *desired.ItemRef, items []*schema.Node) string {
	field := p.Field.ItemRef.MatchFields[0]
	var names, ids []string
	for _, item := range items {
		id := item.Get("id").ScalarText()
		ids = append(ids, id)
		if !item.Get(field).Is(p.Name) {
			names = append(names, fmt.Sprintf("%s (%s)", item.Get(field).Show(), id))
		}
	}
	if len(names) == len(ids) {
		return fmt.Sprintf("%s; refer to one of them by its %s, or set %s to its id",
			strings.Join(names, ", "), field, p.Field.Name)
	}
	return fmt.Sprintf("ids %s; set %s to one of them", strings.Join(ids, ", "), p.Field.Name)
}
