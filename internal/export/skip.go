package export

import (
	"slices"
	"strings"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// SkipReasons maps resources and fields that an export skips to the reasons. A current
// value may be one that a manifest can't declare: Astro may have enum values that this
// program doesn't know, and keeps old values that it no longer accepts.
type SkipReasons map[string]string

func (s SkipReasons) reasonFor(e *exportedResource, path string) string {
	return s[e.kind.Name+" "+e.live.ID+" "+path]
}

// AddProblems adds the problems that were found in the exported manifests as reasons to
// skip the resources or fields at their positions. It reports whether any is new.
func (s SkipReasons) AddProblems(x *Export, d *desired.State, problems []schema.Problem) (added bool) {
	if len(d.Resources) != len(x.resources) {
		return false
	}
	keyAt := map[schema.Pos]string{}  // keys of s
	resourceOf := map[string]string{} // by key of s
	for i, r := range d.Resources {
		e := x.resources[i]
		resourceKey := e.kind.Name + " " + e.live.ID + " "
		keyAt[r.Pos], keyAt[r.Body.Pos] = resourceKey, resourceKey
		resourceOf[resourceKey] = r.String()
		for _, m := range r.Body.Members {
			key := resourceKey + skippedField(e.kind, m.Name)
			m.Value.Walk(func(n *schema.Node) { keyAt[n.Pos] = key })
			keyAt[m.Pos] = key
			resourceOf[key] = r.String()
		}
	}
	for _, p := range problems {
		key, known := keyAt[p.Pos]
		if known && !p.Warning && s[key] == "" {
			s[key] = strings.TrimPrefix(strings.TrimSpace(p.Message), resourceOf[key]+": ") // the reason is shown with the resource
			added = true
		}
	}
	return added
}

// skippedField returns the field to skip because of a problem in the field name, or ""
// for the whole resource: without an identifying field it would be another resource.
func skippedField(k *kind.Kind, name string) string {
	if slices.Contains(k.Identity, name) || slices.Contains(k.ParentFields, name) {
		return ""
	}
	return name
}
