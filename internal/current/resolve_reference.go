package current

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/astro"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// failWithProblem reports a problem of a resource in the manifest.
func (r *reader) failWithProblem(o *desired.Resource, pos schema.Pos, format string, args ...any) {
	r.current.Problems = append(r.current.Problems, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...)})
	r.recordErr(o, ErrReported)
}

// resolveReferences resolves the references selected by selects to ids, if their targets
// exist. A reference to a resource that doesn't exist yet remains unknown.
func (r *reader) resolveReferences(ctx context.Context, o *desired.Resource, selects func(*desired.Reference) bool) {
	for _, ref := range o.Refs {
		switch {
		case !selects(ref):
		case o.Absent && ref != o.ParentRef(): // a delete only needs the parent
		case ref.Declared != nil:
			r.resolveDeclared(o, ref)
		case ref.ID == "" && !ref.ByName:
			r.resolveUndeclared(ctx, o, ref)
		case ref.ByName && ref.Field.Ref.IsBuiltin != nil && !ref.Field.Ref.IsBuiltin(ref.Name):
			r.resolveByName(ctx, o, ref)
		}
	}
}

func (r *reader) resolveDeclared(o *desired.Resource, ref *desired.Reference) {
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
func (r *reader) resolveUndeclared(ctx context.Context, o *desired.Resource, ref *desired.Reference) {
	pos := ref.PosIn(o)
	index, parent := r.indexes[ref.Kind], desired.Parent{}
	if ref.Kind.ParentFields != nil {
		id, err := r.resolveParent(o, ref)
		if err != nil {
			r.recordErr(o, fmt.Errorf("%s: %w", ref, err))
			return
		} else if id == "" {
			return // reported
		}
		parent = desired.Parent{Field: r.catalog.ParentField(ref.Kind), ID: id}
	}
	if parent.ID != "" {
		r.ensureListed(ctx, ref.Kind, []desired.Parent{parent})
	}
	m := r.resolveName(ref.Kind, parent, ref.NormalizedName(), o)
	err := index.listErr(parent.ID)
	switch ambiguous := r.ambiguousIDs(m); {
	case err != nil && len(m.declared) != 1: // a declared target needs no list
		if astro.AsError(err).IsForbidden() {
			err = fmt.Errorf("%w; give the id instead of the name, because an id needs no lookup", err)
		}
		r.recordErr(o, fmt.Errorf("%s: %w", ref, err))
	case ambiguous != "":
		r.failWithProblem(o, pos, "%s: %s exists %d times, ids %s; refer to one by %s", o, ref, len(m.declared)+len(m.undeclared), ambiguous, ref.Field.Name)
	case len(m.declared) > 0: // linkReference missed it: one of the two gives its Workspace by name, the other by id
		ref.Declared = m.declared[0]
		r.resolveDeclared(o, ref)
	case len(m.undeclared) > 0:
		r.current.Targets[ref] = m.undeclared[0]
		ref.Resolve(m.undeclared[0].ID)
	case m.absent != nil: // the plan reports it
		ref.Declared = m.absent
		r.resolveDeclared(o, ref)
	case m.renamed != nil:
		r.failWithProblem(o, pos, "%s: the manifest renames %s to %s at %s; use the new name", o, ref, m.renamed, m.renamed.Pos)
	default:
		if err := r.TokenScope.checkAbsence(ref.Kind, parent); err != nil {
			r.recordErr(o, fmt.Errorf("%s: %w", ref, err))
		} else if ref.Kind.IsAboutPeople() && !o.Absent {
			r.failMissingPerson(o, pos, "%s: %s isn't in the Organization%s; remove the %s from the list, or %s", ref.Field.Ref.NameField, ref, r.visibilityHint(ref.Kind, parent), ref.Kind.Title, ref.Kind.NotCreatable)
		} else if !o.Absent { // for a delete: already deleted together with its parent
			r.failWithProblem(o, pos, "%s: %s doesn't exist in the manifest or in Astro%s%s", o, ref, r.visibilityHint(ref.Kind, parent), r.suggestReference(ref, parent))
		}
	}
}

// visibilityHint returns the hint that the token sees no resources of a kind in a parent,
// if the reason may be a missing role; else "".
func (r *reader) visibilityHint(k *kind.Kind, parent desired.Parent) string {
	if r.indexes[k].countByParent[parent.ID] > 0 || k.Visibility == "" && k.NotCreatable == "" {
		return ""
	}
	return fmt.Sprintf(" (the token sees 0 %ss)", k.Title)
}

func (r *reader) recordErr(o *desired.Resource, err error) {
	if r.current.Errs[o] == nil {
		r.current.Errs[o] = err
	}
}

// matchListed finds the live resource for a resource without a declared id among the
// listed ones.
func (r *reader) matchListed(o *desired.Resource) {
	if o.ID != "" || o.Kind.Singleton || r.current.Errs[o] != nil {
		return
	}
	parent := o.Parent()
	if o.ParentRef() != nil && parent.ID == "" {
		return // its parent doesn't exist yet, or its error is already reported
	}
	index := r.indexes[o.Kind]
	if err := index.listErr(parent.ID); err != nil {
		r.recordErr(o, err)
		return
	}
	switch found := index.findByName(o.Kind, parent.ID, o.NormalizedName()); len(found) {
	case 0:
		r.current.VisibleCount[o] = index.countByParent[parent.ID]
		r.current.Suggestions[o] = o.Kind.SuggestName(o.Name(), index.namesIn(parent.ID))
		if err := r.TokenScope.checkAbsence(o.Kind, parent); err != nil {
			r.recordErr(o, err)
		} else if r.isCreatedByOther(o) {
			r.current.PendingReason[o] = o.Kind.Precondition(kind.ProposedChange{}).Reason
		} else if o.Kind.NotCreatable != "" {
			r.failMissingPerson(o, o.Pos, "this %s isn't in the Organization%s; remove the %[1]s from the manifest, or %[3]s", o.Kind.Title, r.visibilityHint(o.Kind, parent), o.Kind.NotCreatable)
		}
	case 1:
		if found[0].shapeErr != nil {
			r.recordErr(o, fmt.Errorf("lookup by name: %w", found[0].shapeErr))
			return
		}
		r.current.Live[o] = found[0]
	default:
		r.failWithProblem(o, o.Pos, "%s exists %d times in Astro, ids %s; %s", o, len(found), joinIDs(found), o.Kind.DuplicateRemedy())
	}
}

// checkDuplicates reports duplicates in the manifest: one live resource under two names,
// or two resources with the same name and parent.
func (r *reader) checkDuplicates(d *desired.State) {
	first := map[string]*desired.Resource{}
	for _, o := range d.Resources {
		keys := []string{}
		if live := r.current.Live[o]; live != nil {
			keys = append(keys, o.Kind.Title+" id "+live.ID)
		}
		if place, ok := r.parentText(o); ok && r.current.Errs[o] == nil && !o.Absent && o.HasIdentity() {
			keys = append(keys, fmt.Sprintf("%s %q%s", o.Kind.Title, o.NormalizedName(), place))
		}
		for i, key := range keys {
			other := first[key]
			first[key] = o
			if other == nil || o.HasDifferentID(other) && !r.givesUpName(o) && !r.givesUpName(other) {
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
func (r *reader) givesUpName(o *desired.Resource) bool {
	live := r.current.Live[o]
	return live != nil && (o.Absent || o.NameAfter(live.Name()) != live.Name())
}

// parentText returns the parent of a resource as text for messages; ok is false while the
// parent is unknown.
func (r *reader) parentText(o *desired.Resource) (place string, ok bool) {
	p, live := o.ParentRef(), r.current.Live[o]
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
func (r *reader) resolveByName(ctx context.Context, o *desired.Resource, ref *desired.Reference) {
	if m := r.resolveName(ref.Kind, desired.Parent{}, ref.NormalizedName(), o); len(m.declared) > 0 {
		ref.Declared = m.declared[0]
		r.checkFilter(o, ref)
		return
	}
	if r.TokenScope.checkAbsence(ref.Kind, desired.Parent{}) != nil {
		return
	}
	r.ensureListed(ctx, ref.Kind, []desired.Parent{{}})
	if r.indexes[ref.Kind].listErr("") != nil {
		return
	}
	switch m := r.resolveName(ref.Kind, desired.Parent{}, ref.NormalizedName(), o); {
	case len(m.undeclared) > 0:
		r.current.Targets[ref] = m.undeclared[0]
		if i := slices.IndexFunc(m.undeclared, func(l *Live) bool { return ref.MatchesFilter(l.Body()) }); i >= 0 {
			r.current.Targets[ref] = m.undeclared[i]
		}
		r.checkFilter(o, ref)
	case m.renamed == nil && m.absent == nil: // otherwise the plan reports it
		r.failWithProblem(o, ref.PosIn(o), "%s: %s doesn't exist in the manifest or in Astro%s", o, ref, r.suggestReference(ref, desired.Parent{}))
	}
}

// checkFilter reports a target that the filter of the reference field doesn't accept.
func (r *reader) checkFilter(o *desired.Resource, ref *desired.Reference) {
	var body *schema.Node
	switch {
	case ref.Declared != nil && r.current.Live[ref.Declared] != nil:
		body = r.current.Live[ref.Declared].Body()
	case ref.Declared != nil:
		body = ref.Declared.Body
	case r.current.Targets[ref] != nil:
		body = r.current.Targets[ref].Body()
	}
	if n := body.Get(ref.Kind.Identity[0]); ref.ByName && n != nil && schema.NormalizeName(n.Text) == schema.NormalizeName(ref.Name) {
		ref.Node.Text = n.Text // the API compares bytes
	}
	if where := ref.Field.Ref.Filter; !ref.MatchesFilter(body) {
		has := body.Get(where.Field)
		r.failWithProblem(o, ref.PosIn(o), "%s: %s: %s must be %s here, not %s; refer to another one", o, ref, where.Field, strings.Join(where.In, " or "), has.Show())
	}
}

// noteParents stores in each resolved reference the id of the target's parent.
func (r *reader) noteParents(o *desired.Resource) {
	for _, ref := range o.Refs {
		switch {
		case ref.Declared != nil && ref.Declared.ParentRef() != nil:
			ref.Node.ParentID = ref.Declared.ParentRef().Node.Text
		case ref.Declared != nil && r.current.Live[ref.Declared] != nil:
			ref.Node.ParentID = r.current.Live[ref.Declared].ParentID()
		case r.current.Targets[ref] != nil:
			ref.Node.ParentID = r.current.Targets[ref].ParentID()
		}
	}
}
