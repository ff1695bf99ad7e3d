package export

import (
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// SkipReasons is what stays out of an export, by object and field, and why. A live
// value need not be one that a manifest may declare: Astro knows words that this
// program doesn't, and keeps what it would no longer accept.
type SkipReasons map[string]string

func (o SkipReasons) reasonFor(e *exportedResource, path string) string {
	return o[e.kind.Name+" "+e.live.ID+" "+path]
}

// AddProblems notes what a reader of the export found wrong with it, by the place. It
// reports whether there was anything new.
func (o SkipReasons) AddProblems(x *Export, d *resource.Desired, problems []schema.Problem) (more bool) {
	if len(d.Resources) != len(x.resources) {
		return false
	}
	at := map[schema.Pos]string{} // the key of what stands there
	for i, object := range d.Resources {
		e := x.resources[i]
		key := e.kind.Name + " " + e.live.ID + " "
		at[object.Pos], at[object.Body.Pos] = key, key
		for _, m := range object.Body.Members {
			of := key + skippedField(e.kind, m.Name)
			m.Value.Walk(func(n *schema.Node) { at[n.Pos] = of })
			at[m.Pos] = of
		}
	}
	for _, p := range problems {
		key, known := at[p.Pos]
		if known && !p.Warning && o[key] == "" {
			o[key] = strings.TrimSpace(p.Message)
			more = true
		}
	}
	return more
}

// skippedField is the field that stays out, or "" for the whole object, which without
// what tells it would be another one.
func skippedField(k *resource.Kind, name string) string {
	if slices.Contains(k.Identity, name) || slices.Contains(k.ParentFields, name) {
		return ""
	}
	return name
}
