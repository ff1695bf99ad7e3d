package current

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
)

// meaning is what a name refers to.
type meaning uint8

const (
	notFound   meaning = iota
	declared           // the manifest declares one resource with this name
	undeclared         // one resource has this name in Astro, and the manifest doesn't declare it
	absent             // the manifest deletes the resource with this name
	renamed            // the manifest gives the resource with this name another one
	ambiguous          // several resources have this name
	listFailed         // unknown, because the list of the resources can't be read
	notVisible         // unknown, because the token can't see the resource if it exists
)

// resolution is what a name in a parent refers to after the apply.
type resolution struct {
	meaning  meaning
	resource *desired.Resource // for declared, absent and renamed
	live     []*Live           // for undeclared and ambiguous: all resources in Astro with this name
	err      error             // for listFailed and notVisible
	list     *liveList         // the resources in the parent
}

// resolveLive returns what a name refers to in Astro, among the resources that the manifest doesn't
// claim. The resources in the parent must be listed already.
func (l *Lookup) resolveLive(
	k *kind.Kind, parent desired.Parent, name string, claimed map[string]bool,
) resolution {
	list := l.index(k).in(parent.ID)
	m := resolution{list: list}
	for _, live := range list.byName[name] {
		if !claimed[live.ID] {
			m.live = append(m.live, live)
		}
	}
	switch err := l.TokenScope.checkAbsence(k, parent); {
	case list.err != nil:
		m.meaning, m.err = listFailed, list.lookupErr()
	case len(m.live) > 1:
		m.meaning = ambiguous
	case len(m.live) == 1:
		m.meaning = undeclared
	case err != nil:
		m.meaning, m.err = notVisible, err
	}
	return m
}

// resolve returns what the name of a reference refers to, except from the resource that contains
// the reference. It lists the resources in the parent if the result depends on them.
func (r *reader) resolve(
	ctx context.Context, from *desired.Resource, ref *desired.Reference, parent desired.Parent,
) resolution {
	var found, others resolution
	var matches []*desired.Resource
	name, claimed := ref.NormalizedName(), map[string]bool{}
	for _, o := range r.current.Desired.Resources {
		if o.Kind != ref.Kind || o == from {
			continue
		}
		live := r.current.Live[o]
		hasName := live != nil && live.Name() == name && live.ParentID() == parent.ID
		getsName := o.NameAfter(live.Name()) == name && r.currentParentID(o) == parent.ID
		if live != nil {
			claimed[live.ID] = true
		}
		switch {
		case o.Absent && (hasName || getsName):
			others = resolution{meaning: absent, resource: o}
		case o.Absent:
		case getsName:
			matches = append(matches, o)
			found = resolution{meaning: declared, resource: matches[0]}
		case hasName && others.meaning != absent:
			others = resolution{meaning: renamed, resource: o}
		}
	}
	if ref.ByName { // the API takes the name, whoever has it
		if found.meaning == declared {
			return found
		} else if err := r.TokenScope.checkAbsence(ref.Kind, parent); err != nil {
			return resolution{meaning: notVisible, err: err}
		}
	}
	r.list(ctx, map[*kind.Kind][]desired.Parent{ref.Kind: {parent}})
	m := r.resolveLive(ref.Kind, parent, name, claimed)
	switch {
	case len(matches) == 1 && (m.meaning == listFailed || len(m.live) == 0): // a declared target needs no list
		return found
	case m.meaning == listFailed:
	case ref.ByName && m.meaning == ambiguous:
		m.meaning = undeclared
	case len(matches) > 0:
		m.meaning, m.live = ambiguous, append(m.live, r.liveOrNew(matches)...)
	case others.resource != nil && len(m.live) == 0:
		return others
	}
	slices.SortFunc(m.live, func(a, b *Live) int { return strings.Compare(a.ID, b.ID) })
	return m
}

// liveOrNew returns the live resources of declared ones, and placeholders for those that don't exist.
func (r *reader) liveOrNew(resources []*desired.Resource) (out []*Live) {
	for _, o := range resources {
		out = append(out, cmp.Or(r.current.Live[o], &Live{ID: "(new at " + o.Pos.String() + ")"}))
	}
	return out
}

// duplicateText is the error of a resource whose identity several resources in Astro have.
func (m resolution) duplicateText(o *desired.Resource) string {
	remedy := "add the id of the right one to the manifest"
	if o.Kind.Get.Path == "" {
		remedy = "delete all but one in the Astro UI"
	}
	return fmt.Sprintf("%s exists %d times in Astro, ids %s; %s", o, len(m.live), joinIDs(m.live), remedy)
}

// visibilityHint returns the hint that the token sees no resources of a kind in the parent,
// if the reason may be a missing role; else "".
func (m resolution) visibilityHint(k *kind.Kind) string {
	if len(m.list.resources) > 0 || k.Visibility == "" && k.Manual["create"] == "" {
		return ""
	}
	return fmt.Sprintf(" (the token sees 0 %ss)", k.Title)
}
