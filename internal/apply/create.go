package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

// createResource creates the resource, and then sets the fields that only an update can set. If the response is lost or
// unusable, the resource may exist. Then createResource looks it up before it retries, because a second create could
// make a duplicate.
func (r *applier) createResource(ctx context.Context, j *job) error {
	d := plan.Compare(j.change.Resource, nil, r.Policy)
	if len(d.Problems) > 0 {
		return d.Problems[0]
	}
	if err := r.waitForReferences(ctx, j); err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		err := r.createOnce(ctx, j, BuildRequests(j.change.Resource.Kind, d, nil)[0])
		var uncertain *uncertainCreate
		if !errors.As(err, &uncertain) {
			return err
		}
		if attempt == maxAttempts {
			return fmt.Errorf("create: %w; it doesn't exist after %d attempts; run again", uncertain.cause, attempt)
		}
	}
}

// uncertainCreate reports a create without a usable response, after which no matching resource was found.
type uncertainCreate struct{ cause error }

func (e *uncertainCreate) Error() string { return e.cause.Error() }

func (r *applier) createOnce(ctx context.Context, j *job, create Request) error {
	o := j.change.Resource
	response, err := r.sendRequest(ctx, j, create, "")
	if err != nil && !astro.AsError(err).IsUncertain() {
		if !mayExist(o.Kind, err) {
			return fmt.Errorf("create: %w", err)
		}
		if found, findErr := r.finder.FindResource(ctx, o); findErr != nil || found == nil {
			return fmt.Errorf("create: %w", err)
		}
	}
	var live *current.Live
	if err == nil {
		live, err = r.source.VerifyCreated(ctx, o, response, r.existedBefore)
	}
	if err == nil && o.Kind.GeneratedSecret != "" && generatedSecret(o.Kind, response) == "" {
		err = &current.UnverifiedCreateError{Err: fmt.Errorf("the response has no %s", o.Kind.GeneratedSecret)}
	}
	if err != nil {
		return r.adoptCreated(ctx, j, err)
	}
	j.Live, j.AcceptedWrite = live, Created
	if err := r.deliverSecret(ctx, j, response, true); err != nil {
		return err
	}
	if err := r.checkDuplicate(ctx, j); err != nil {
		return err
	}
	if id := j.Live.ID; hasUpdateOnlyFields(o) {
		if err := r.updateResource(ctx, j); err != nil {
			remedy := "run again to complete it"
			if astro.AsError(err).IsRejection() {
				remedy = "fix the error and run again"
			}
			return fmt.Errorf("created (id %s), but the update that completes it failed; %s: %w", id, remedy, err)
		}
	}
	j.Status = Created
	return nil
}

// hasUpdateOnlyFields reports whether the manifest declares a field that only an update can set.
func hasUpdateOnlyFields(o *desired.Resource) bool {
	for _, endpoint := range o.Kind.UpdateEndpoints {
		if path := o.Kind.NestedFieldPath(&endpoint); path != "" && o.Body.GetPath(path) != nil {
			return true
		}
		for i := range o.Kind.Fields {
			f := &o.Kind.Fields[i]
			updateOnly := endpoint.Name != "" && endpoint.SubList == nil || !f.Has(schema.Create|schema.MetaArgument)
			if updateOnly && f.EndpointName == endpoint.Name && o.Body.Get(f.Name) != nil {
				return true
			}
		}
	}
	return false
}

// adoptCreated looks up the resource of a create without a usable response, and completes it. The API may still be
// executing the create, so adoptCreated repeats the lookup for a while. It doesn't save a secret value from the
// response, because the value may belong to another resource.
func (r *applier) adoptCreated(ctx context.Context, j *job, cause error) error {
	found, err := r.confirmCreate(ctx, j.change.Resource)
	switch k := j.change.Resource.Kind; {
	case err != nil && k.GeneratedSecret != "":
		return fmt.Errorf("create: %w; it may exist now, but the lookup failed: %w; if it exists, its %s is lost; "+
			"run again to check", cause, err, k.GeneratedSecret)
	case err != nil:
		return fmt.Errorf("create: %w; it may exist now, but the lookup failed: %w; run again to check", cause, err)
	case found == nil && errors.As(cause, new(*current.UnverifiedCreateError)):
		return fmt.Errorf("create: %w; %s was not found afterwards, and this run did not create it again; "+
			"check in Astro which resources exist, then run again", cause, j.change.Resource)
	case found == nil:
		return &uncertainCreate{cause}
	}
	j.Live = found
	if astro.AsError(cause).IsUncertain() || !mayExist(j.change.Resource.Kind, cause) {
		j.AcceptedWrite = Created
	}
	if k := j.change.Resource.Kind; k.GeneratedSecret != "" {
		remedy := "delete it and run again"
		if k.Rotate.Path != "" {
			remedy = "rotate it, or " + remedy
		}
		return fmt.Errorf("create: %w; it exists now (id %s), but its %s is lost; %s",
			cause, found.ID, k.GeneratedSecret, remedy)
	}
	if err := r.updateResource(ctx, j); err != nil {
		return fmt.Errorf("create: %w; it exists now (id %s), but the update that completes it failed; "+
			"run again to complete it: %w", cause, found.ID, err)
	}
	if j.AcceptedWrite == Created {
		j.Status = Created
	}
	return nil
}

// mayExist reports whether the API may have rejected a create because the resource already exists. Most likely, another
// run created it at the same moment.
func mayExist(k *kind.Kind, err error) bool {
	e := astro.AsError(err)
	return k.GeneratedSecret == "" && (e.IsConflict() || e.IsInvalid())
}

// waitForReferences waits until the referenced resources are usable. It covers only resources that exist in Astro and
// are not in the manifest: no job waits for those.
func (r *applier) waitForReferences(ctx context.Context, j *job) error {
	for _, ref := range j.change.Resource.Refs {
		target := r.targets[ref]
		if target == nil || ref.Kind.ReadinessOf == nil {
			continue
		}
		if err := r.waitForReference(ctx, j, ref, target); err != nil {
			return err
		}
	}
	return nil
}

func (r *applier) waitForReference(ctx context.Context, j *job, ref *desired.Reference, target *current.Live) error {
	var reason string
	for poll := range r.polls(ctx) {
		if poll.Number > 1 {
			next, err := r.readByID(ctx, ref.Kind, ref.ID)
			if astro.AsError(err).IsFinal() {
				return fmt.Errorf("%s can't be read: %w", ref, err)
			}
			if err == nil {
				target = next
			}
		}
		readiness := target.Readiness()
		if readiness.Phase != kind.Pending || readiness.IsReferenceable {
			return nil
		}
		reason = readiness.Reason
		r.setWaitReason(j, fmt.Sprintf("%s: %s", ref, reason))
	}
	return fmt.Errorf("%s is not ready: %s (%w); run again when it is ready", ref, reason, context.Cause(ctx))
}

func (r *applier) confirmCreate(ctx context.Context, o *desired.Resource) (found *current.Live, err error) {
	for range lookUps.Attempts(ctx) {
		found, err = r.finder.FindResource(ctx, o)
		if found != nil || err != nil && !astro.AsError(err).IsListRetryable() {
			return found, err
		}
	}
	return nil, cmp.Or(context.Cause(ctx), err)
}
