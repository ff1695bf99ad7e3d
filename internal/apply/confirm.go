package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/resource"
)

// confirmUpdate polls for an update whose request failed, and reports whether the API
// has executed it. The API may still execute a request after a gateway's timeout.
func (r *applier) confirmUpdate(ctx context.Context, j *job) (bool, error) {
	for wait := 2 * time.Second; wait <= maxLookUpWait; wait *= 2 {
		select {
		case <-ctx.Done():
			return false, nil // updateResource returns the context's error
		case <-time.After(wait):
		}
		if d, err := r.readAndCompare(ctx, j); err == nil && len(d.Requests) == 0 {
			return true, nil
		} else if err != nil && !isTransient(err) {
			return false, err
		}
	}
	return false, nil
}

// uncertainRotation reports a rotation without a usable response. The run doesn't
// retry it: if the API executes the first rotation late, it would revoke the value
// of the second one.
type uncertainRotation struct{ error }

func (e *uncertainRotation) Unwrap() error { return e.error }

func newUncertainRotation(k *resource.Kind, err error) error {
	return &uncertainRotation{fmt.Errorf("rotate: %w; the outcome is unknown: if Astro rotated it, the old %s is no longer valid and the new one is lost; rotate it again", err, k.GeneratedSecret)}
}

// mayStillHappen reports whether the API may still be executing a failed write.
func mayStillHappen(err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	return ok && e.OutcomeUncertain && e.StatusCode/100 != 2
}

// confirmDelete polls for a delete whose request failed, and reports whether the API
// has deleted the resource.
func (r *applier) confirmDelete(ctx context.Context, j *job) bool {
	for wait := 2 * time.Second; wait <= maxLookUpWait; wait *= 2 {
		if _, err := r.source.GetResource(ctx, j.change.Resource, j.Live.ID); astro.IsNotFound(err) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
	return false
}
