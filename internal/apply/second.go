package apply

import (
	"context"
	"fmt"
	"slices"

	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

// rest says what a second write that isn't made leaves open.
func (j *job) rest() string {
	if j.first == nil || j.Wrote == "" {
		return ""
	}
	return fmt.Sprintf("; it is %s, id %s, and the next run completes it", j.Wrote, j.Live.ID)
}

// decides reports whether the change has the outcome of its second write: that one
// failed and the first write didn't, or only that one wrote.
func (j *job) decides(first Status) bool {
	return first.OK() && !j.Status.OK() || first == Unchanged && j.Status == Updated
}

// complete makes the second write. A resource that the first one created stays
// "created".
func (r *run) complete(ctx context.Context, j *job) error {
	err := r.update(ctx, j)
	if err == nil && j.first.passed.Status == Created {
		j.Status = Created
	}
	return err
}

// settled is what of a body can be sent before the rest is known: no field of
// which a part is missing, since that would be taken for all of it.
func settled(body *schema.Node) *schema.Node {
	out := *body
	out.Members = slices.DeleteFunc(slices.Clone(body.Members), func(m schema.Member) bool {
		pending := false
		m.Value.Walk(func(n *schema.Node) { pending = pending || n.Form == schema.Unknown })
		return pending
	})
	return &out
}

// follow lets what needs an object wait for its second write, too, but for what
// that itself waits for. The first n jobs are not second ones.
func (r *run) follow(n int) {
	for _, s := range r.jobs[n:] {
		before := map[*job]bool{}
		var visit func(*job)
		visit = func(j *job) {
			if !before[j] {
				before[j] = true
				for _, needed := range j.needs {
					visit(needed)
				}
			}
		}
		visit(s)
		for _, j := range r.jobs[:n] {
			if !before[j] && slices.Contains(j.needs, s.first) {
				j.needs = append(j.needs, s)
				s.awaited = s.awaited || j.change.IsActive()
			}
		}
	}
}

// second is the write of j that sets what its first one could not wait for.
func second(j *job, of map[*plan.Change]*job) *job {
	j.awaited = true
	s := newJob(j.change)
	s.needs, s.first = []*job{j}, j
	for _, n := range j.change.Deferred {
		s.needs = append(s.needs, of[n])
		of[n].awaited = true
	}
	return s
}
