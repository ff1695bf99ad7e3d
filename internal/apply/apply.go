// Package apply carries a plan out: what depends on nothing at once, the rest
// as soon as what it needs is there.
package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// Status is what became of a change.
type Status string

// The statuses. Unconfirmed was accepted by the API, but not ready when time
// ran out; Skipped was not tried because something it needs failed; Stopped was
// not tried because the run ended.
const (
	Created     Status = "created"
	Updated     Status = "updated"
	Deleted     Status = "deleted"
	Unchanged   Status = "unchanged"
	Kept        Status = "kept"
	Failed      Status = "failed"
	Unconfirmed Status = "unconfirmed"
	Skipped     Status = "skipped"
	Stopped     Status = "stopped"
)

// OK reports whether nothing is left to do or to look at.
func (s Status) OK() bool {
	switch s {
	case Failed, Unconfirmed, Skipped, Stopped:
		return false
	}
	return true
}

// Outcome is what became of one change. Wrote is the write that the API
// accepted, whatever came of it then: Created, Updated, Deleted, or "". Body is
// the request that Err is about.
type Outcome struct {
	Change   *plan.Change
	Status   Status
	Wrote    Status
	Live     *resource.Live
	Err      error
	Body     *schema.Node
	Duration time.Duration
	Warnings []schema.Problem // for people to check although the change succeeded, such as a field that Astro stores in another way
}

// Options tune a run.
type Options struct {
	Policy plan.Policy
	Wait   bool // until what was changed is ready
	// Mask registers a secret value that Astro returned; nil: it is ignored.
	Mask func(value string)
	// Deliver takes a secret value that is told once. What it can't take is undone
	// where that is possible.
	Deliver func(o *resource.Resource, value string) error
	Done    func(Outcome) // called after each change that was tried, one at a time; once more where a second write or another run changes its status
	Said    func(string)  // a progress line, now and then
}

type run struct {
	Options
	source    resource.Source
	finder    resource.Finder
	existed   func(id string) bool // before this run
	jobs      []*job
	mu        sync.Mutex
	waiting   map[*job]string // what each job was last seen waiting for
	unchecked []*job          // created ones whose identity another run's may have, too
	polling   int             // how many objects are waited for
	refusal   error           // why nothing is written; nil: nothing is refused
}

// Run carries out p and returns one Outcome per change, in the plan's order.
// It returns when every call has ended. When ctx ends nothing new is started;
// calls in flight have the grace that the client gives them.
func Run(ctx context.Context, source resource.Source, p *plan.Plan, o Options) []Outcome {
	r := &run{Options: o, source: source, finder: resource.Finder{Source: source}, existed: func(id string) bool { return p.ExistingIDs[id] }}
	of := map[*plan.Change]*job{}
	for _, c := range p.Changes {
		j := newJob(c)
		of[c] = j
		r.jobs = append(r.jobs, j)
	}
	for _, j := range r.jobs {
		for _, n := range j.change.DependsOn {
			j.needs = append(j.needs, of[n])
			of[n].awaited = of[n].awaited || j.change.IsActive()
		}
	}
	for _, j := range r.jobs[:len(p.Changes)] {
		if len(j.change.Deferred) > 0 && j.change.IsActive() {
			r.jobs = append(r.jobs, second(j, of))
		}
	}
	r.follow(len(p.Changes))
	r.refuseCycle(len(p.Changes))
	stop := r.progress()
	defer stop()
	var all sync.WaitGroup
	for _, j := range r.jobs {
		all.Go(func() { r.job(ctx, j) })
	}
	all.Wait()
	r.checkDuplicates(ctx)
	outcomes := make([]Outcome, len(p.Changes))
	for i, j := range r.jobs {
		if j.first == nil {
			outcomes[i] = j.Outcome
		} else if i := slices.Index(r.jobs, j.first); j.decides(j.first.Status) {
			outcomes[i] = j.Outcome
		} else {
			outcomes[i].Warnings = j.Warnings
		}
	}
	return outcomes
}

func (r *run) job(ctx context.Context, j *job) {
	defer close(j.over)
	defer j.pass()
	for _, n := range j.needs {
		<-n.done // ends: the jobs form no cycle, and every job ends with ctx
	}
	start := time.Now()
	r.do(ctx, j)
	j.Duration = time.Since(start)
	if j.change.IsActive() && r.Done != nil && (j.first == nil || j.decides(j.first.passed.Status)) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.Done(j.Outcome)
	}
}

func (r *run) do(ctx context.Context, j *job) {
	switch j.change.Action {
	case plan.Errored:
		j.fail(j.change.Err)
		if _, ok := errors.AsType[*resource.BlockedError](j.change.Err); ok {
			j.Status = Skipped
		}
		return
	case plan.DeletePrevented:
		j.Status = Kept
		return
	}
	if r.refusal != nil && j.change.IsActive() {
		j.fail(r.refusal)
		return
	}
	if j.first != nil {
		first := j.first.passed
		j.Live, j.Wrote, j.Status, j.Warnings = first.Live, first.Wrote, first.Status, first.Warnings
	}
	for _, n := range j.needs {
		if status := n.passed.Status; j.change.IsActive() && !status.OK() {
			j.Status, j.Err = Skipped, fmt.Errorf("needs %s, which %s%s", n.change.Resource, verb[status], j.rest())
			return
		}
	}
	if j.change.IsActive() && ctx.Err() != nil {
		j.Status, j.Err = Stopped, context.Cause(ctx)
		return
	}
	if err := r.write(ctx, j); err != nil {
		j.fail(err)
		ended := unsent(err) || errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))
		if !j.sent && ctx.Err() != nil && ended {
			j.Status, j.Err = Stopped, context.Cause(ctx)
		}
		return
	}
	if j.Status != Unchanged {
		j.Wrote = j.Status
	}
	written := j.Wrote == Created || j.Wrote == Updated
	switch {
	case j.Status == Deleted && j.awaited:
		r.vanish(ctx, j)
	case j.Live != nil && (written && r.Wait || j.awaited):
		r.settle(ctx, j, written)
	}
	if written && j.Live != nil && j.Status.OK() {
		j.pass()
		r.verify(ctx, j)
	}
}
