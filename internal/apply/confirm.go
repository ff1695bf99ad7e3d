package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/resource"
)

// confirmUpdate reports whether an update that was given up is carried out after all,
// as happens behind a gateway that was faster to give up.
func (r *applier) confirmUpdate(ctx context.Context, j *job) (bool, error) {
	for wait := 2 * time.Second; wait <= maxLookUpWait; wait *= 2 {
		select {
		case <-ctx.Done():
			return false, nil // which the next round says
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

// uncertainRotation is a rotation of which nobody knows whether it happened. It is not tried
// again by itself: the value of the second could be ended by the first, if that
// is late.
type uncertainRotation struct{ error }

func (s *uncertainRotation) Unwrap() error { return s.error }

func newUncertainRotation(k *resource.Kind, err error) error {
	return &uncertainRotation{fmt.Errorf("rotate: %w; whether it was rotated is unknown, and if it was, the old %s is no longer valid and nobody has the new one: rotate it again", err, k.GeneratedSecret)}
}

// mayStillHappen reports whether the API may be at a write still.
func mayStillHappen(err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	return ok && e.OutcomeUncertain && e.StatusCode/100 != 2
}

// confirmDelete reports whether an object is removed by a call that was given up.
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
