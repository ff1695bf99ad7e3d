package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/kind"
	"astro-apply/internal/retry"
	"astro-apply/internal/schema"
)

// busyPolicy is for writes while another change of the resource is in progress.
var busyPolicy = retry.Policy{First: 5 * time.Second, Max: time.Minute, Factor: 1.5, Jitter: 0.5}

const (
	// undoTimeout is the time limit for the delete of a new resource whose secret value can't be saved. undoGrace is
	// the time limit after a signal.
	undoTimeout = time.Minute
	undoGrace   = 2 * time.Second
)

func (r *applier) sendRequest(ctx context.Context, j *job, request Request, id string) ([]byte, error) {
	fields := request.Body
	if fields != nil && len(j.change.Deferred) > 0 {
		fields = withoutUnknownMembers(fields) // the deferred write sends the other members
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
	response, err := r.source.API.Do(ctx, call)
	j.wasSent = j.wasSent || !astro.AsError(err).IsUnsent()
	if value := generatedSecret(j.change.Resource.Kind, response); value != "" && r.Mask != nil {
		r.Mask(value) // even if the response is about another resource
	}
	return response, err
}

// retryWhileBusy calls write until the API no longer rejects it because another change of the resource is in progress.
func (r *applier) retryWhileBusy(ctx context.Context, j *job, write func() error) error {
	var err error
	for range busyPolicy.Attempts(ctx) {
		err = write()
		e := astro.AsError(err)
		if e == nil || !slices.Contains(j.change.Resource.Kind.ConflictStatuses, e.StatusCode) {
			return err
		}
		r.setWaitReason(j, fmt.Sprintf("another change in progress, %d", e.StatusCode))
	}
	return fmt.Errorf("%w; another change was still in progress (%w); run again when it is finished",
		err, context.Cause(ctx))
}

// deliverSecret saves the secret value in a response, because Astro returns it only once. If the value can't be saved,
// deliverSecret deletes a new resource again, because its value is lost.
func (r *applier) deliverSecret(ctx context.Context, j *job, response []byte, isNew bool) error {
	k := j.change.Resource.Kind
	if k.GeneratedSecret == "" {
		return nil
	}
	value := generatedSecret(k, response)
	var err error
	switch {
	case value == "":
		err = fmt.Errorf("the response has no %s", k.GeneratedSecret)
	case r.SaveSecret == nil:
		err = errors.New("this run has nowhere to save it")
	default:
		err = r.SaveSecret(j.change.Resource, value)
	}
	switch {
	case err == nil:
		return nil
	case !isNew:
		return fmt.Errorf("rotated, and the old %s is no longer valid, but the new one can't be saved: %w; "+
			"fix the error and rotate it again", k.GeneratedSecret, err)
	}
	// The delete must also run after a signal, but only for undoGrace.
	undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(undoGrace, cancel) })()
	if undoErr := r.deleteResource(undo, j); undoErr != nil {
		return fmt.Errorf("created (id %s), but its %s can't be saved (%w), "+
			"and the delete that undoes the create failed: %w; delete it in Astro and run again",
			j.Live.ID, k.GeneratedSecret, err, undoErr)
	}
	j.Live, j.AcceptedWrite, j.Status = nil, "", ""
	return fmt.Errorf("created, but its %s can't be saved, so this run deleted the new resource; "+
		"fix the error and run again: %w", k.GeneratedSecret, err)
}

// generatedSecret returns the generated secret in a response, or "".
func generatedSecret(k *kind.Kind, response []byte) string {
	if n, err := schema.ParseJSON(response); err == nil {
		return n.Get(k.GeneratedSecret).ScalarText()
	}
	return ""
}

// currentOrDeclaredBody returns the resource as it is in Astro, or as declared if it doesn't exist yet.
func currentOrDeclaredBody(j *job) *schema.Node {
	if j.Live != nil {
		return j.Live.Body()
	}
	return j.change.Resource.Body
}
