package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v4"

	"astro-apply/internal/astro"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// The pace at which a change is tried again that another one keeps away.
const (
	minBusyWait = 5 * time.Second
	maxBusyWait = time.Minute
	// How long it is tried to remove what nobody can be given, and how much of
	// that is left after a signal.
	undoTimeout = time.Minute
	undoGrace   = 2 * time.Second
)

func (r *applier) sendRequest(ctx context.Context, j *job, request plan.Request, id string) ([]byte, error) {
	fields := request.Body
	if fields != nil && len(j.change.Deferred) > 0 {
		fields = withoutUnknownMembers(fields) // the rest follows in a second write
	}
	if fields != nil && request.Expand != nil {
		fields = request.Expand(fields, currentOrDeclaredBody(j), r.source.OrganizationID)
	}
	j.RequestBody = fields
	var body []byte
	if fields != nil {
		var err error
		if body, err = json.Marshal(fields); err != nil {
			return nil, err
		}
	}
	call := r.source.NewCall(j.change.Resource, request.Endpoint, id, body)
	maps.Copy(call.Params, request.Params)
	answer, err := r.source.API.Do(ctx, call)
	j.wasSent = j.wasSent || !isUnsent(err)
	if value := generatedSecret(j.change.Resource.Kind, answer); value != "" && r.Mask != nil {
		r.Mask(value) // wherever it belongs
	}
	return answer, err
}

// retryWhileBusy does something, and does it again for as long as the API refuses it
// because another change is under way.
func (r *applier) retryWhileBusy(ctx context.Context, j *job, do func() error) error {
	wait := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(minBusyWait), backoff.WithMaxInterval(maxBusyWait), backoff.WithMaxElapsedTime(0))
	for {
		err := do()
		e, ok := errors.AsType[*astro.Error](err)
		if !ok || !slices.Contains(j.change.Resource.Kind.ConflictStatuses, e.StatusCode) {
			return err
		}
		r.setWaitReason(j, fmt.Sprintf("another change to end, %d", e.StatusCode))
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; another change kept it away until %w", err, context.Cause(ctx))
		case <-time.After(wait.NextBackOff()):
		}
	}
}

// deliverSecret delivers the secret value that an answer tells once. What nobody could
// be given is removed again if it is new, since nobody will ever know its value.
func (r *applier) deliverSecret(ctx context.Context, j *job, answer []byte, fresh bool) error {
	k := j.change.Resource.Kind
	if k.GeneratedSecret == "" {
		return nil
	}
	value := generatedSecret(k, answer)
	var err error
	switch {
	case value == "":
		err = fmt.Errorf("the answer has no %s", k.GeneratedSecret)
	case r.SaveSecret == nil:
		err = errors.New("nobody takes it")
	default:
		err = r.SaveSecret(j.change.Resource, value)
	}
	switch {
	case err == nil:
		return nil
	case !fresh:
		return fmt.Errorf("rotated, and the old %s is no longer valid, but the new one could not be delivered: %w; rotate it again", k.GeneratedSecret, err)
	}
	// That has to happen after a signal, too, though not for long.
	undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(undoGrace, cancel) })()
	if gone := r.deleteResource(undo, j); gone != nil {
		return fmt.Errorf("created, id %s, but its %s could not be delivered (%w), and it could not be removed again: %w; remove it by hand", j.Live.ID, k.GeneratedSecret, err, gone)
	}
	j.Live, j.AcceptedWrite, j.Status = nil, "", ""
	return fmt.Errorf("its %s could not be delivered, so it was removed again: %w", k.GeneratedSecret, err)
}

// generatedSecret is the value that an answer tells once, "" if it has none.
func generatedSecret(k *resource.Kind, answer []byte) string {
	if n, err := schema.ParseJSON(answer); err == nil {
		return n.Get(k.GeneratedSecret).ScalarText()
	}
	return ""
}

// isUnsent reports whether a call failed before any request left.
func isUnsent(err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	return ok && e.Unsent
}

// isOutcomeUncertain reports whether a write may have happened although it failed.
func isOutcomeUncertain(err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	return ok && e.OutcomeUncertain
}

// isConflict reports whether another run may have done the same meanwhile.
func isConflict(err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	return ok && e.StatusCode == http.StatusConflict
}

// currentOrDeclaredBody is all that is known of the object, live or else as declared.
func currentOrDeclaredBody(j *job) *schema.Node {
	if j.Live != nil {
		return j.Live.Body()
	}
	return j.change.Resource.Body
}
