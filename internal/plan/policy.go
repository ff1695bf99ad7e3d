package plan

import (
	"fmt"
	"time"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// Policy holds the settings of a run. A plan starts from the complete change that the manifest demands of each
// resource; then filters decide which part of it this run makes, in this order:
//
//  1. removalFilter (AllowDelete and protect: true) keeps current values in a resource. The merge asks it for each
//     value, because the body of an update contains the values that it keeps.
//  2. keepResource (AllowDelete) keeps a resource that is marked absent.
//  3. limitToTargets (IsTarget) skips the changes of other resources.
//  4. CheckRemovals (MaxRemovals) refuses the whole plan if it removes too much.
//  5. CheckPlanned (ReviewedOnly) refuses an update that does more than the plan, right before it is sent.
type Policy struct {
	AllowDelete  bool                         // remove resources marked absent, and items missing from declared lists
	IsTarget     func(*desired.Resource) bool // selects the resources to plan; nil: all
	MaxRemovals  *int                         // number of resources and items that a plan may remove; nil: unlimited
	ReviewedOnly bool                         // an update may change only fields that the plan shows

	WriteSecrets bool                         // write every declared secret, because a changed one can't be detected
	Rotate       func(*desired.Resource) bool // selects the resources that get a new secret value; nil: none
	Now          time.Time                    // for values that expire; zero: no value has expired
	Caller       kind.Caller
}

// removalFilter decides which current values of one resource a change may remove.
type removalFilter struct{ allowDelete, protect bool }

// keepsUndeclared reports whether a value stays although the manifest doesn't declare it.
func (f removalFilter) keepsUndeclared() bool { return f.protect || !f.allowDelete }

// keepsInapplicable reports whether a value must stay although it doesn't apply after the change of another field. A
// list, such as the worker queues of an executor, can't be restored from the manifest.
func (f removalFilter) keepsInapplicable(value *schema.Node) bool {
	return f.protect && value.Any(func(n *schema.Node) bool { return n.Form == schema.List && len(n.Items) > 0 })
}

// remedy describes how to allow the removal of undeclared values.
func (f removalFilter) remedy() string {
	switch {
	case f.protect && f.allowDelete:
		return "remove protect: true to allow the removal"
	case f.protect:
		return "remove protect: true and set allow-delete: true to allow the removal"
	}
	return "set allow-delete: true to allow the removal"
}

// erasureRemedy describes how to allow the change of a value that Astro replaces together with secrets.
func (f removalFilter) erasureRemedy() string {
	if f.protect {
		return "declare every key"
	}
	return "declare every key, or " + f.remedy()
}

// keepResource replaces the delete of a resource by a warning, unless the policy allows it.
func (p Policy) keepResource(c *Change) {
	if c.Action != Delete || p.AllowDelete {
		return
	}
	c.Action, c.Diff = DeletePrevented, Diff{}
	c.addNote(c.Resource.Pos, true, "marked state: absent, but exists in Astro; kept "+
		"(set allow-delete: true to delete it)")
}

// CheckRemovals returns an error if a plan removes more than MaxRemovals. It counts resources that the plan deletes,
// and items and other values that its updates remove.
func (p Policy) CheckRemovals(planned *Plan) error {
	if p.MaxRemovals == nil {
		return nil
	}
	resources, items := 0, 0
	for _, c := range planned.Changes {
		if c.Action == Delete {
			resources++
		}
		if c.IsActive() {
			items += c.CountRemovals()
		}
	}
	if resources+items <= *p.MaxRemovals {
		return nil
	}
	return fmt.Errorf("the number of removals is %d (resources: %d, items: %d), "+
		"more than input max-removals permits (%d); if they are intended, set max-removals: %d",
		resources+items, resources, items, *p.MaxRemovals, resources+items)
}

// needsRotation reports whether this run gives r a new secret value.
func (p Policy) needsRotation(r *desired.Resource) bool {
	return p.Rotate != nil && r.Kind.Rotate.Path != "" && p.Rotate(r)
}
