package apply

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// createResource makes the object, and then what its create call doesn't take. A lost
// or unusable answer leaves unknown whether it exists, so it is looked up before
// it is made again: a second create could make a second object.
func (r *applier) createResource(ctx context.Context, j *job) error {
	d := plan.Compare(j.change.Resource, nil, r.Policy)
	if len(d.Problems) > 0 {
		return d.Problems[0]
	}
	if err := r.waitForReferences(ctx, j); err != nil {
		return err
	}
	for round := 1; ; round++ {
		err := r.createOnce(ctx, j, d.Requests[0])
		var lost *uncertainCreate
		if !errors.As(err, &lost) {
			return err
		}
		if round == maxAttempts {
			return fmt.Errorf("create: %w; tried %d times, and it was not there afterwards; the next run looks again", lost.cause, round)
		}
	}
}

// uncertainCreate is a create without an answer after which the object isn't there.
type uncertainCreate struct{ cause error }

func (l *uncertainCreate) Error() string { return l.cause.Error() }

func (r *applier) createOnce(ctx context.Context, j *job, request plan.Request) error {
	o := j.change.Resource
	answer, err := r.sendRequest(ctx, j, request, "")
	if err != nil && !isOutcomeUncertain(err) {
		if !mayExist(o.Kind, err) {
			return fmt.Errorf("create: %w", err)
		}
		if found, unknown := r.finder.FindResource(ctx, o); unknown != nil || found == nil {
			return fmt.Errorf("create: %w", err)
		}
	}
	var live *resource.Live
	if err == nil {
		live, err = r.source.VerifyCreated(ctx, o, answer, r.existedBefore)
	}
	if err == nil && o.Kind.GeneratedSecret != "" && generatedSecret(o.Kind, answer) == "" {
		err = &resource.UnverifiedCreateError{Err: fmt.Errorf("the answer has no %s", o.Kind.GeneratedSecret)}
	}
	if err != nil {
		return r.adoptCreated(ctx, j, err)
	}
	j.Live, j.AcceptedWrite = live, Created
	if err := r.deliverSecret(ctx, j, answer, true); err != nil {
		return err
	}
	if err := r.checkDuplicate(ctx, j); err != nil {
		return err
	}
	if id := j.Live.ID; hasUpdateOnlyFields(o) {
		switch err := r.updateResource(ctx, j); {
		case isPermanentRefusal(err):
			return fmt.Errorf("created, id %s, but not completed; mend this, and the next run does: %w", id, err)
		case err != nil:
			return fmt.Errorf("created, id %s, but not completed, which the next run does: %w", id, err)
		}
	}
	j.Status = Created
	return nil
}

// hasUpdateOnlyFields reports whether the object declares what only an update can set.
func hasUpdateOnlyFields(o *resource.Resource) bool {
	for _, part := range o.Kind.UpdateEndpoints {
		if part.FieldPath != "" && o.Body.GetPath(part.FieldPath) != nil {
			return true
		}
		for i := range o.Kind.Fields {
			f := &o.Kind.Fields[i]
			apart := part.Name != "" && part.ListPatch == nil || !f.Has(schema.Create|schema.MetaArgument)
			if apart && f.EndpointName == part.Name && o.Body.Get(f.Name) != nil {
				return true
			}
		}
	}
	return false
}

// adoptCreated goes on with the object that a create without an answer has made. The
// API may still be at it, so one that isn't there is looked up again for a while.
// A secret value that came with the answer is not delivered: it may belong to
// another object.
func (r *applier) adoptCreated(ctx context.Context, j *job, cause error) error {
	found, err := r.confirmCreate(ctx, j.change.Resource)
	switch k := j.change.Resource.Kind; {
	case err != nil && k.GeneratedSecret != "":
		return fmt.Errorf("create: %w; whether it exists now is unknown, because it can't be looked up: %w; if it does, its %s is lost, and the next run says so", cause, err, k.GeneratedSecret)
	case err != nil:
		return fmt.Errorf("create: %w; whether it exists now is unknown, because it can't be looked up: %w", cause, err)
	case found == nil && errors.As(cause, new(*resource.UnverifiedCreateError)):
		return fmt.Errorf("create: %w; %s was not found afterwards; it was not created again; check in Astro what exists, and run again", cause, j.change.Resource)
	case found == nil:
		return &uncertainCreate{cause}
	}
	j.Live = found
	if isOutcomeUncertain(cause) || !mayExist(j.change.Resource.Kind, cause) {
		j.AcceptedWrite = Created
	}
	if k := j.change.Resource.Kind; k.GeneratedSecret != "" {
		way := "remove it and run again"
		if k.Rotate.Path != "" {
			way = "rotate it, or " + way
		}
		return fmt.Errorf("create: %w; it exists now, id %s, but its %s is lost: %s", cause, found.ID, k.GeneratedSecret, way)
	}
	if err := r.updateResource(ctx, j); err != nil {
		return fmt.Errorf("create: %w; it exists now, id %s, but: %w", cause, found.ID, err)
	}
	if j.AcceptedWrite == Created {
		j.Status = Created
	}
	return nil
}

// isPermanentRefusal reports whether the API said no, and will again.
func isPermanentRefusal(err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	return ok && e.StatusCode/100 == 4 && !e.OutcomeUncertain && !isTransient(err)
}

// mayExist reports whether a create may have been refused because the object
// exists: made, most likely, by another run at the same moment.
func mayExist(k *resource.Kind, err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	return ok && k.GeneratedSecret == "" && (e.StatusCode == http.StatusConflict || e.StatusCode == http.StatusBadRequest)
}

// waitForReferences waits until what the object refers to can be used, where that was
// found live and is declared by nobody.
func (r *applier) waitForReferences(ctx context.Context, j *job) error {
	for _, ref := range j.change.Resource.Refs {
		if ref.Live == nil || ref.Kind.StateOf == nil {
			continue
		}
		for interval, live := minPollInterval, ref.Live; ; interval = min(interval*3/2, maxPollInterval) {
			state, reason := live.State(ref.Kind)
			if state != resource.StatePending || ref.Kind.IsReferenceable != nil && ref.Kind.IsReferenceable(live.Body()) {
				break
			}
			r.setWaitReason(j, fmt.Sprintf("%s: %s", ref, reason))
			if err := r.pauseBeforePoll(ctx, interval); err != nil {
				return fmt.Errorf("%s is not ready: %s (%w)", ref, reason, err)
			}
			next, err := r.readByID(ctx, ref.Kind, ref.ID)
			if err != nil && !isTransient(err) {
				return fmt.Errorf("%s can't be read: %w", ref, err)
			}
			if err == nil {
				live = next
			}
		}
	}
	return nil
}

func (r *applier) confirmCreate(ctx context.Context, o *resource.Resource) (*resource.Live, error) {
	for wait := 2 * time.Second; ; wait *= 2 {
		found, err := r.finder.FindResource(ctx, o)
		if err != nil && !canRetryList(err) || found != nil || wait > maxLookUpWait {
			return found, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// canRetryList reports whether a list may be readable in a moment: an API that lost
// one answer is often not well for a while, and a list of many moves.
func canRetryList(err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	return ok && (isTransient(err) || e.StatusCode/100 == 2)
}
