package apply

import (
	"context"
	"fmt"
	"slices"

	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

// deferredNote says what a second write that isn't made leaves open.
func (j *job) deferredNote() string {
	if j.firstWrite == nil || j.AcceptedWrite == "" {
		return ""
	}
	return fmt.Sprintf("; it is %s, id %s, and the next run completes it", j.AcceptedWrite, j.Live.ID)
}

// determinesOutcome reports whether the change has the outcome of its second write: that one
// failed and the first write didn't, or only that one wrote.
func (j *job) determinesOutcome(first Status) bool {
	return first.IsOK() && !j.Status.IsOK() || first == Unchanged && j.Status == Updated
}

// writeDeferred makes the second write. A resource that the first one created stays
// "created".
func (r *applier) writeDeferred(ctx context.Context, j *job) error {
	err := r.updateResource(ctx, j)
	if err == nil && j.firstWrite.result.Status == Created {
		j.Status = Created
	}
	return err
}

// withoutUnknownMembers is what of a body can be sent before the rest is known: no field of
// which a part is missing, since that would be taken for all of it.
func withoutUnknownMembers(body *schema.Node) *schema.Node {
	out := *body
	out.Members = slices.DeleteFunc(slices.Clone(body.Members), func(m schema.Member) bool {
		pending := false
		m.Value.Walk(func(n *schema.Node) { pending = pending || n.Form == schema.Unknown })
		return pending
	})
	return &out
}

// addDeferredDependencies lets what needs an object wait for its second write, too, but for what
// that itself waits for. The first n jobs are not second ones.
func (r *applier) addDeferredDependencies(n int) {
	for _, s := range r.jobs[n:] {
		before := map[*job]bool{}
		var visit func(*job)
		visit = func(j *job) {
			if !before[j] {
				before[j] = true
				for _, needed := range j.dependencies {
					visit(needed)
				}
			}
		}
		visit(s)
		for _, j := range r.jobs[:n] {
			if !before[j] && slices.Contains(j.dependencies, s.firstWrite) {
				j.dependencies = append(j.dependencies, s)
				s.hasDependents = s.hasDependents || j.change.IsActive()
			}
		}
	}
}

// newDeferredJob is the write of j that sets what its first one could not wait for.
func newDeferredJob(j *job, of map[*plan.Change]*job) *job {
	j.hasDependents = true
	s := newJob(j.change)
	s.dependencies, s.firstWrite = []*job{j}, j
	for _, n := range j.change.Deferred {
		s.dependencies = append(s.dependencies, of[n])
		of[n].hasDependents = true
	}
	return s
}
