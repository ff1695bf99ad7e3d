package apply

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
	"astro-apply/internal/retry"
)

const (
	// settleDelay is the time after a write during which a ready status isn't trusted, because Astro changes the status
	// shortly after its response.
	settleDelay      = 15 * time.Second
	progressInterval = 30 * time.Second
	// pollSpacing is the minimum time between two polls of the whole run. It uses half of the API's limit for reads, so
	// that other programs can use the other half.
	pollSpacing = 80 * time.Millisecond
)

var pollPolicy = retry.Policy{First: time.Second, Max: 12 * time.Second, Factor: 1.5, Jitter: 0.2}

// polls returns the polls of one resource, until ctx ends. The waits between them increase with the number of resources
// that the run waits for.
func (r *applier) polls(ctx context.Context) iter.Seq[*retry.Attempt] {
	return func(yield func(*retry.Attempt) bool) {
		r.pollCount.Add(1)
		defer r.pollCount.Add(-1)
		for poll := range pollPolicy.Attempts(ctx) {
			if !yield(poll) {
				return
			}
			poll.Wait = max(poll.Wait, time.Duration(r.pollCount.Load())*pollSpacing)
		}
	}
}

// waitUntilReady polls until the resource is ready. If it isn't ready before the timeout, the status is Unconfirmed:
// the API accepted the change, so it isn't sent again. After an update without an impact on the running resource,
// waitUntilReady waits only if the status is pending.
func (r *applier) waitUntilReady(ctx context.Context, j *job, written bool) {
	k, id := j.change.Resource.Kind, j.Live.ID
	start, sawPending := time.Now(), !written
	withoutImpact := j.AcceptedWrite == Updated && !j.hasImpact
	var readErr error
	var readiness kind.Readiness
	for poll := range r.polls(ctx) {
		if poll.Number > 1 {
			live, err := r.readByID(ctx, k, id)
			switch {
			case err == nil:
				j.Live, readErr = live, nil
			case ctx.Err() != nil:
			case astro.AsError(err).IsFinal():
				j.Status = Unconfirmed
				j.Err = fmt.Errorf("accepted, not confirmed: it can't be read: %w; run again to check it", err)
				return
			default:
				readErr = err
			}
		}
		readiness = j.Live.Readiness()
		sawPending = sawPending || readiness.Phase == kind.Pending
		settled := readErr == nil && readiness.Phase != kind.Pending && (sawPending || time.Since(start) >= settleDelay)
		if readiness.IsReferenceable {
			j.releaseDependents()
			if !written || !r.Wait {
				return
			}
		}
		switch {
		case k.ReadinessOf == nil, withoutImpact && !sawPending, settled && (readiness.Phase == kind.Ready || !written):
			return // a resource that had already failed isn't waited for: the API decides whether it is usable
		case settled:
			j.setFailed(fmt.Errorf("accepted, but then it failed in Astro: %s; check it in the Astro UI",
				readiness.Reason))
			return
		}
		r.setWaitReason(j, readiness.Reason)
		if remaining := settleDelay - time.Since(start); !sawPending && remaining > 0 {
			poll.Wait = min(poll.Wait, remaining) // poll again at the end of settleDelay
		}
	}
	j.Status, j.Err = Unconfirmed, unconfirmedError(ctx, readiness.Reason, readErr)
}

// readByID reads a resource by id only, because another run may have renamed it.
func (r *applier) readByID(ctx context.Context, k *kind.Kind, id string) (*current.Live, error) {
	return r.source.GetResource(ctx, desired.NewResource(k, ""), id)
}

// waitUntilDeleted polls until the API no longer finds a deleted resource, because some changes are possible only
// afterwards, such as the delete of its parent.
func (r *applier) waitUntilDeleted(ctx context.Context, j *job) {
	var err error
	for range r.polls(ctx) {
		_, err = r.source.GetResource(ctx, j.change.Resource, j.Live.ID)
		switch e := astro.AsError(err); {
		case e.IsNotFound(), e.IsForbidden(): // after the delete, the token may have no access to the id
			return
		case e.IsFinal():
			j.Status, j.Err = Unconfirmed, fmt.Errorf("deleted, but not confirmed: %w; run again to check it", err)
			return
		}
		r.setWaitReason(j, "being deleted")
	}
	j.Status, j.Err = Unconfirmed, unconfirmedError(ctx, "being deleted", err)
}

func unconfirmedError(ctx context.Context, reason string, readErr error) error {
	if readErr != nil {
		return fmt.Errorf("accepted, not confirmed: %w (%w); run again to check it", context.Cause(ctx), readErr)
	}
	return fmt.Errorf("accepted, not confirmed: last seen %s (%w); run again to check it", reason, context.Cause(ctx))
}

// setWaitReason stores the reason why a job waits, for the progress lines.
func (r *applier) setWaitReason(j *job, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waitReasons == nil {
		r.waitReasons = map[*job]string{}
	}
	r.waitReasons[j] = reason
}

// reportProgress calls OnProgress every progressInterval, until the caller calls stop.
func (r *applier) reportProgress() (stop func()) {
	ticker, stopped, done := time.NewTicker(progressInterval), make(chan struct{}), make(chan struct{})
	start := time.Now()
	go func() {
		defer close(done)
		for {
			select {
			case <-stopped:
				return
			case <-ticker.C:
				r.OnProgress(r.progressLine(time.Since(start)))
			}
		}
	}()
	return func() { ticker.Stop(); close(stopped); <-done }
}

func (r *applier) progressLine(elapsed time.Duration) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	total, unfinished := 0, map[*plan.Change]bool{} // a deferred write counts as part of its change
	var names []string
	for _, j := range r.jobs {
		if j.change.IsActive() && j.firstWrite == nil {
			total++
		}
		select {
		case <-j.finished:
		default:
			if j.change.IsActive() {
				unfinished[j.change] = true
			}
			if reason, ok := r.waitReasons[j]; ok {
				names = append(names, fmt.Sprintf("%s (%s)", j.change.Resource, reason))
			}
		}
	}
	line := fmt.Sprintf("%d of %d done after %s", total-len(unfinished), total, elapsed.Round(time.Second))
	if len(names) > 5 {
		names = append(names[:5], fmt.Sprintf("%d more", len(names)-5))
	}
	if len(names) > 0 {
		line += "; waiting for " + strings.Join(names, ", ")
	}
	return line
}
