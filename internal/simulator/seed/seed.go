// Package seed finds the resources that a manifest needs but doesn't create, so that a simulated
// Organization can contain them from the start.
package seed

import (
	"crypto/sha256"
	"math/big"
	"slices"
	"strings"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// Seed is a resource that exists in a simulated Organization from the start.
type Seed struct {
	Kind   *kind.Kind
	Fields map[string]any
}

// seedCollector collects the resources that a manifest needs but doesn't create.
type seedCollector struct {
	catalog     kind.Catalog
	resources   []*desired.Resource
	seeds       []Seed
	fieldsByKey map[string]map[string]any // the fields of each seed
}

// Make lists the resources that a manifest needs but doesn't create: undeclared
// targets of references, resources declared by id, and resources of kinds that can't be
// created. Only simulations use it.
func Make(d *desired.State) []Seed {
	n := &seedCollector{catalog: d.Catalog, resources: d.Resources, fieldsByKey: map[string]map[string]any{}}
	for _, o := range d.Resources {
		for _, r := range o.Refs {
			if r.Declared == nil && !o.Absent {
				n.addReferenced(o, r)
			}
		}
	}
	for _, o := range d.Resources {
		switch {
		case o.ID != "":
			fields := bareValues(o.Body)
			if parent := n.catalog.ParentKind(o.Kind); parent != nil && o.ParentRef() == nil && o.DefaultWorkspace != "" {
				fields[o.Kind.ParentFields[0]] = n.parentIDByName(parent, o.DefaultWorkspace)
			}
			n.addSeed(o.Kind, o.ID, "", fields)
		case o.Kind.Manual["create"] != "" && !o.Absent && !slices.ContainsFunc(d.Resources, func(other *desired.Resource) bool { return other.Creates == o }):
			n.addSeed(o.Kind, "", o.Name(), map[string]any{})
		}
	}
	slices.SortStableFunc(n.seeds, func(a, b Seed) int { return slices.Index(d.Catalog, a.Kind) - slices.Index(d.Catalog, b.Kind) })
	return n.seeds
}

// addSeed adds a seed, unless it exists already, and returns its fields.
func (n *seedCollector) addSeed(k *kind.Kind, id, name string, fields map[string]any) map[string]any {
	key := k.Name + " " + id + " " + name
	for _, field := range k.ParentFields {
		if parent, ok := fields[field].(string); ok {
			key += " " + parent
		}
	}
	if seed := n.fieldsByKey[key]; seed != nil {
		return seed
	}
	n.fieldsByKey[key] = fields
	if id != "" {
		fields["id"] = id
	}
	if name != "" {
		fields[k.Identity[0]] = name
	}
	n.seeds = append(n.seeds, Seed{k, fields})
	return fields
}

func (n *seedCollector) addReferenced(o *desired.Resource, r *desired.Reference) {
	if r.ID == "" && slices.ContainsFunc(n.resources, func(other *desired.Resource) bool {
		return other.Kind == r.Kind && other.ID != "" && other.HasIdentity() && other.NormalizedName() == r.NormalizedName()
	}) {
		return // the manifest declares it by id
	}
	fields := map[string]any{}
	for _, condition := range r.Field.When { // it holds for the referenced resource, too, such as the type of a cluster
		if v := o.Body.Get(condition.Field); v != nil && r.Kind.FieldByName(condition.Field) != nil {
			fields[condition.Field] = v.AsAny()
		}
	}
	switch {
	case r.ByName:
		n.addCustomRole(r)
		return
	case r.Kind.ParentFields != nil:
		fields[r.Kind.ParentFields[0]] = n.referencedParentID(o, r)
	}
	n.addReferencedItems(o, r, n.addSeed(r.Kind, r.ID, r.Name, fields))
}

// addCustomRole adds a custom role that a grant refers to, in each scope that the grant
// can need. It ignores Astro's built-in roles.
func (n *seedCollector) addCustomRole(r *desired.Reference) {
	if known := r.Field.Ref.IsBuiltin; known != nil && !known(r.Name) {
		scopes := []string{"DEPLOYMENT", "DAG"}
		if where := r.Field.Ref.Filter; where != nil {
			scopes = where.In
		}
		for _, scope := range scopes {
			n.addSeed(r.Kind, n.makeID(scope+r.Name), r.Name, map[string]any{"scopeType": scope})
		}
	}
}

// referencedParentID returns the id of the Workspace that a referenced resource is in.
func (n *seedCollector) referencedParentID(o *desired.Resource, r *desired.Reference) string {
	parent, name, id := n.catalog.ParentKind(r.Kind), r.Parent, ""
	if p := o.ParentRef(); name == "" && p != nil && p.Kind == parent {
		name, id = p.Name, p.ID
	}
	if id != "" {
		n.addSeed(parent, id, name, map[string]any{})
		return id
	}
	return n.parentIDByName(parent, name)
}

// parentIDByName returns the id of the Workspace with the given name or id. If the
// manifest declares the Workspace by id, it returns that id.
func (n *seedCollector) parentIDByName(parent *kind.Kind, name string) string {
	var id string
	for _, o := range n.resources {
		if o.Kind == parent && o.ID != "" && o.HasIdentity() && o.NormalizedName() == name {
			return o.ID
		}
	}
	if desired.LooksLikeID(name) {
		id, name = name, ""
	} else {
		id = n.makeID(parent.Name + name)
	}
	n.fieldsByKey[parent.Name+"  "+name] = map[string]any{} // a later addSeed with this name finds it
	n.seeds = slices.DeleteFunc(n.seeds, func(s Seed) bool {
		return s.Kind == parent && s.Fields["id"] == nil && name != "" && s.Fields[parent.Identity[0]] == name
	})
	n.addSeed(parent, id, name, map[string]any{})
	return id
}

// makeID returns an id for a resource that needs one before the simulator creates it. The
// same text always has the same id.
func (n *seedCollector) makeID(text string) string {
	sum := sha256.Sum256([]byte(text))
	digits := strings.Repeat("0", 24) + new(big.Int).SetBytes(sum[:15]).Text(36)
	return "c" + digits[len(digits)-24:]
}

// bareValues returns a declared body as plain Go values, without unresolved references.
func bareValues(n *schema.Node) map[string]any {
	out := map[string]any{}
	for _, m := range n.Members {
		if v := m.Value.AsAny(); v != nil {
			out[m.Name] = v
		}
	}
	return out
}

// addReferencedItems adds to the seed of a list's owner the items that the manifest refers
// to.
func (n *seedCollector) addReferencedItems(o *desired.Resource, r *desired.Reference, fields map[string]any) {
	for _, p := range o.ItemRefs {
		if p.Field.ItemRef.RefField != r.Field.Name {
			continue
		}
		item := map[string]any{}
		for _, field := range p.Field.ItemRef.MatchFields {
			item[field] = p.Name
		}
		list, _ := fields[p.Field.ItemRef.ListName].([]any)
		if !slices.ContainsFunc(list, func(other any) bool { return other.(map[string]any)[p.Field.ItemRef.MatchFields[0]] == p.Name }) {
			fields[p.Field.ItemRef.ListName] = append(list, item)
		}
	}
}
