package current

import (
	"context"
	"slices"

	"astro-apply/internal/astro"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// StaleIDs returns the ids in a request that the manifest doesn't declare and that no
// resource has any more, such as the id of a deleted Deployment in a role. It needs an
// Organization token: other tokens don't see every resource.
func (s Source) StaleIDs(ctx context.Context, o *desired.Resource, request *schema.Node) map[string]bool {
	if s.TokenScope.isLimited() {
		return nil
	}
	declared := map[string]bool{}
	for _, r := range o.Refs {
		declared[r.ID] = true
	}
	stale := map[string]bool{}
	for i := range o.Kind.Fields {
		f := &o.Kind.Fields[i]
		if f.Type.Base != schema.BaseList {
			continue
		}
		for _, item := range request.Get(f.Name).ListItems() {
			for name, id := range itemReferenceIDs(f, item) {
				k := kind.ByName(name)
				if declared[id] || stale[id] || k == nil || k.NeedsParentID() {
					continue
				}
				if _, err := s.API.Do(ctx, s.NewCall(desired.NewResource(k, ""), k.Get, id, nil)); astro.AsError(err).IsNotFound() {
					stale[id] = true
				}
			}
		}
	}
	return stale
}

// itemReferenceIDs returns the ids that a list item refers to, by kind.
func itemReferenceIDs(f *schema.Field, item *schema.Node) map[string]string {
	out := map[string]string{}
	if f.Ref != nil && !f.Ref.ByName {
		out[f.Ref.Kind] = item.ScalarText()
	}
	for i := range f.Type.Elem.Fields {
		member := &f.Type.Elem.Fields[i]
		if id := item.Get(member.Name).ScalarText(); id != "" && member.Ref != nil && !member.Ref.ByName {
			out[member.Ref.Kind] = id
		}
	}
	return out
}

// DropItems removes the list items that hold one of the ids from the response, and returns
// l.
func (l *Live) DropItems(ids map[string]bool) *Live {
	body := l.Body()
	for i := range l.kind.Fields {
		f := &l.kind.Fields[i]
		value := f.CurrentValue(body, body)
		if len(ids) == 0 || f.Type.Base != schema.BaseList || f.ResponsePath != "" || value == nil {
			continue
		}
		kept := slices.DeleteFunc(slices.Clone(value.Items), func(item *schema.Node) bool {
			for _, id := range itemReferenceIDs(f, item) {
				if ids[id] {
					return true
				}
			}
			return false
		})
		if len(kept) < len(value.Items) {
			l.addMember(f.Name, &schema.Node{Form: schema.List, Items: kept})
		}
	}
	return l
}
