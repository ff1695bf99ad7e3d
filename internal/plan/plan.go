package plan

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// Action is the type of a change.
type Action string

// The actions. DeletePrevented is the action of a resource that the manifest marks absent and that this run must not
// delete. Errored is the action of a resource that could not be read, or whose change is refused.
const (
	Create          Action = "create"
	Update          Action = "update"
	Delete          Action = "delete"
	Unchanged       Action = "unchanged"
	DeletePrevented Action = "kept"
	Errored         Action = "unknown"
)

// Change is the planned action for one resource.
type Change struct {
	Resource *desired.Resource
	Live     *current.Live // nil: the resource doesn't exist in Astro
	ParentID string        // id of the Workspace that contains the resource, "" if the Workspace doesn't exist yet
	Action   Action
	Diff
	DependsOn []*Change // changes that must be made before this one
	Deferred  []*Change // changes that are made after this one, and whose ids a second write of this one then sets
	Err       error     // why the action is Errored

	// VisibleText is the number of resources of this kind that the token can see, such as "0 Workspaces". It is set if
	// the resource was not found and the token may lack the role to see it. NoneVisible: the token sees none.
	VisibleText    string
	NoneVisible    bool
	UnusableReason string // why a resource that exists doesn't work, such as an expired token; "" if it works
}

// Plan holds the changes that make Astro match the manifest. Each comes after the changes that it depends on.
type Plan struct {
	OrganizationID string
	Changes        []*Change
	Problems       []schema.Problem                     // errors in the manifest, with which nothing may be written
	Names          map[string]string                    // of all resources that were read, by id
	Targets        map[*desired.Reference]*current.Live // targets of references that the manifest doesn't declare

	// Redact removes the values of secrets from text, for JSON and Review; nil removes nothing. It is needed because
	// the plan only recognizes secrets in secret fields, but any other text may contain the same value.
	Redact func(text string) string

	compared []*Change // by Resource.Index, before they were put in order
}

// Make plans a change for every resource in state.Desired. It is deterministic: equal inputs give equal plans.
func Make(organizationID string, state *current.State, policy Policy) *Plan {
	return makePlan(organizationID, state, policy, make([]*Change, len(state.Desired.Resources)))
}

// Update returns the plan after some resources were read again. It compares only these.
func (p *Plan) Update(state *current.State, policy Policy, changed []*desired.Resource) *Plan {
	compared := slices.Clone(p.compared)
	for _, r := range changed {
		compared[r.Index] = nil
	}
	return makePlan(p.OrganizationID, state, policy, compared)
}

// makePlan compares the resources for which compared, by Resource.Index, holds no result yet, and puts all changes in
// order.
func makePlan(organizationID string, state *current.State, policy Policy, compared []*Change) *Plan {
	p := &Plan{
		OrganizationID: organizationID, Problems: slices.Clone(state.Problems), Names: state.NamesByID(),
		Targets: state.Targets, compared: compared,
	}
	changeOf := map[*desired.Resource]*Change{}
	for i, r := range state.Desired.Resources {
		if compared[i] == nil {
			compared[i] = planResource(r, state, policy, p.Names)
		}
		c := *compared[i]
		changeOf[r] = &c
		p.Changes = append(p.Changes, &c)
		for _, problem := range c.Problems {
			problem.Message = r.String() + ": " + problem.Message
			p.Problems = append(p.Problems, problem)
		}
	}
	p.breakCycles(p.addDependencies(changeOf))
	p.orderRenames()
	p.refuseCycles()
	p.sortChanges()
	p.limitToTargets(policy.IsTarget)
	schema.SortProblems(p.Problems)
	return p
}

