package apply

import (
	"context"
	"fmt"
	"slices"

	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

// deferredNote returns the part of an error message that describes the state of the resource if its deferred write
// isn't sent; "" for other jobs.
func (j *job) deferredNote() string {
	if j.firstWrite == nil || j.AcceptedWrite == "" {
		return ""
	}
	return fmt.Sprintf("; this resource was %s (id %s), and the next run completes it", j.AcceptedWrite, j.Live.ID)
}

// determinesOutcome reports whether the change has the outcome of its deferred write, j: only the deferred write
// failed, or only the deferred write changed something.
func (j *job) determinesOutcome(first Status) bool {
	return first.IsOK() && !j.Status.IsOK() || first == Unchanged && j.Status == Updated
}

// writeDeferred sends the deferred write. The status remains Created if the first write created the resource.
func (r *applier) writeDeferred(ctx context.Context, j *job) error {
	err := r.updateResource(ctx, j)
	if err == nil && j.firstWrite.result.Status == Created {
		j.Status = Created
	}
	return err
}

// withoutUnknownMembers returns body without the members that contain unknown values. It removes a list with one
// unknown item as a whole, because Astro would store the other items as the complete list.
func withoutUnknownMembers(body *schema.Node) *schema.Node {
	out := *body
	out.Members = slices.DeleteFunc(slices.Clone(body.Members), func(m schema.Member) bool {
		return m.Value.Any(func(n *schema.Node) bool { return n.Form == schema.Unknown })
	})
	return &out
}

// addDeferredDependencies makes the dependents of a resource also wait for its deferred write, unless the deferred
// write depends on them. The first n jobs are the jobs without a deferred write.
func (r *applier) addDeferredDependencies(n int) {
	for _, deferred := range r.jobs[n:] {
		prerequisites := map[*job]bool{}
		plan.VisitDependenciesFirst([]*job{deferred}, (*job).waitsFor, func(j *job) { prerequisites[j] = true })
		for _, j := range r.jobs[:n] {
			if !prerequisites[j] && slices.Contains(j.dependencies, deferred.firstWrite) {
				j.waitFor(deferred)
			}
		}
	}
}

// newDeferredJob returns the job for the deferred write of j. It sets the references that the first write left out to
// avoid a cycle.
func newDeferredJob(j *job, jobOf map[*plan.Change]*job) *job {
	deferred := newJob(j.change)
	deferred.firstWrite = j
	deferred.waitFor(j)
	for _, c := range j.change.Deferred {
		deferred.waitFor(jobOf[c])
	}
	return deferred
}
