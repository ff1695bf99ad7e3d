package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// Action is what is to be done with an object.
type Action string

// The actions. Kept is an object that is marked absent and may not be removed;
// Unknown one that could not be read.
const (
	Create          Action = "create"
	Update          Action = "update"
	Delete          Action = "delete"
	Unchanged       Action = "unchanged"
	DeletePrevented Action = "kept"
	Errored         Action = "unknown"
)

// Change is what is to be done with one object.
type Change struct {
	Resource *resource.Resource
	Live     *resource.Live // nil: doesn't exist
	ParentID string         // id of the Workspace it lives in, "" if that doesn't exist yet
	Action   Action
	Diff
	DependsOn      []*Change // have to be done before
	Deferred       []*Change // what it refers to and can't wait for: a second write follows them
	Err            error     // why the action is Unknown
	VisibleText    string    // for an object that doesn't exist: how many of its kind the token sees, where it may lack the role to see it, as "0 Workspaces"
	NoneVisible    bool      // Visible is none
	UnusableReason string    // why the object doesn't work although it exists: it has expired, or failed; "" if it does
}

// Plan is what is to be done, in an order in which it can be done.
type Plan struct {
	OrganizationID string
	Changes        []*Change
	Problems       []schema.Problem // wrong in the manifest: nothing may be written
	ExistingIDs    map[string]bool  // ids of all resources that were read: a create returns none of them

	// Scrub removes the values of secrets from text, for JSON and Review; nil
	// removes nothing. The plan knows only the secrets in fields for secrets, and
	// the same value may be in any other text.
	Redact func(text string) string
}

// Make plans every declared object. It says the same for the same values.
func Make(organizationID string, d *resource.Desired, w *resource.Current, policy Policy) *Plan {
	p := &Plan{OrganizationID: organizationID, Problems: slices.Clone(w.Problems), ExistingIDs: w.KnownIDs()}
	of := map[*resource.Resource]*Change{}
	for _, o := range d.Resources {
		c := planResource(o, w, policy)
		of[o] = c
		p.Changes = append(p.Changes, c)
		for _, problem := range c.Problems {
			problem.Message = o.String() + ": " + problem.Message
			p.Problems = append(p.Problems, problem)
		}
	}
	p.addDependencies(of)
	p.breakCycles()
	p.orderRenames()
	p.refuseCycles()
	p.sortChanges()
	p.limitToTargets(policy.IsTarget)
	schema.SortProblems(p.Problems)
	return p
}

func planResource(o *resource.Resource, w *resource.Current, policy Policy) *Change {
	c := &Change{Resource: o, Live: w.Live[o], Err: w.Errs[o]}
	c.ParentID = o.ParentID()
	switch {
	case c.Err != nil:
		c.Action = Errored
	case w.PendingReason[o] != "":
		c.postponeChange(w.PendingReason[o])
	case o.Absent && c.Live == nil:
		c.Action = Unchanged
		c.Notes = []schema.Problem{{Pos: o.Pos, Message: "marked state: absent, and there is none; once that is so everywhere, the entry can go"}}
	case o.Absent && policy.AllowDelete:
		c.Action = Delete
		c.Problems = append(dependentsProblem(o, w), c.idMismatch()...)
	case o.Absent:
		c.Action = DeletePrevented
		c.Notes = []schema.Problem{{Pos: o.Pos, Warning: true, Message: "marked state: absent and live; kept, because allow-delete is not true"}}
	default:
		c.Diff = *Compare(o, c.Live, policy)
		if near := w.Suggestions[o]; near != "" && len(c.Problems) > 0 && c.Problems[0].Pos == o.Body.Pos { // something is missing
			c.Problems[0].Message = "there is none" + near + " As a new one: " + c.Problems[0].Message
		}
		c.Action = c.neededAction()
		c.checkUnsafeValues()
		c.noteSimilar(w)
	}
	c.checkVisible(w)
	c.enforcePrecondition(policy.Caller)
	c.freeBodies()
	c.checkUsable(policy)
	return c
}

// enforcePrecondition asks the kind whether it may be done.
func (c *Change) enforcePrecondition(caller resource.Caller) {
	var refusal resource.Refusal
	switch {
	case c.Action == Delete:
		refusal = c.evaluatePrecondition(c.Resource, c.Live, caller, func(string) bool { return true })
	case c.IsActive():
		refusal = c.CheckPrecondition(c.Resource, c.Live, caller)
	}
	switch {
	case refusal.Temporary:
		c.postponeChange(refusal.Reason)
	case refusal.Reason != "":
		c.Action, c.Err, c.Diff = Errored, errors.New(refusal.Reason), Diff{}
	}
}

// postponeChange leaves a change for a later run.
func (c *Change) postponeChange(why string) {
	c.Action, c.Diff = Unchanged, Diff{Notes: []schema.Problem{{Pos: c.Resource.Pos, Warning: true, Message: why}}}
}

func shortList(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// IsActive reports whether something is to be written.
func (c *Change) IsActive() bool {
	return c.Action == Create || c.Action == Update || c.Action == Delete
}

func (c *Change) neededAction() Action {
	switch {
	case c.Live == nil:
		return Create
	case len(c.Requests) == 0:
		return Unchanged
	}
	return Update
}

// ResourcesToRefresh lists the objects whose update was planned from a list item. An item
// may lack what the update would then erase, so these are to be read by id.
func (p *Plan) ResourcesToRefresh() []*resource.Resource {
	var out []*resource.Resource
	for _, c := range p.Changes {
		if c.Action == Update && !c.Live.Complete {
			out = append(out, c.Resource)
		}
	}
	return out
}

// Count returns how many changes have one of the actions.
func (p *Plan) Count(actions ...Action) int {
	n := 0
	for _, c := range p.Changes {
		if slices.Contains(actions, c.Action) {
			n++
		}
	}
	return n
}

// ResourcesWithNewSecret lists the objects whose secret value is about to be made.
func (p *Plan) ResourcesWithNewSecret(policy Policy) (out []*resource.Resource) {
	for _, c := range p.Changes {
		if c.Resource.Kind.GeneratedSecret != "" && (c.Action == Create || c.Action == Update && policy.needsRotation(c.Resource)) {
			out = append(out, c.Resource)
		}
	}
	return out
}

// AddProblems adds problems: nothing may be written.
func (p *Plan) AddProblems(problems ...schema.Problem) {
	p.Problems = append(p.Problems, problems...)
	schema.SortProblems(p.Problems)
}
