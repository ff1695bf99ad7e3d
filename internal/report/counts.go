package report

import (
	"cmp"
	"fmt"
	"strings"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
)

// Counts holds the number of resources per status. A resource that this run wrote and
// that then failed, or didn't become ready in time, counts twice. A skipped one counts
// as failed.
type Counts map[apply.Status]int

// Unsuccessful returns the number of resources that need the user's attention.
func (c Counts) Unsuccessful() int { return c[apply.Failed] + c[apply.Unconfirmed] + c[apply.Stopped] }

// Changed returns the number of resources that the run created, updated or deleted, or would.
func (c Counts) Changed() int { return c[apply.Created] + c[apply.Updated] + c[apply.Deleted] }

// Counts counts the outcomes. Without outcomes, it counts the planned changes.
func (r *Run) Counts() Counts {
	c := Counts{}
	if r.Outcomes == nil && r.Plan != nil {
		for _, change := range r.Plan.Changes {
			c[plannedResult(change)]++
		}
	}
	for _, o := range r.Outcomes {
		c[cmp.Or(o.Status, apply.Failed)]++
		if !o.Status.IsOK() && o.AcceptedWrite != "" {
			c[o.AcceptedWrite]++
		}
	}
	c[apply.Failed] += c[apply.Skipped]
	return c
}

// planned is the status of a change that this run doesn't make.
const planned apply.Status = "planned"

// plannedResult returns the status that a resource will have after its change.
func plannedResult(c *plan.Change) apply.Status {
	if len(c.Problems) > 0 {
		return apply.Failed
	}
	return plannedStatus[c.Action]
}

var plannedStatus = map[plan.Action]apply.Status{
	plan.Create: apply.Created, plan.Update: apply.Updated, plan.Delete: apply.Deleted,
	plan.Unchanged: apply.Unchanged, plan.DeletePrevented: apply.DeletePrevented, plan.Errored: apply.Failed,
}

var futureWords = map[apply.Status]string{
	apply.Created: "to create", apply.Updated: "to update", apply.Deleted: "to delete",
}

// countsText lists the counts that aren't zero, in the words of a plan or of its outcomes.
func (r *Run) countsText() string {
	c := r.Counts()
	var parts []string
	for _, status := range []apply.Status{
		apply.Deleted, apply.Updated, apply.Created, apply.DeletePrevented,
		apply.Unchanged, apply.Failed, apply.Unconfirmed, apply.Stopped,
	} {
		word := statusText(status)
		if r.Outcomes == nil && futureWords[status] != "" {
			word = futureWords[status]
		}
		if n := c[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	if len(parts) == 0 {
		return "The manifest declares no resources."
	}
	return strings.Join(parts, ", ") + "."
}

// statusText returns a status in words.
func statusText(status apply.Status) string {
	if status == apply.Unconfirmed {
		return "not confirmed"
	}
	return string(status)
}
