package resource

import (
	"crypto/sha256"
	"math/big"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// Seed is an object that a simulated Organization has to have from the start.
type Seed struct {
	Kind   *Kind
	Fields map[string]any
}

// needed collects what a manifest needs and doesn't create.
type needed struct {
	catalog Catalog
	objects []*Object
	seeds   []Seed
	seen    map[string]map[string]any // the fields of each seed
}

// Missing lists what a manifest needs and doesn't create: what it refers to
// without declaring it, what it names by id, and what can only be adopted. It is
// for simulations only.
func Missing(d *Declaration) []Seed {
	n := &needed{catalog: d.Catalog, objects: d.Objects, seen: map[string]map[string]any{}}
	for _, o := range d.Objects {
		for _, r := range o.Refs {
			if r.Target == nil && !o.Absent {
				n.refers(o, r)
			}
		}
	}
	for _, o := range d.Objects {
		switch {
		case o.ID != "":
			fields := plain(o.Body)
			if home := n.catalog.home(o.Kind); home != nil && o.parent() == nil && o.Default != "" {
				fields[n.catalog.nest(o.Kind)] = n.place(home, o.Default)
			}
			n.add(o.Kind, o.ID, "", fields)
		case o.Kind.Adopt != "" && !o.Absent && !slices.ContainsFunc(d.Objects, func(other *Object) bool { return other.Made == o }):
			n.add(o.Kind, "", o.Name(), map[string]any{})
		}
	}
	slices.SortStableFunc(n.seeds, func(a, b Seed) int { return slices.Index(d.Catalog, a.Kind) - slices.Index(d.Catalog, b.Kind) })
	return n.seeds
}

// add returns the fields of the seed, which may be there already.
func (n *needed) add(k *Kind, id, name string, fields map[string]any) map[string]any {
	key := k.Name + " " + id + " " + name
	for _, field := range k.Parents {
		if parent, ok := fields[field].(string); ok {
			key += " " + parent
		}
	}
	if seed := n.seen[key]; seed != nil {
		return seed
	}
	n.seen[key] = fields
	if id != "" {
		fields["id"] = id
	}
	if name != "" {
		fields[k.Identity[0]] = name
	}
	n.seeds = append(n.seeds, Seed{k, fields})
	return fields
}

func (n *needed) refers(o *Object, r *Reference) {
	if r.ID == "" && slices.ContainsFunc(n.objects, func(other *Object) bool {
		return other.Kind == r.Kind && other.ID != "" && other.named() && other.Key() == r.key()
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
	case r.Soft:
		n.role(r)
		return
	case r.Kind.Parents != nil:
		fields[n.catalog.nest(r.Kind)] = n.home(o, r)
	}
	n.picks(o, r, n.add(r.Kind, r.ID, r.Name, fields))
}

// role is a custom role that a grant names, of whichever scope it needs. Astro's
// own roles are written in capitals.
func (n *needed) role(r *Reference) {
	if known := r.Field.Ref.IsBuiltin; known != nil && !known(r.Name) {
		scopes := []string{"DEPLOYMENT", "DAG"}
		if where := r.Field.Ref.Filter; where != nil {
			scopes = where.In
		}
		for _, scope := range scopes {
			n.add(r.Kind, n.id(scope+r.Name), r.Name, map[string]any{"scopeType": scope})
		}
	}
}

// home is the id of the Workspace that an object which is referred to lives in.
func (n *needed) home(o *Object, r *Reference) string {
	home, name, id := n.catalog.home(r.Kind), r.Parent, ""
	if p := o.parent(); name == "" && p != nil && p.Kind == home {
		name, id = p.Name, p.ID
	}
	if id != "" {
		n.add(home, id, name, map[string]any{})
		return id
	}
	return n.place(home, name)
}

// place is the id of a Workspace that is called by a name or an id. One that is
// declared by its id has that one.
func (n *needed) place(home *Kind, name string) string {
	var id string
	for _, o := range n.objects {
		if o.Kind == home && o.ID != "" && o.named() && o.Key() == name {
			return o.ID
		}
	}
	if TakenForID(name) {
		id, name = name, ""
	} else {
		id = n.id(home.Name + name)
	}
	n.seen[home.Name+"  "+name] = map[string]any{} // by name it is this one
	n.seeds = slices.DeleteFunc(n.seeds, func(s Seed) bool {
		return s.Kind == home && s.Fields["id"] == nil && name != "" && s.Fields[home.Identity[0]] == name
	})
	n.add(home, id, name, map[string]any{})
	return id
}

// id makes up an id for what needs one before it is there.
func (n *needed) id(of string) string {
	sum := sha256.Sum256([]byte(of))
	digits := strings.Repeat("0", 24) + new(big.Int).SetBytes(sum[:15]).Text(36)
	return "c" + digits[len(digits)-24:]
}

// plain is a declared body as bare values; references that are not resolved
// are left out.
func plain(n *schema.Node) map[string]any {
	out := map[string]any{}
	for _, m := range n.Members {
		if v := m.Value.AsAny(); v != nil {
			out[m.Name] = v
		}
	}
	return out
}
