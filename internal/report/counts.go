package report

import (
	"fmt"
	"strings"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
)

// Counts holds the number of resources per outcome. A resource that this run wrote
// and that then failed, or didn't become ready in time, counts twice.
type Counts struct {
	Created, Updated, Deleted, Unchanged, Kept, Failed, Unconfirmed, Stopped int
}

// Unsuccessful returns the number of resources that need the user's attention.
func (c Counts) Unsuccessful() int { return c.Failed + c.Unconfirmed + c.Stopped }

// Changed returns the number of resources that the run created, updated or deleted, or would.
func (c Counts) Changed() int { return c.Created + c.Updated + c.Deleted }

// Counts counts the outcomes. Without outcomes, it counts the planned changes.
func (r *Run) Counts() Counts {
	var c Counts
	if r.Outcomes == nil {
		if r.Plan == nil {
			return c
		}
		for _, change := range r.Plan.Changes {
			if len(change.Problems) > 0 {
				c.Failed++
				continue
			}
			c.addStatus(plannedStatus[change.Action])
		}
		return c
	}
	for _, o := range r.Outcomes {
		c.addStatus(o.Status)
		if !o.Status.IsOK() && o.AcceptedWrite != "" {
			c.addStatus(o.AcceptedWrite)
		}
	}
	return c
}

var plannedStatus = map[plan.Action]apply.Status{
	plan.Create: apply.Created, plan.Update: apply.Updated, plan.Delete: apply.Deleted,
	plan.Unchanged: apply.Unchanged, plan.DeletePrevented: apply.DeletePrevented, plan.Errored: apply.Failed,
}

func (c *Counts) addStatus(s apply.Status) {
	switch s {
	case apply.Created:
		c.Created++
	case apply.Updated:
		c.Updated++
	case apply.Deleted:
		c.Deleted++
	case apply.Unchanged:
		c.Unchanged++
	case apply.DeletePrevented:
		c.Kept++
	case apply.Unconfirmed:
		c.Unconfirmed++
	case apply.Stopped:
		c.Stopped++
	default:
		c.Failed++
	}
}

// countsText lists the counts that aren't zero; future selects the wording of a plan.
func (r *Run) countsText(future bool) string {
	c := r.Counts()
	words := [...]string{"created", "updated", "deleted"}
	if future {
		words = [...]string{"to create", "to update", "to delete"}
	}
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{
		{c.Created, words[0]}, {c.Updated, words[1]}, {c.Deleted, words[2]}, {c.Kept, "kept"}, {c.Unchanged, "unchanged"}, {c.Failed, "failed"}, {c.Unconfirmed, "not confirmed"}, {c.Stopped, "stopped"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	if len(parts) == 0 {
		return "The manifest declares no resources."
	}
	return strings.Join(parts, ", ") + "."
}
