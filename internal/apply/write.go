package apply

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v4"

	"astro-apply/internal/astro"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

const (
	// rounds bounds how often an update whose outcome is unknown is looked at
	// and completed.
	rounds = 4
	// longestLook is the last wait between look-ups of an object whose create
	// got no answer: half a minute in all.
	longestLook = 16 * time.Second
)

func (r *run) write(ctx context.Context, j *job) error {
	if j.change.Action == plan.Create || j.change.Action == plan.Update {
		if err := r.link(j); err != nil {
			return fmt.Errorf("%s: %w", j.change.Action, err)
		}
	}
	switch {
	case j.first != nil:
		return r.complete(ctx, j)
	case j.change.Action == plan.Update:
		return r.update(ctx, j)
	case j.change.Action == plan.Create:
		return r.create(ctx, j)
	case j.change.Action == plan.Delete:
		return r.delete(ctx, j)
	}
	j.Status = Unchanged
	return nil
}

// delete removes the object, after a change that is under way there.
func (r *run) delete(ctx context.Context, j *job) error {
	call := r.source.NewCall(j.change.Resource, j.change.Resource.Kind.Delete, j.Live.ID, nil)
	err := r.unless(ctx, j, func() error {
		_, err := r.source.API.Do(ctx, call)
		j.sent = j.sent || !unsent(err)
		return err
	})
	if err != nil && (!ambiguous(err) || !r.goes(ctx, j)) {
		return fmt.Errorf("delete: %w", err)
	}
	j.Status = Deleted
	return nil
}

// link fills in the ids of what was created before this change.
func (r *run) link(j *job) error {
	for _, ref := range j.change.Resource.Refs {
		if ref.ID != "" || ref.ByName {
			continue
		}
		for _, n := range j.needs {
			if n.change.Resource == ref.Declared && n.passed.Live != nil {
				ref.Resolve(n.passed.Live.ID)
				for _, problem := range j.change.Resource.ResolveItemRefs(ref.Field, n.passed.Live, j.Live) {
					return problem
				}
			}
		}
		later := slices.ContainsFunc(j.change.Deferred, func(c *plan.Change) bool { return c.Resource == ref.Declared })
		if ref.ID == "" && (!later || j.first != nil) {
			return fmt.Errorf("the id of %s is not known", ref)
		}
	}
	return nil
}

// update reads the object by id, lays the declaration over it once more and
// sends what is still needed. After an answer that leaves the outcome unknown, or
// says that something has changed meanwhile, it does all of that again: the same
// body sent twice could replace what the first one made.
func (r *run) update(ctx context.Context, j *job) error {
	wait := backoff.NewExponentialBackOff(backoff.WithInitialInterval(time.Second), backoff.WithMaxElapsedTime(0))
	for round := 1; ; round++ {
		err := r.unless(ctx, j, func() error { return r.once(ctx, j) })
		var spent *spent
		if err == nil || errors.As(err, &spent) || !ambiguous(err) && !overtaken(err) || round == rounds {
			return err
		}
		if unanswered(err) {
			if done, unread := r.comes(ctx, j); done || unread != nil {
				return errors.Join(unread)
			}
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, context.Cause(ctx))
		case <-time.After(wait.NextBackOff()):
		}
	}
}

// compare reads the object by id and lays the declaration over it once more.
func (r *run) compare(ctx context.Context, j *job) (*plan.Diff, error) {
	o := j.change.Resource
	if o.Kind.Get.Path != "" || o.Kind.Singleton {
		live, err := r.source.GetResource(ctx, o, j.Live.ID)
		if err != nil {
			return nil, fmt.Errorf("read before update: %w", err)
		}
		j.Live = live.DropItems(j.stale)
	}
	policy := r.Policy
	if j.change.Action == plan.Create {
		policy.Rotate = nil // it is new already
	}
	d := plan.Compare(o, j.Live, policy)
	if len(d.Problems) > 0 {
		return nil, d.Problems[0]
	}
	if refusal := d.CheckPrecondition(o, j.Live, policy.Caller); refusal.Reason != "" && len(d.Requests) > 0 {
		return nil, fmt.Errorf("update: %s; nothing was sent", refusal.Reason)
	}
	if d.UnsafeErr != nil {
		return nil, d.UnsafeErr
	}
	if path := d.UnplannedRemoval(&j.change.Diff); path != "" {
		return nil, fmt.Errorf("update: %s would be removed, which the plan didn't show, because it changed since; nothing was sent, run again", path)
	}
	if !policy.ReviewedOnly || j.Wrote == Created { // the values of what this run created are its own, or Astro's
		return d, nil
	}
	if path := d.UnplannedChange(&j.change.Diff); path != "" {
		return nil, fmt.Errorf("update: %s changed since the plan was made, and only what was reviewed may be done; nothing was sent", path)
	}
	return d, nil
}

func (r *run) once(ctx context.Context, j *job) error {
	d, err := r.compare(ctx, j)
	if err != nil {
		return err
	}
	o, live := j.change.Resource, j.Live
	j.effect = j.effect || d.MaxImpact(o.Kind) > schema.NoImpact
	if len(d.Requests) == 0 {
		if j.Status == "" {
			j.Status = Unchanged // somebody else did it
		}
		return nil
	}
	for _, request := range d.Requests {
		if ctx.Err() != nil {
			return fmt.Errorf("update: %w", context.Cause(ctx))
		}
		answer, err := r.send(ctx, j, request, live.ID)
		if err == nil || ambiguous(err) {
			j.Status = Updated
		}
		if request.Endpoint == o.Kind.Rotate && ambiguous(err) {
			return lostRotation(o.Kind, err)
		}
		if err != nil && r.leaveOut(ctx, j, request, err) {
			return r.once(ctx, j)
		}
		if err != nil {
			return fmt.Errorf("update: %w", err)
		}
		if j.Wrote == "" {
			j.Wrote = Updated // in part, if the rest fails
		}
		next, err := resource.NewLive(o.Kind, answer)
		r.source.MaskSecrets(next)
		if next != nil && (err == nil || request.Endpoint == o.Kind.Rotate) {
			err = next.CheckID(request.Endpoint, live.ID)
		}
		_, wrong := errors.AsType[*resource.WrongResourceError](err)
		switch {
		case request.Endpoint == o.Kind.Rotate && err != nil:
			return lostRotation(o.Kind, err)
		case request.ReturnsResource && err != nil, wrong:
			return fmt.Errorf("update: %w", &astro.Error{Method: request.Endpoint.Method, Path: request.Endpoint.Path, StatusCode: http.StatusOK, OutcomeUncertain: true, Err: err})
		case request.Endpoint == o.Kind.Rotate:
			if err := r.issue(ctx, j, answer, false); err != nil {
				return err
			}
		}
		if err == nil {
			j.Live = next
		}
	}
	return nil
}
