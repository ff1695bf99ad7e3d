package resource

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/astro"
	"astro-apply/internal/schema"
)

// failWithProblem reports a problem of a resource in the manifest.
func (r *currentReader) failWithProblem(o *Resource, pos schema.Pos, format string, args ...any) {
	r.current.Problems = append(r.current.Problems, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...)})
	r.recordErr(o, ErrReported)
}

// resolveReferences resolves the references selected by selects to ids, if their targets
// exist. A reference to a resource that doesn't exist yet remains unknown.
func (r *currentReader) resolveReferences(ctx context.Context, o *Resource, selects func(*Reference) bool) {
	for _, ref := range o.Refs {
		switch {
		case !selects(ref):
		case o.Absent && ref != o.parentRef(): // a delete only needs the parent
		case ref.Declared != nil:
			r.resolveDeclared(o, ref)
		case ref.ID == "" && !ref.ByName:
			r.resolveUndeclared(ctx, o, ref)
		case ref.ByName && ref.Field.Ref.IsBuiltin != nil && !ref.Field.Ref.IsBuiltin(ref.Name):
			r.resolveByName(ctx, o, ref)
		}
	}
}

func (r *currentReader) resolveDeclared(o *Resource, ref *Reference) {
	live := r.current.Live[ref.Declared]
	switch {
	case r.current.Errs[ref.Declared] != nil:
		r.recordErr(o, &BlockedError{Dependency: ref.Declared})
	case live != nil && !ref.ByName:
		ref.Resolve(live.ID)
	}
	r.checkFilter(o, ref)
}

// resolveUndeclared looks up a reference in Astro that has no declared target.
func (r *currentReader) resolveUndeclared(ctx context.Context, o *Resource, ref *Reference) {
	pos := ref.posIn(o)
	index, parent := r.indexes[ref.Kind], parentLocation{}
	if ref.Kind.ParentFields != nil {
		id, err := r.resolveParent(o, ref)
		if err != nil {
			r.recordErr(o, fmt.Errorf("%s: %w", ref, err))
			return
		} else if id == "" {
			return // reported
		}
		parent = parentLocation{r.catalog.parentField(ref.Kind), id}
	}
	if parent.parentID != "" {
		r.ensureListed(ctx, ref.Kind, []parentLocation{parent})
	}
	m := r.resolveName(ref.Kind, parent, ref.normalizedName(), o)
	err := index.listErr(parent.parentID)
	switch ambiguous := r.ambiguousIDs(m); {
	case err != nil && len(m.declared) != 1: // a declared target needs no list
		if astro.AsError(err).IsForbidden() {
			err = fmt.Errorf("%w; give the id instead of the name, which needs no lookup", err)
		}
		r.recordErr(o, fmt.Errorf("%s: %w", ref, err))
	case ambiguous != "":
		r.failWithProblem(o, pos, "%s: %s exists %d times, ids %s; refer to one by %s", o, ref, len(m.declared)+len(m.undeclared), ambiguous, ref.Field.Name)
	case len(m.declared) > 0: // linkReference missed it: one of the two gives its Workspace by name, the other by id
		ref.Declared = m.declared[0]
		r.resolveDeclared(o, ref)
	case len(m.undeclared) > 0:
		ref.Live = m.undeclared[0]
		ref.Resolve(ref.Live.ID)
	case m.absent != nil: // the plan reports it
		ref.Declared = m.absent
		r.resolveDeclared(o, ref)
	case m.renamed != nil:
		r.failWithProblem(o, pos, "%s: the manifest renames %s to %s at %s; use the new name", o, ref, m.renamed, m.renamed.Pos)
	default:
		if err := r.TokenScope.checkAbsence(ref.Kind, parent); err != nil {
			r.recordErr(o, fmt.Errorf("%s: %w", ref, err))
		} else if ref.Kind.isAboutPeople() && !o.Absent {
			r.failMissingPerson(o, pos, "%s: %s isn't in the Organization%s; remove them from the list if they have left, or %s", ref.Field.Ref.NameField, ref, r.visibilityHint(ref.Kind, parent), ref.Kind.NotCreatable)
		} else if !o.Absent { // for a delete: already deleted together with its parent
			r.failWithProblem(o, pos, "%s: %s doesn't exist in the manifest or in Astro%s%s", o, ref, r.visibilityHint(ref.Kind, parent), r.suggestReference(ref, parent))
		}
	}
}

