package resource

import (
	"crypto/sha256"
	"math/big"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// SimulatorSeed is an object that a simulated Organization has to have from the start.
type SimulatorSeed struct {
	Kind   *Kind
	Fields map[string]any
}

// seedCollector collects what a manifest needs and doesn't create.
type seedCollector struct {
	catalog     Catalog
	resources   []*Resource
	seeds       []SimulatorSeed
	fieldsByKey map[string]map[string]any // the fields of each seed
}

// SimulatorSeeds lists what a manifest needs and doesn't create: what it refers to
// without declaring it, what it names by id, and what can only be adopted. It is
// for simulations only.
func SimulatorSeeds(d *Desired) []SimulatorSeed {
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
			if home := n.catalog.parentKind(o.Kind); home != nil && o.parentRef() == nil && o.DefaultWorkspace != "" {
				fields[n.catalog.parentField(o.Kind)] = n.parentIDByName(home, o.DefaultWorkspace)
			}
			n.addSeed(o.Kind, o.ID, "", fields)
		case o.Kind.NotCreatable != "" && !o.Absent && !slices.ContainsFunc(d.Resources, func(other *Resource) bool { return other.Creates == o }):
			n.addSeed(o.Kind, "", o.Name(), map[string]any{})
		}
	}
	slices.SortStableFunc(n.seeds, func(a, b SimulatorSeed) int { return slices.Index(d.Catalog, a.Kind) - slices.Index(d.Catalog, b.Kind) })
	return n.seeds
}

// addSeed returns the fields of the seed, which may be there already.
func (n *seedCollector) addSeed(k *Kind, id, name string, fields map[string]any) map[string]any {
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
	n.seeds = append(n.seeds, SimulatorSeed{k, fields})
	return fields
}

func (n *seedCollector) addReferenced(o *Resource, r *Reference) {
	if r.ID == "" && slices.ContainsFunc(n.resources, func(other *Resource) bool {
		return other.Kind == r.Kind && other.ID != "" && other.hasIdentity() && other.NormalizedName() == r.normalizedName()
	}) {
		return // it is declared, by its id
	}
	fields := map[string]any{}
	for _, name := range r.Field.Ref.SharedFields {
		if v := o.Body.Get(name); v != nil {
			fields[name] = v.AsAny()
		}
	}
	switch {
	case r.ByName:
		n.addCustomRole(r)
		return
	case r.Kind.ParentFields != nil:
		fields[n.catalog.parentField(r.Kind)] = n.referencedParentID(o, r)
	}
	n.addReferencedItems(o, r, n.addSeed(r.Kind, r.ID, r.Name, fields))
}

// addCustomRole is a custom role that a grant names, of whichever scope it needs. Astro's
// own roles are written in capitals.
func (n *seedCollector) addCustomRole(r *Reference) {
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

// referencedParentID is the id of the Workspace that an object which is referred to lives in.
func (n *seedCollector) referencedParentID(o *Resource, r *Reference) string {
	home, name, id := n.catalog.parentKind(r.Kind), r.Parent, ""
	if p := o.parentRef(); name == "" && p != nil && p.Kind == home {
		name, id = p.Name, p.ID
	}
	if id != "" {
		n.addSeed(home, id, name, map[string]any{})
		return id
	}
	return n.parentIDByName(home, name)
}

// parentIDByName is the id of a Workspace that is called by a name or an id. One that is
// declared by its id has that one.
func (n *seedCollector) parentIDByName(home *Kind, name string) string {
	var id string
	for _, o := range n.resources {
		if o.Kind == home && o.ID != "" && o.hasIdentity() && o.NormalizedName() == name {
			return o.ID
		}
	}
	if LooksLikeID(name) {
		id, name = name, ""
	} else {
		id = n.makeID(home.Name + name)
	}
	n.fieldsByKey[home.Name+"  "+name] = map[string]any{} // by name it is this one
	n.seeds = slices.DeleteFunc(n.seeds, func(s SimulatorSeed) bool {
		return s.Kind == home && s.Fields["id"] == nil && name != "" && s.Fields[home.Identity[0]] == name
	})
	n.addSeed(home, id, name, map[string]any{})
	return id
}

// makeID makes up an id for what needs one before it is there.
func (n *seedCollector) makeID(of string) string {
	sum := sha256.Sum256([]byte(of))
	digits := strings.Repeat("0", 24) + new(big.Int).SetBytes(sum[:15]).Text(36)
	return "c" + digits[len(digits)-24:]
}

// bareValues is a declared body as bare values; references that are not resolved
// are left out.
func bareValues(n *schema.Node) map[string]any {
	out := map[string]any{}
	for _, m := range n.Members {
		if v := m.Value.AsAny(); v != nil {
			out[m.Name] = v
		}
	}
	return out
}
