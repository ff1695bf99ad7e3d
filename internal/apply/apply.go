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
	Created         Status = "created"
	Updated         Status = "updated"
	Deleted         Status = "deleted"
	Unchanged       Status = "unchanged"
	DeletePrevented Status = "kept"
	Failed          Status = "failed"
	Unconfirmed     Status = "unconfirmed"
	Skipped         Status = "skipped"
	Stopped         Status = "stopped"
)

// IsOK reports whether nothing is left to do or to look at.
func (s Status) IsOK() bool {
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
	Change        *plan.Change
	Status        Status
	AcceptedWrite Status
	Live          *resource.Live
	Err           error
	RequestBody   *schema.Node
	Duration      time.Duration
	Warnings      []schema.Problem // for people to check although the change succeeded, such as a field that Astro stores in another way
}

// Options tune a run.
type Options struct {
	Policy plan.Policy
	Wait   bool // until what was changed is ready
	// Mask registers a secret value that Astro returned; nil: it is ignored.
	Mask func(value string)
	// Deliver takes a secret value that is told once. What it can't take is undone
	// where that is possible.
	SaveSecret func(o *resource.Resource, value string) error
	OnOutcome  func(Outcome) // called after each change that was tried, one at a time; once more where a second write or another run changes its status
	OnProgress func(string)  // a progress line, now and then
}

type applier struct {
	Options
	source           resource.Source
	finder           resource.Finder
	existedBefore    func(id string) bool // before this run
	jobs             []*job
	mu               sync.Mutex
	waitReasons      map[*job]string // what each job was last seen waiting for
	uncheckedCreates []*job          // created ones whose identity another run's may have, too
	pollCount        int             // how many objects are waited for
	cycleErr         error           // why nothing is written; nil: nothing is refused
}

// Run carries out p and returns one Outcome per change, in the plan's order.
// It returns when every call has ended. When ctx ends nothing new is started;
// calls in flight have the grace that the client gives them.
func Run(ctx context.Context, source resource.Source, p *plan.Plan, o Options) []Outcome {
	r := &applier{Options: o, source: source, finder: resource.Finder{Source: source}, existedBefore: func(id string) bool { return p.ExistingIDs[id] }}
	of := map[*plan.Change]*job{}
	for _, c := range p.Changes {
		j := newJob(c)
		of[c] = j
		r.jobs = append(r.jobs, j)
	}
	for _, j := range r.jobs {
		for _, n := range j.change.DependsOn {
			j.dependencies = append(j.dependencies, of[n])
			of[n].hasDependents = of[n].hasDependents || j.change.IsActive()
		}
	}
	for _, j := range r.jobs[:len(p.Changes)] {
		if len(j.change.Deferred) > 0 && j.change.IsActive() {
			r.jobs = append(r.jobs, newDeferredJob(j, of))
		}
	}
	r.addDeferredDependencies(len(p.Changes))
	r.refuseCycle(len(p.Changes))
	stop := r.reportProgress()
	defer stop()
	var all sync.WaitGroup
	for _, j := range r.jobs {
		all.Go(func() { r.runAfterDependencies(ctx, j) })
	}
	all.Wait()
	r.checkDuplicates(ctx)
	outcomes := make([]Outcome, len(p.Changes))
	for i, j := range r.jobs {
		if j.firstWrite == nil {
			outcomes[i] = j.Outcome
		} else if i := slices.Index(r.jobs, j.firstWrite); j.determinesOutcome(j.firstWrite.Status) {
			outcomes[i] = j.Outcome
		} else {
			outcomes[i].Warnings = j.Warnings
		}
	}
	return outcomes
}

func (r *applier) runAfterDependencies(ctx context.Context, j *job) {
	defer close(j.finished)
	defer j.releaseDependents()
	for _, n := range j.dependencies {
		<-n.ready // ends: the jobs form no cycle, and every job ends with ctx
	}
	start := time.Now()
	r.executeJob(ctx, j)
	j.Duration = time.Since(start)
	if j.change.IsActive() && r.OnOutcome != nil && (j.firstWrite == nil || j.determinesOutcome(j.firstWrite.result.Status)) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.OnOutcome(j.Outcome)
	}
}

func (r *applier) executeJob(ctx context.Context, j *job) {
	switch j.change.Action {
	case plan.Errored:
		j.setFailed(j.change.Err)
		if _, ok := errors.AsType[*resource.BlockedError](j.change.Err); ok {
			j.Status = Skipped
		}
		return
	case plan.DeletePrevented:
		j.Status = DeletePrevented
		return
	}
	if r.cycleErr != nil && j.change.IsActive() {
		j.setFailed(r.cycleErr)
		return
	}
	if j.firstWrite != nil {
		first := j.firstWrite.result
		j.Live, j.AcceptedWrite, j.Status, j.Warnings = first.Live, first.AcceptedWrite, first.Status, first.Warnings
	}
	for _, n := range j.dependencies {
		if status := n.result.Status; j.change.IsActive() && !status.IsOK() {
			j.Status, j.Err = Skipped, fmt.Errorf("needs %s, which %s%s", n.change.Resource, statusPhrases[status], j.deferredNote())
			return
		}
	}
	if j.change.IsActive() && ctx.Err() != nil {
		j.Status, j.Err = Stopped, context.Cause(ctx)
		return
	}
	if err := r.writeChange(ctx, j); err != nil {
		j.setFailed(err)
		ended := isUnsent(err) || errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))
		if !j.wasSent && ctx.Err() != nil && ended {
			j.Status, j.Err = Stopped, context.Cause(ctx)
		}
		return
	}
	if j.Status != Unchanged {
		j.AcceptedWrite = j.Status
	}
	written := j.AcceptedWrite == Created || j.AcceptedWrite == Updated
	switch {
	case j.Status == Deleted && j.hasDependents:
		r.waitUntilDeleted(ctx, j)
	case j.Live != nil && (written && r.Wait || j.hasDependents):
		r.waitUntilReady(ctx, j, written)
	}
	if written && j.Live != nil && j.Status.IsOK() {
		j.releaseDependents()
		r.verifyStored(ctx, j)
	}
}