// visibilityHint returns the hint that the token sees no resources of a kind in a parent,
// if the reason may be a missing role; else "".
func (r *currentReader) visibilityHint(k *Kind, parent parentLocation) string {
	if r.indexes[k].countByParent[parent.parentID] > 0 || k.Visibility == "" && k.NotCreatable == "" {
		return ""
	}
	return fmt.Sprintf(" (the token sees 0 %ss)", k.Title)
}

func (r *currentReader) recordErr(o *Resource, err error) {
	if r.current.Errs[o] == nil {
		r.current.Errs[o] = err
	}
}

// matchListed finds the live resource for a resource without a declared id among the
// listed ones.
func (r *currentReader) matchListed(o *Resource) {
	if o.ID != "" || o.Kind.Singleton || r.current.Errs[o] != nil {
		return
	}
	parent := o.parentLocation()
	if o.parentRef() != nil && parent.parentID == "" {
		return // its parent doesn't exist yet, or its error is already reported
	}
	index := r.indexes[o.Kind]
	if err := index.listErr(parent.parentID); err != nil {
		r.recordErr(o, err)
		return
	}
	switch found := index.findByName(o.Kind, parent.parentID, o.NormalizedName()); len(found) {
	case 0:
		r.current.VisibleCount[o] = index.countByParent[parent.parentID]
		r.current.Suggestions[o] = o.Kind.suggestName(o.Name(), index.namesIn(parent.parentID))
		if err := r.TokenScope.checkAbsence(o.Kind, parent); err != nil {
			r.recordErr(o, err)
		} else if r.isCreatedByOther(o) {
			r.current.PendingReason[o] = inviteNotAccepted
		} else if o.Kind.NotCreatable != "" {
			r.failMissingPerson(o, o.Pos, "this %s isn't in the Organization%s; remove them from the manifest if they have left, or %s", o.Kind.Title, r.visibilityHint(o.Kind, parent), o.Kind.NotCreatable)
		}
	case 1:
		if found[0].shapeErr != nil {
			r.recordErr(o, fmt.Errorf("lookup by name: %w", found[0].shapeErr))
			return
		}
		r.current.Live[o] = found[0]
	default:
		r.failWithProblem(o, o.Pos, "%s exists %d times in Astro, ids %s; %s", o, len(found), joinIDs(found), o.Kind.duplicateRemedy())
	}
}

// checkDuplicates reports duplicates in the manifest: one live resource under two names,
// or two resources with the same name and parent.
func (r *currentReader) checkDuplicates(d *Desired) {
	first := map[string]*Resource{}
	for _, o := range d.Resources {
		keys := []string{}
		if live := r.current.Live[o]; live != nil {
			keys = append(keys, o.Kind.Title+" id "+live.ID)
		}
		if place, ok := r.parentText(o); ok && r.current.Errs[o] == nil && !o.Absent && o.hasIdentity() {
			keys = append(keys, fmt.Sprintf("%s %q%s", o.Kind.Title, o.NormalizedName(), place))
		}
		for i, key := range keys {
			other := first[key]
			first[key] = o
			if other == nil || o.hasDifferentID(other) && !r.givesUpName(o) && !r.givesUpName(other) {
				continue
			}
			if i == 0 && r.current.Live[o] != nil && (r.givesUpName(other) || r.givesUpName(o)) && (!o.Absent || !other.Absent) { // one by id and one by name
				r.failWithProblem(o, o.Pos, "%s: %s at %s renames or deletes the resource with this name; declare this one in a later run", o, other, other.Pos)
			} else {
				r.failWithProblem(o, o.Pos, "%s and %s at %s are the same resource (%s); declare it once", o, other, other.Pos, key)
			}
			break
		}
	}
}