func planResource(
	r *desired.Resource, state *current.State, policy Policy, names map[string]string,
) *Change {
	c := &Change{Resource: r, Live: state.Live[r], Err: state.Errs[r]}
	c.ParentID = r.ParentID()
	comparison := &Comparison{}
	switch {
	case c.Err != nil:
		c.Action = Errored
	case state.PendingReason[r] != "":
		c.postponeChange(state.PendingReason[r])
	case r.Absent && c.Live == nil:
		c.Action = Unchanged
		c.addNote(r.Pos, false, "already absent; once it is absent in every environment, you can remove this entry")
	case r.Absent:
		c.planDelete(state)
	default:
		comparison = compareWithNames(r, c.Live, policy, names)
		c.Diff = comparison.Diff
		isFieldMissing := len(c.Problems) > 0 && c.Problems[0].Pos == r.Body.Pos
		if suggestion := state.Suggestions[r]; suggestion != "" && isFieldMissing {
			c.Problems[0].Message = "doesn't exist" + suggestion + " To create it: " + c.Problems[0].Message
		}
		switch c.Action = Unchanged; {
		case c.Live == nil:
			c.Action = Create
		case comparison.NeedsUpdate():
			c.Action = Update
		}
		c.checkUnsafeValues()
		c.noteSimilar(state)
	}
	policy.keepResource(c)
	c.checkVisible(state)
	c.enforcePrecondition(comparison, policy.Caller)
	c.checkUsable(policy)
	return c
}

// enforcePrecondition applies the kind's Precondition: a refused change becomes an error, and a temporarily refused one
// is postponed.
func (c *Change) enforcePrecondition(comparison *Comparison, caller kind.Caller) {
	if !c.IsActive() {
		return
	}
	switch refusal := comparison.CheckPrecondition(c.Resource, c.Live, caller); {
	case refusal.Temporary:
		c.postponeChange(refusal.Reason)
	case refusal.Reason != "":
		c.fail(errors.New(refusal.Reason))
	}
}

// postponeChange replaces the change by a warning, so that a later run makes it.
func (c *Change) postponeChange(reason string) {
	c.Action, c.Diff = Unchanged, Diff{}
	c.addNote(c.Resource.Pos, true, "%s", reason)
}

// fail replaces the change by an error.
func (c *Change) fail(err error) {
	c.Action, c.Err, c.Diff = Errored, err, Diff{}
}

func shortList(names []string) string {
	const maxNames = 3
	if len(names) <= maxNames {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNames], ", "), len(names)-maxNames)
}

// IsActive reports whether the change writes to Astro.
func (c *Change) IsActive() bool {
	return c.Action == Create || c.Action == Update || c.Action == Delete
}

// ResourcesToRefresh lists the resources whose update was planned from a list item. A list item may lack fields, which
// the update would erase, so the caller must read these resources by id and plan again.
func (p *Plan) ResourcesToRefresh() []*desired.Resource {
	return p.resources(func(c *Change) bool { return c.Action == Update && !c.Live.Complete })
}

// ParentName returns the name of the Workspace or Deployment that contains the resource,
// or its id; "" for a resource of the Organization.
func (p *Plan) ParentName(c *Change) string {
	ref := c.Resource.ParentRef()
	switch {
	case ref == nil && c.Live == nil:
		return ""
	case ref == nil:
		return cmp.Or(p.Names[c.Live.ParentID()], c.Live.ParentID())
	}
	return cmp.Or(ref.Name, p.Names[ref.ID], ref.ID)
}

// ResourcesWithNewSecret lists the resources for which Astro will generate a new secret value: creates and rotations.
func (p *Plan) ResourcesWithNewSecret(policy Policy) []*desired.Resource {
	return p.resources(func(c *Change) bool {
		isNew := c.Action == Create || c.Action == Update && policy.needsRotation(c.Resource)
		return isNew && c.Resource.Kind.GeneratedSecret != ""
	})
}

// resources returns the resources of the selected changes.
func (p *Plan) resources(isSelected func(*Change) bool) (out []*desired.Resource) {
	for _, c := range p.Changes {
		if isSelected(c) {
			out = append(out, c.Resource)
		}
	}
	return out
}

// AddProblems adds problems, after which nothing may be written.
func (p *Plan) AddProblems(problems ...schema.Problem) {
	p.Problems = append(p.Problems, problems...)
	schema.SortProblems(p.Problems)
}
