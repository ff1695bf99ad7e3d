package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/plan"
	"astro-apply/internal/retry"
	"astro-apply/internal/schema"
)

// maxAttempts is the maximum number of attempts of a write with an uncertain outcome.
const maxAttempts = 4

// updatePolicy is for updates that another run, or their own first attempt, may have made already.
var updatePolicy = retry.Policy{
	First: time.Second, Max: time.Minute, Factor: 1.5, Jitter: 0.5, MaxAttempts: maxAttempts,
}

func (r *applier) writeChange(ctx context.Context, j *job) error {
	if j.change.Action == plan.Create || j.change.Action == plan.Update {
		if err := r.fillReferenceIDs(j); err != nil {
			return fmt.Errorf("%s: %w", j.change.Action, err)
		}
	}
	switch {
	case j.firstWrite != nil:
		return r.writeDeferred(ctx, j)
	case j.change.Action == plan.Update:
		return r.updateResource(ctx, j)
	case j.change.Action == plan.Create:
		return r.createResource(ctx, j)
	case j.change.Action == plan.Delete:
		return r.deleteResource(ctx, j)
	}
	j.Status = Unchanged
	return nil
}

// deleteResource deletes the resource, once no other change of it is in progress.
func (r *applier) deleteResource(ctx context.Context, j *job) error {
	call := r.source.NewCall(j.change.Resource, j.change.Resource.Kind.Delete, j.Live.ID, nil)
	err := r.retryWhileBusy(ctx, j, func() error {
		_, err := r.source.API.Do(ctx, call)
		j.wasSent = j.wasSent || !astro.AsError(err).IsUnsent()
		return err
	})
	if err != nil && (!astro.AsError(err).IsUncertain() || !r.confirmDelete(ctx, j)) {
		return fmt.Errorf("delete: %w", err)
	}
	j.Status = Deleted
	return nil
}

// fillReferenceIDs sets the ids of the referenced resources that this run created before this change.
func (r *applier) fillReferenceIDs(j *job) error {
	for _, ref := range j.change.Resource.Refs {
		if ref.ID != "" || ref.ByName {
			continue
		}
		for _, dependency := range j.dependencies {
			if dependency.change.Resource == ref.Declared && dependency.result.Live != nil {
				ref.Resolve(dependency.result.Live.ID)
				problems := current.ResolveItemRefs(j.change.Resource, ref.Field, dependency.result.Live, j.Live)
				if len(problems) > 0 {
					return problems[0]
				}
			}
		}
		isTarget := func(c *plan.Change) bool { return c.Resource == ref.Declared }
		if ref.ID == "" && (j.firstWrite != nil || !slices.ContainsFunc(j.change.Deferred, isTarget)) {
			return fmt.Errorf("the id of %s is unknown, because this run did not create it; "+
				"fix its error and run again", ref)
		}
	}
	return nil
}

// updateResource reads the resource by id, compares it with the manifest again, and sends the changes that are still
// needed. If the outcome is uncertain, or the API reports a conflict, updateResource repeats all of this. It never
// sends the same body twice, because the second request could replace items that the first one created.
func (r *applier) updateResource(ctx context.Context, j *job) error {
	var err error
	for range updatePolicy.Attempts(ctx) {
		err = r.retryWhileBusy(ctx, j, func() error { return r.updateOnce(ctx, j) })
		var rotation *uncertainRotation
		e := astro.AsError(err)
		if errors.As(err, &rotation) || !e.IsUncertain() && !e.IsConflict() {
			return err
		}
		if e.MayStillHappen() {
			if done, readErr := r.confirmUpdate(ctx, j); done || readErr != nil {
				return readErr
			}
		}
	}
	return errors.Join(err, context.Cause(ctx))
}

