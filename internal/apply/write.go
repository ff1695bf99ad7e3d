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

// rounds bounds how often an update whose outcome is unknown is looked at and
// completed.
const rounds = 4

func (r *run) write(ctx context.Context, j *job) error {
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

// create makes the object. A lost answer leaves unknown whether it exists, so
// it is looked up before anything else is done: a second create could make a
// second object.
func (r *run) create(ctx context.Context, j *job) error {
	o := j.change.Object
	for _, ref := range o.Refs {
		if ref.ID != "" {
			continue
		}
		id := r.created(j, ref)
		if id == "" {
			return fmt.Errorf("create: the id of %s is not known", ref)
		}
		ref.Resolve(id)
	}
	d := plan.Compare(o, nil, r.Policy)
	if len(d.Problems) > 0 {
		return d.Problems[0]
	}
	answer, err := r.send(ctx, j, d.Requests[0], "")
	if err == nil {
		if j.Live, err = resource.NewLive(o.Kind, answer); err == nil {
			j.Status = Created
			return nil
		}
	}
	if !ambiguous(err) {
		return fmt.Errorf("create: %w", err)
	}
	return r.adopt(ctx, j, err)
}

// created is the id of what a pending reference waits for.
func (r *run) created(j *job, ref *resource.Reference) string {
	for _, n := range j.needs {
		if n.change.Object == ref.Target && n.Live != nil {
			return n.Live.ID
		}
	}
	return ""
}

func (r *run) adopt(ctx context.Context, j *job, cause error) error {
	o := j.change.Object
	found, err := r.source.Find(ctx, o, o.Body.Get(o.Kind.Parent).Value())
	switch {
	case err != nil:
		return fmt.Errorf("create: %w; whether it exists now is unknown, because it can't be looked up: %w", cause, err)
	case found == nil:
		return fmt.Errorf("create: %w; it does not exist, so running again is safe", cause)
	}
	j.Live = found
	if err := r.update(ctx, j); err != nil {
		return err
	}
	j.Status = Created
	return nil
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
	return r.source.API.Do(ctx, r.source.Call(request.Call, id, body))
}

// ambiguous reports whether a write may have happened although it failed.
func ambiguous(err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	return ok && e.Ambiguous
}
