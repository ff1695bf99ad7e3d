package apply

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// The pace of polling, and how long an object that was just written may look
// ready before it is believed: its status moves a little after the answer.
const (
	minPollInterval  = time.Second
	maxPollInterval  = 15 * time.Second
	settleDelay      = 15 * time.Second
	progressInterval = 30 * time.Second
	// pollSpacing is the time between polls of all objects that are waited for: half of
	// the reads that the API allows are left to others.
	pollSpacing = 80 * time.Millisecond
)

// pauseBeforePoll waits before an object is looked at again: longer, the more are waiting.
func (r *applier) pauseBeforePoll(ctx context.Context, interval time.Duration) error {
	r.mu.Lock()
	r.pollCount++
	interval = max(interval, time.Duration(r.pollCount)*pollSpacing)
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		r.pollCount--
		r.mu.Unlock()
	}()
	timer := time.NewTimer(interval)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// waitUntilReady polls until the object is ready. That it isn't when time runs out is
// an outcome of its own: the change was accepted, and is not sent again. After an
// update that affects nothing that runs, only a pending status is waited for.
func (r *applier) waitUntilReady(ctx context.Context, j *job, written bool) {
	kind, id := j.change.Resource.Kind, j.Live.ID
	start, moved := time.Now(), !written
	quiet := j.AcceptedWrite == Updated && !j.hasImpact
	var problem error
	for interval := minPollInterval; ; interval = min(interval*3/2, maxPollInterval) {
		state, reason := j.Live.State(kind)
		moved = moved || state == resource.StatePending
		ended := problem == nil && state != resource.StatePending && (moved || time.Since(start) >= settleDelay)
		if kind.IsReferenceable != nil && kind.IsReferenceable(j.Live.Body()) {
			j.releaseDependents()
			if !written || !r.Wait {
				return
			}
		}
		switch {
		case kind.StateOf == nil, quiet && !moved, ended && (state == resource.StateReady || !written):
			return // what was broken before is not for us to wait for, and the API judges what can be done with it
		case ended:
			j.Status, j.Err = Failed, fmt.Errorf("accepted, and then it failed at Astro: %s", reason)
			return
		}
		r.setWaitReason(j, reason)
		pause := interval
		if rest := settleDelay - time.Since(start); !moved && rest > 0 {
			pause = min(pause, rest) // so that a poll is made when it is believed
		}
		if r.pauseBeforePoll(ctx, pause) != nil {
			j.Status, j.Err = Unconfirmed, unconfirmedError(ctx, reason, problem)
			return
		}
		live, err := r.readByID(ctx, kind, id)
		switch {
		case err == nil:
			j.Live, problem = live, nil
		case ctx.Err() != nil:
		case isTransient(err):
			problem = err
		default:
			j.Status, j.Err = Unconfirmed, fmt.Errorf("accepted, but it can't be read back: %w", err)
			return
		}
	}
}

// readByID reads a resource that may be renamed meanwhile.
func (r *applier) readByID(ctx context.Context, k *resource.Kind, id string) (*resource.Live, error) {
	return r.source.GetResource(ctx, &resource.Resource{Kind: k, Body: &schema.Node{Form: schema.Map}}, id)
}

// waitUntilDeleted polls until an object that was deleted is gone, for what can only be
// deleted after it.
func (r *applier) waitUntilDeleted(ctx context.Context, j *job) {
	for interval := minPollInterval; ; interval = min(interval*3/2, maxPollInterval) {
		_, err := r.source.GetResource(ctx, j.change.Resource, j.Live.ID)
		if astro.IsNotFound(err) || astro.IsForbidden(err) { // gone, or gone from the token's reach
			return
		}
		if err != nil && !isTransient(err) {
			j.Status, j.Err = Unconfirmed, fmt.Errorf("deleted, but whether it is gone can't be read: %w", err)
			return
		}
		r.setWaitReason(j, "being deleted")
		if r.pauseBeforePoll(ctx, interval) != nil {
			j.Status, j.Err = Unconfirmed, unconfirmedError(ctx, "being deleted", err)
			return
		}
	}
}

func isTransient(err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	return !ok || e.StatusCode == 0 || e.StatusCode >= http.StatusInternalServerError || e.StatusCode == http.StatusTooManyRequests
}

func unconfirmedError(ctx context.Context, reason string, problem error) error {
	if problem != nil {
		return fmt.Errorf("accepted, not confirmed: %w (%w)", context.Cause(ctx), problem)
	}
	return fmt.Errorf("accepted, not confirmed: last seen %s (%w)", reason, context.Cause(ctx))
}

// setWaitReason notes what a job is waiting for, for the progress lines.
func (r *applier) setWaitReason(j *job, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waitReasons == nil {
		r.waitReasons = map[*job]string{}
	}
	r.waitReasons[j] = reason
}

// reportProgress says now and then how far the run is, until the returned function
// is called.
func (r *applier) reportProgress() (stop func()) {
	ticker, end, ended := time.NewTicker(progressInterval), make(chan struct{}), make(chan struct{})
	start := time.Now()
	go func() {
		defer close(ended)
		for {
			select {
			case <-end:
				return
			case <-ticker.C:
				if line := r.progressLine(time.Since(start)); line != "" && r.OnProgress != nil {
					r.OnProgress(line)
				}
			}
		}
	}()
	return func() { ticker.Stop(); close(end); <-ended }
}

func (r *applier) progressLine(elapsed time.Duration) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	total, unfinished := 0, map[*plan.Change]bool{} // a second write is part of its change
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
