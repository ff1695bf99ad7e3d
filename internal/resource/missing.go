package resource

import "astro-apply/internal/schema"

// Seed is an object that a simulated Organization has to have from the start.
type Seed struct {
	Kind   *Kind
	Fields map[string]any
}

// Missing lists what a manifest needs and doesn't create: what it refers to
// without declaring it, and what it names by id. It is for simulations only.
func Missing(d *Declaration) []Seed {
	var out []Seed
	seen := map[string]bool{}
	add := func(k *Kind, id, name string, fields map[string]any) {
		key := k.Name + " " + id + " " + name
		if seen[key] {
			return
		}
		seen[key] = true
		if id != "" {
			fields["id"] = id
		}
		if name != "" {
			fields[k.Identity[0]] = name
		}
		out = append(out, Seed{k, fields})
	}
	for _, o := range d.Objects {
		for _, r := range o.Refs {
			if r.Target == nil && !o.Absent {
				fields := map[string]any{}
				for _, name := range r.Field.Ref.Like {
					if n := o.Body.Get(name); n != nil {
						fields[name] = n.Bare()
					}
				}
				add(r.Kind, r.ID, r.Name, fields)
			}
		}
	}
	for _, o := range d.Objects {
		if o.ID != "" {
			add(o.Kind, o.ID, "", plain(o.Body))
		}
	}
	return out
}

// plain is a declared body as bare values; references that are not resolved
// are left out.
func plain(n *schema.Node) map[string]any {
	out := map[string]any{}
	for _, m := range n.Members {
		if v := m.Value.Bare(); v != nil {
			out[m.Name] = v
		}
	}
	return out
}