// givesUpName reports whether the manifest deletes or renames a live resource, so that its
// name becomes available.
func (r *currentReader) givesUpName(o *Resource) bool {
	live := r.current.Live[o]
	return live != nil && (o.Absent || o.NameAfter(live) != live.Name())
}

// parentText returns the parent of a resource as text for messages; ok is false while the
// parent is unknown.
func (r *currentReader) parentText(o *Resource) (place string, ok bool) {
	p, live := o.parentRef(), r.current.Live[o]
	id := o.ParentID()
	if p == nil && live != nil {
		id = live.ParentID()
	}
	if id == "" {
		return "", o.Kind.ParentFields == nil || p == nil && o.ID == ""
	}
	return " in " + id, true
}

// resolveByName checks a reference whose name the API takes without an id. If this run
// can't list the targets, the API decides.
func (r *currentReader) resolveByName(ctx context.Context, o *Resource, ref *Reference) {
	if m := r.resolveName(ref.Kind, parentLocation{}, ref.normalizedName(), o); len(m.declared) > 0 {
		ref.Declared = m.declared[0]
		r.checkFilter(o, ref)
		return
	}
	if r.TokenScope.checkAbsence(ref.Kind, parentLocation{}) != nil {
		return
	}
	r.ensureListed(ctx, ref.Kind, []parentLocation{{}})
	if r.indexes[ref.Kind].listErr("") != nil {
		return
	}
	switch m := r.resolveName(ref.Kind, parentLocation{}, ref.normalizedName(), o); {
	case len(m.undeclared) > 0:
		ref.Live = m.undeclared[0]
		if i := slices.IndexFunc(m.undeclared, func(l *Live) bool { return ref.matchesFilter(l.Body()) }); i >= 0 {
			ref.Live = m.undeclared[i]
		}
		r.checkFilter(o, ref)
	case m.renamed == nil && m.absent == nil: // otherwise the plan reports it
		r.failWithProblem(o, ref.posIn(o), "%s: %s doesn't exist in the manifest or in Astro%s", o, ref, r.suggestReference(ref, parentLocation{}))
	}
}

// matchesFilter reports whether the filter of the reference field accepts a target.
func (r *Reference) matchesFilter(body *schema.Node) bool {
	where := r.Field.Ref.Filter
	return where == nil || body.Get(where.Field) == nil || slices.Contains(where.In, body.Get(where.Field).Text)
}

// checkFilter reports a target that the filter of the reference field doesn't accept.
func (r *currentReader) checkFilter(o *Resource, ref *Reference) {
	var body *schema.Node
	switch {
	case ref.Declared != nil && r.current.Live[ref.Declared] != nil:
		body = r.current.Live[ref.Declared].Body()
	case ref.Declared != nil:
		body = ref.Declared.Body
	case ref.Live != nil:
		body = ref.Live.Body()
	}
	if n := body.Get(ref.Kind.Identity[0]); ref.ByName && n != nil && schema.NormalizeName(n.Text) == schema.NormalizeName(ref.Name) {
		ref.Node.Text = n.Text // the API compares bytes
	}
	if where := ref.Field.Ref.Filter; !ref.matchesFilter(body) {
		has := body.Get(where.Field)
		r.failWithProblem(o, ref.posIn(o), "%s: %s: %s must be %s here, not %s; refer to another one", o, ref, where.Field, strings.Join(where.In, " or "), has.Show())
	}
}

// noteParents stores in each resolved reference the id of the target's parent.
func (r *currentReader) noteParents(o *Resource) {
	for _, ref := range o.Refs {
		switch {
		case ref.Declared != nil && ref.Declared.parentRef() != nil:
			ref.Node.ParentID = ref.Declared.parentRef().Node.Text
		case ref.Declared != nil && r.current.Live[ref.Declared] != nil:
			ref.Node.ParentID = r.current.Live[ref.Declared].ParentID()
		case ref.Live != nil:
			ref.Node.ParentID = ref.Live.ParentID()
		}
	}
}
