package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v4"

	"astro-apply/internal/astro"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
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
	switch j.change.Action {
	case plan.Create:
		return r.create(ctx, j)
	case plan.Update:
		return r.update(ctx, j)
	case plan.Delete:
		_, err := r.source.API.Do(ctx, r.source.Call(j.change.Object.Kind.Delete, j.Live.ID, nil))
		if err != nil {
			return fmt.Errorf("delete: %w", err)
		}
		j.Status = Deleted
		return nil
	}
	j.Status = Unchanged
	return nil
}

// create makes the object. A lost or unusable answer leaves unknown whether it
// exists, so it is looked up before anything else is done: a second create
// could make a second object.
func (r *run) create(ctx context.Context, j *job) error {
	o := j.change.Object
	d := plan.Compare(o, nil, r.Policy)
	if len(d.Problems) > 0 {
		return d.Problems[0]
	}
	answer, err := r.send(ctx, j, d.Requests[0], "")
	if err != nil && !ambiguous(err) {
		return fmt.Errorf("create: %w", err)
	}
	if err == nil {
		j.Live, err = resource.NewLive(o.Kind, answer)
	}
	if err != nil {
		return r.adopt(ctx, j, err)
	}
	j.Status = Created
	return nil
}

// link fills in the ids of what was created before this change.
func (r *run) link(j *job) error {
	for _, ref := range j.change.Object.Refs {
		if ref.ID != "" {
			continue
		}
		for _, n := range j.needs {
			if n.change.Object == ref.Target && n.Live != nil {
				ref.Resolve(n.Live.ID)
			}
		}
		if ref.ID == "" {
			return fmt.Errorf("the id of %s is not known", ref)
		}
	}
	return nil
}

// adopt goes on with the object that a create without an answer has made. The
// API may still be at it, so one that isn't there is looked up again for a while.
func (r *run) adopt(ctx context.Context, j *job, cause error) error {
	found, err := r.appears(ctx, j.change.Object)
	switch {
	case err != nil:
		return fmt.Errorf("create: %w; whether it exists now is unknown, because it can't be looked up: %w", cause, err)
	case found == nil:
		return fmt.Errorf("create: %w; it was not there afterwards, and the next run looks again", cause)
	}
	j.Live, j.Wrote = found, Created
	if err := r.update(ctx, j); err != nil {
		return fmt.Errorf("create: %w; it exists now, id %s, but: %w", cause, found.ID, err)
	}
	j.Status = Created
	return nil
}

func (r *run) appears(ctx context.Context, o *resource.Object) (*resource.Live, error) {
	for wait := 2 * time.Second; ; wait *= 2 {
		found, err := r.source.Find(ctx, o, o.Body.Get(o.Kind.Parent).Value())
		if err != nil || found != nil || wait > longestLook {
			return found, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// update reads the object by id, lays the declaration over it once more and
// sends what is still needed. After an answer that leaves the outcome unknown
// it does all of that again: the same body sent twice could replace what the
// first one made.
func (r *run) update(ctx context.Context, j *job) error {
	wait := backoff.NewExponentialBackOff(backoff.WithInitialInterval(time.Second), backoff.WithMaxElapsedTime(0))
	for round := 1; ; round++ {
		err := r.once(ctx, j)
		if err == nil || !ambiguous(err) || round == rounds {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, context.Cause(ctx))
		case <-time.After(wait.NextBackOff()):
		}
	}
}

func (r *run) once(ctx context.Context, j *job) error {
	o := j.change.Object
	live, err := r.source.Get(ctx, o.Kind, j.Live.ID)
	if err != nil {
		return fmt.Errorf("read before update: %w", err)
	}
	j.Live = live
	d := plan.Compare(o, live, r.Policy)
	if len(d.Problems) > 0 {
		return d.Problems[0]
	}
	if path := d.Removes(&j.change.Diff); path != "" {
		return fmt.Errorf("update: %s would be removed, which the plan didn't show, because it changed since; nothing was sent, run again", path)
	}
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
		j.Status = Updated
		answer, err := r.send(ctx, j, request, live.ID)
		if err != nil {
			return fmt.Errorf("update: %w", err)
		}
		if next, err := resource.NewLive(o.Kind, answer); err == nil {
			j.Live = next
		}
	}
	return nil
}

func (r *run) send(ctx context.Context, j *job, request plan.Request, id string) ([]byte, error) {
	j.Body = request.Body
	body, err := json.Marshal(request.Body)
	if err != nil {
		return nil, err
	}
	answer, err := r.source.API.Do(ctx, r.source.Call(request.Call, id, body))
	j.sent = j.sent || !unsent(err)
	return answer, err
}

// unsent reports whether a call failed before any request left.
func unsent(err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	return ok && e.Unsent
}

// ambiguous reports whether a write may have happened although it failed.
func ambiguous(err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	return ok && e.Ambiguous
}