// readAndCompare reads the resource by id and compares it with the manifest again. It returns an error if the update is
// no longer possible, or differs from the plan in a way that the user must review.
func (r *applier) readAndCompare(ctx context.Context, j *job) (*plan.Comparison, error) {
	o := j.change.Resource
	if o.Kind.Get.Path != "" || o.Kind.Singleton {
		live, err := r.source.GetResource(ctx, o, j.Live.ID)
		if err != nil {
			return nil, fmt.Errorf("read before update: %w", err)
		}
		j.Live = live.DropItems(j.deletedIDs)
	}
	policy := r.Policy
	if j.change.Action == plan.Create {
		policy.Rotate = nil // the secret value of a new resource is new already
	}
	if j.AcceptedWrite == Created { // the current values come from this run or from Astro's defaults
		policy.ReviewedOnly = false
	}
	d := plan.Compare(o, j.Live, policy)
	if len(d.Problems) > 0 {
		return nil, d.Problems[0]
	}
	if refusal := d.CheckPrecondition(o, j.Live, policy.Caller); refusal.Reason != "" && d.NeedsUpdate() {
		return nil, fmt.Errorf("update: nothing was sent: %s", refusal.Reason)
	}
	if d.UnsafeErr != nil {
		return nil, d.UnsafeErr
	}
	if err := policy.CheckPlanned(&d.Diff, &j.change.Diff); err != nil {
		return nil, fmt.Errorf("update: %w", err)
	}
	return d, nil
}

func (r *applier) updateOnce(ctx context.Context, j *job) error {
	d, err := r.readAndCompare(ctx, j)
	if err != nil {
		return err
	}
	o, live := j.change.Resource, j.Live
	j.hasImpact = j.hasImpact || d.MaxImpact(o.Kind) > schema.NoImpact
	if !d.NeedsUpdate() {
		if j.Status == "" {
			j.Status = Unchanged // another run made the same change
		}
		return nil
	}
	for _, request := range BuildRequests(o.Kind, d, live) {
		if ctx.Err() != nil {
			return fmt.Errorf("update: %w", context.Cause(ctx))
		}
		response, err := r.sendRequest(ctx, j, request, live.ID)
		if err == nil || astro.AsError(err).IsUncertain() {
			j.Status = Updated
		}
		if request.Endpoint == o.Kind.Rotate && astro.AsError(err).IsUncertain() {
			return newUncertainRotation(o.Kind, err)
		}
		if stale := r.staleReferences(ctx, j, request.Body, err); len(stale) > 0 {
			r.excludeReferences(j, stale)
			return r.updateOnce(ctx, j)
		}
		if err != nil {
			return fmt.Errorf("update: %w", err)
		}
		if j.AcceptedWrite == "" {
			j.AcceptedWrite = Updated // even if a later request of this update fails
		}
		next, err := current.NewLive(o.Kind, response)
		r.source.MaskSecrets(next)
		if next != nil && (err == nil || request.Endpoint == o.Kind.Rotate) {
			err = next.CheckID(request.Endpoint, live.ID)
		}
		_, isWrongResource := errors.AsType[*current.WrongResourceError](err)
		switch {
		case request.Endpoint == o.Kind.Rotate && err != nil:
			return newUncertainRotation(o.Kind, err)
		case request.ReturnsResource && err != nil, isWrongResource:
			return fmt.Errorf("update: %w", &astro.Error{
				Method: request.Endpoint.Method, Path: request.Endpoint.Path,
				StatusCode: http.StatusOK, OutcomeUncertain: true, Err: err,
			})
		case request.Endpoint == o.Kind.Rotate:
			if err := r.deliverSecret(ctx, j, response, false); err != nil {
				return err
			}
		}
		if err == nil {
			j.Live = next
		}
	}
	return nil
}

// staleReferences returns the ids of deleted resources to which the body of a rejected update refers, without those
// that updates leave out already.
func (r *applier) staleReferences(ctx context.Context, j *job, body *schema.Node, err error) []string {
	e := astro.AsError(err)
	if body == nil || e.IsUncertain() || !e.IsInvalid() && !e.IsNotFound() {
		return nil
	}
	stale := r.source.StaleIDs(ctx, j.change.Resource, body)
	maps.DeleteFunc(stale, func(id string, _ bool) bool { return j.deletedIDs[id] })
	return slices.Sorted(maps.Keys(stale))
}

// excludeReferences makes updates leave out the items that refer to deleted resources.
func (r *applier) excludeReferences(j *job, deletedIDs []string) {
	r.OnProgress(fmt.Sprintf("%s: Astro refused the update; "+
		"retrying without the items that refer to deleted resources: %s",
		j.change.Resource, strings.Join(deletedIDs, ", ")))
	for _, id := range deletedIDs {
		j.deletedIDs[id] = true
	}
}
