package current

import (
	"cmp"
	"context"
	"errors"
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

// failReference reports a problem of a reference in the manifest.
func (r *reader) failReference(o *desired.Resource, ref *desired.Reference, format string, args ...any) {
	r.failWithProblem(o, ref.PosIn(o), "%s: %s", o, fmt.Sprintf(format, args...))
}

// recordErr records the first error of a resource; err can be nil.
func (r *reader) recordErr(o *desired.Resource, err error) {
	if err != nil && r.current.Errs[o] == nil {
		r.current.Errs[o] = err
	}
}

// resolveReference resolves a reference to an id, if its target exists. A reference to a resource
// that doesn't exist yet remains unknown.
func (r *reader) resolveReference(ctx context.Context, o *desired.Resource, ref *desired.Reference) {
	switch isBuiltin := ref.Field.Ref.IsBuiltin; {
	case ref.Declared != nil:
		r.resolveDeclared(o, ref)
	case ref.ID == "" && !ref.ByName, ref.ByName && isBuiltin != nil && !isBuiltin(ref.Name):
		r.resolveByName(ctx, o, ref)
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
	r.acceptTarget(o, ref)
}

// resolveByName looks up a reference by name that isn't linked to a declared resource.
func (r *reader) resolveByName(ctx context.Context, o *desired.Resource, ref *desired.Reference) {
	parent := desired.Parent{}
	if ref.Kind.ParentFields != nil {
		id := r.resolveParent(ctx, o, ref)
		if id == "" {
			return // reported
		}
		parent = desired.Parent{Field: ref.Kind.ParentFields[0], ID: id}
	}
	m := r.resolve(ctx, o, ref, parent)
	switch {
	case m.meaning == undeclared:
		fits := slices.IndexFunc(m.live, func(l *Live) bool { return ref.MatchesFilter(l.Body()) })
		r.current.Targets[ref] = m.live[max(fits, 0)]
		if !ref.ByName {
			ref.Resolve(m.live[0].ID)
		}
		r.acceptTarget(o, ref)
	case m.meaning == declared, m.meaning == absent && !ref.ByName: // the plan reports one that is absent
		// linkReference missed it: one of the two gives its Workspace by name, the other by id
		ref.Declared = m.resource
		r.resolveDeclared(o, ref)
	case ref.ByName && m.meaning != notFound: // the plan reports it; if this run can't list the targets, the API decides
	case m.meaning == ambiguous:
		r.failReference(o, ref, "%s exists %d times, ids %s; refer to one by %s",
			ref, len(m.live), joinIDs(m.live), ref.Field.Name)
	default:
		if m.meaning == listFailed && astro.AsError(m.err).IsForbidden() {
			m.err = fmt.Errorf("%w; give the id instead of the name, because an id needs no lookup", m.err)
		}
		r.failUnresolved(o, ref, "", m)
	}
}

// failUnresolved reports a reference by name that has no target. prefix precedes it in messages.
func (r *reader) failUnresolved(o *desired.Resource, ref *desired.Reference, prefix string, m resolution) {
	switch {
	case m.err != nil:
		r.recordErr(o, fmt.Errorf("%s%s: %w", prefix, ref, m.err))
	case m.meaning == renamed:
		r.failReference(o, ref, "%sthe manifest renames %s to %s at %s; use the new name",
			prefix, ref, m.resource, m.resource.Pos)
	case o.Absent: // already deleted together with its parent
	case ref.Kind.IsAboutPeople():
		r.failMissingPerson(o, ref.PosIn(o), "%s: %s isn't in the Organization%s; remove the %s from the list, or %s",
			ref.Field.Ref.NameField, ref, m.visibilityHint(ref.Kind), ref.Kind.Title, ref.Kind.Manual["create"])
	default:
		known := m.list.names()
		for _, other := range r.current.Desired.Resources {
			if other.Kind == ref.Kind {
				known = append(known, other.Name())
			}
		}
		known = slices.DeleteFunc(known, func(name string) bool { return name == ref.Name })
		r.failReference(o, ref, "%s%s doesn't exist in the manifest or in Astro%s%s",
			prefix, ref, m.visibilityHint(ref.Kind), ref.Kind.SuggestName(ref.Name, known))
	}
}

// currentParentID returns the id of the parent, also for a resource with a declared id,
// whose parent the manifest can omit; "" for the Organization, and while the id is
// unknown.
func (r *reader) currentParentID(o *desired.Resource) string {
	if o.ParentRef() == nil {
		return r.current.Live[o].ParentID()
	}
	return o.ParentID()
}

// resolveParent returns the id of the Workspace in which to look up a reference; "" if it
// doesn't exist, which is then already reported.
func (r *reader) resolveParent(ctx context.Context, o *desired.Resource, ref *desired.Reference) string {
	parentKind := r.current.Desired.Catalog.ParentKind(ref.Kind)
	if ref.Parent == "" {
		id := cmp.Or(o.ParentID(), r.current.Live[o].ParentID())
		if id == "" || !o.HasParentOfKind(parentKind.Name) {
			r.recordErr(o, fmt.Errorf("%s: %w", ref, errors.New(desired.WorkspaceUnknown)))
			return ""
		}
		return id
	}
	if desired.LooksLikeID(ref.Parent) {
		return ref.Parent
	}
	parent := &desired.Reference{Kind: parentKind, Name: ref.Parent, Pos: ref.Pos}
	m := r.resolve(ctx, o, parent, desired.Parent{})
	prefix := ref.String() + ": "
	live := r.current.Live[m.resource]
	switch {
	case m.meaning == undeclared:
		return m.live[0].ID
	case m.meaning == ambiguous:
		r.failReference(o, ref, "%s%d %ss are named %q, ids %s; give the id instead of the name",
			prefix, len(m.live), parentKind.Title, ref.Parent, joinIDs(m.live))
	case m.meaning != declared && m.meaning != absent:
		r.failUnresolved(o, parent, prefix, m)
	case r.current.Errs[m.resource] != nil:
		r.recordErr(o, fmt.Errorf("%s%w", prefix, &BlockedError{Dependency: m.resource}))
	case live != nil:
		return live.ID
	case o.Absent: // already deleted together with its Workspace
	case m.meaning == absent:
		r.failReference(o, ref, "%s%s doesn't exist, and is marked state: absent at %s; remove this reference",
			prefix, parent, m.resource.Pos)
	default:
		r.failReference(o, ref, "%s doesn't exist: it isn't declared, and %s is new; declare it, or fix the Workspace",
			ref, parent)
	}
	return ""
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
	m := r.resolveLive(o.Kind, parent, o.NormalizedName(), nil)
	switch m.meaning {
	case listFailed:
		r.recordErr(o, m.err)
	case ambiguous:
		r.failWithProblem(o, o.Pos, "%s", m.duplicateText(o))
	case undeclared:
		if m.live[0].shapeErr != nil {
			r.recordErr(o, fmt.Errorf("lookup by name: %w", m.live[0].shapeErr))
			return
		}
		r.current.Live[o] = m.live[0]
	default:
		isCreator := func(other *desired.Resource) bool { return other.Creates == o } // as an invite creates a user
		r.current.VisibleCount[o] = len(m.list.resources)
		r.current.Suggestions[o] = o.Kind.SuggestName(o.Name(), m.list.names())
		if m.meaning == notVisible {
			r.recordErr(o, m.err)
		} else if slices.ContainsFunc(r.current.Desired.Resources, isCreator) {
			r.current.PendingReason[o] = o.Kind.Precondition(kind.ProposedChange{}).Reason
		} else if o.Kind.Manual["create"] != "" {
			r.failMissingPerson(o, o.Pos, "this %s isn't in the Organization%s; remove the %[1]s from the manifest, or %[3]s",
				o.Kind.Title, m.visibilityHint(o.Kind), o.Kind.Manual["create"])
		}
	}
}

// liveTarget returns the target of a reference in Astro, nil if it doesn't exist yet or isn't known.
func (r *reader) liveTarget(ref *desired.Reference) *Live {
	return cmp.Or(r.current.Live[ref.Declared], r.current.Targets[ref])
}

// acceptTarget reports a target that the filter of the reference field doesn't accept. A reference by name gets the
// name as the target spells it, because the API compares bytes.
func (r *reader) acceptTarget(o *desired.Resource, ref *desired.Reference) {
	var body *schema.Node
	if live := r.liveTarget(ref); live != nil {
		body = live.Body()
	} else if ref.Declared != nil {
		body = ref.Declared.Body
	}
	if name := body.Get(ref.Kind.Identity[0]).ScalarText(); ref.ByName && schema.NormalizeName(name) == ref.NormalizedName() {
		ref.Node.Text = name
	}
	if where := ref.Field.Ref.Filter; !ref.MatchesFilter(body) {
		r.failReference(o, ref, "%s: %s must be %s here, not %s; refer to another one",
			ref, where.Field, strings.Join(where.In, " or "), body.Get(where.Field).Show())
	}
}

// noteParents stores in each resolved reference the id of the target's parent.
func (r *reader) noteParents(o *desired.Resource) {
	for _, ref := range o.Refs {
		if ref.Declared != nil && ref.Declared.ParentRef() != nil {
			ref.Node.ParentID = ref.Declared.ParentRef().Node.Text
		} else if live := r.liveTarget(ref); live != nil {
			ref.Node.ParentID = live.ParentID()
		}
	}
}
