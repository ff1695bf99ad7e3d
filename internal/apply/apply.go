// Package apply executes a plan. It starts a change as soon as all changes that it depends on are done, so independent
// changes run concurrently.
package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

// Status is the result of a change.
type Status string

// The statuses of a change. Unconfirmed: the API accepted the change, but the resource wasn't ready before the timeout.
// Skipped: not tried, because a dependency failed. Stopped: not tried, because the run ended.
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

// IsOK reports whether the change is complete and needs no further action.
func (s Status) IsOK() bool {
	switch s {
	case Failed, Unconfirmed, Skipped, Stopped:
		return false
	}
	return true
}

// Outcome is the result of one change. AcceptedWrite is the write that the API accepted, even if the change failed
// afterwards: Created, Updated, Deleted, or "". RequestBody is the body of the last request, to which Err may refer.
type Outcome struct {
	Change        *plan.Change
	Status        Status
	AcceptedWrite Status
	Live          *current.Live
	Err           error
	RequestBody   *schema.Node
	Duration      time.Duration
	Warnings      []schema.Problem // to check although the change succeeded, such as a value that Astro changed
}

// Options configure a run.
type Options struct {
	Policy plan.Policy
	Wait   bool // wait until changed resources are ready
	// Mask registers a secret value that Astro returned, so that the log hides it; may be nil.
	Mask func(value string)
	// SaveSecret saves a secret value that Astro returns only once. If it fails, the run deletes a new resource again,
	// because its value is lost.
	SaveSecret func(o *desired.Resource, value string) error
	// OnOutcome is called after each change that was tried, never concurrently, and again if a deferred write or a
	// duplicate changes the status; may be nil.
	OnOutcome  func(Outcome)
	OnProgress func(string) // called regularly with a progress line; may be nil
}

type applier struct {
	Options
	source           current.Source
	finder           current.Finder
	targets          map[*desired.Reference]*current.Live // of references that the manifest doesn't declare
	existedBefore    func(id string) bool                 // reports whether the plan found a resource with this id
	jobs             []*job
	mu               sync.Mutex
	waitReasons      map[*job]string // the last reason why each job waited
	uncheckedCreates []*job          // jobs that created a resource of which another run may have created a duplicate
	pollCount        atomic.Int64    // number of resources that jobs currently wait for
	cycleErr         error           // a dependency cycle, which prevents all writes; or nil
}

// Run executes p and returns one Outcome per change, in the plan's order. It returns after the last call. After the end
// of ctx, Run starts no new call; calls in flight get the client's grace period.
func Run(ctx context.Context, source current.Source, p *plan.Plan, o Options) []Outcome {
	if o.OnOutcome == nil {
		o.OnOutcome = func(Outcome) {}
	}
	if o.OnProgress == nil {
		o.OnProgress = func(string) {}
	}
	r := &applier{
		Options: o, source: source, finder: current.Finder{Source: source}, targets: p.Targets,
		existedBefore: func(id string) bool {
			_, ok := p.Names[id]
			return ok
		},
	}
	jobOf := map[*plan.Change]*job{}
	for _, c := range p.Changes {
		j := newJob(c)
		jobOf[c] = j
		r.jobs = append(r.jobs, j)
	}
	for _, j := range r.jobs {
		for _, c := range j.change.DependsOn {
			j.waitFor(jobOf[c])
		}
	}
	for _, j := range r.jobs[:len(p.Changes)] {
		if len(j.change.Deferred) > 0 && j.change.IsActive() {
			r.jobs = append(r.jobs, newDeferredJob(j, jobOf))
		}
	}
	r.addDeferredDependencies(len(p.Changes))
	r.refuseCycle(len(p.Changes))
	stop := r.reportProgress()
	defer stop()
	var wg sync.WaitGroup
	for _, j := range r.jobs {
		wg.Go(func() { r.runAfterDependencies(ctx, j) })
	}
	wg.Wait()
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
	for _, dependency := range j.dependencies {
		<-dependency.ready // can't block forever: there is no cycle, and every job ends with ctx
	}
	start := time.Now()
	r.executeJob(ctx, j)
	j.Duration = time.Since(start)
	if j.change.IsActive() && (j.firstWrite == nil || j.determinesOutcome(j.firstWrite.result.Status)) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.OnOutcome(j.Outcome)
	}
}

func (r *applier) executeJob(ctx context.Context, j *job) {
	switch j.change.Action {
	case plan.Errored:
		j.setFailed(j.change.Err)
		if _, ok := errors.AsType[*current.BlockedError](j.change.Err); ok {
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
	for _, dependency := range j.dependencies {
		if status := dependency.result.Status; j.change.IsActive() && !status.IsOK() {
			j.Status = Skipped
			needed := dependency.change.Resource
			j.Err = fmt.Errorf("needs %s, which %s%s", needed, statusPhrases[status], j.deferredNote())
			return
		}
	}
	if j.change.IsActive() && ctx.Err() != nil {
		j.Status, j.Err = Stopped, context.Cause(ctx)
		return
	}
	if err := r.writeChange(ctx, j); err != nil {
		j.setFailed(err)
		ended := astro.AsError(err).IsUnsent() || errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))
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
