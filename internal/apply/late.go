package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/resource"
)

// comes reports whether an update that was given up is carried out after all,
// as happens behind a gateway that was faster to give up.
func (r *run) comes(ctx context.Context, j *job) (bool, error) {
	for wait := 2 * time.Second; wait <= longestLook; wait *= 2 {
		select {
		case <-ctx.Done():
			return false, nil // which the next round says
		case <-time.After(wait):
		}
		if d, err := r.compare(ctx, j); err == nil && len(d.Requests) == 0 {
			return true, nil
		} else if err != nil && !temporary(err) {
			return false, err
		}
	}
	return false, nil
}

// spent is a rotation of which nobody knows whether it happened. It is not tried
// again by itself: the value of the second could be ended by the first, if that
// is late.
type spent struct{ error }

func (s *spent) Unwrap() error { return s.error }

func lostRotation(k *resource.Kind, err error) error {
	return &spent{fmt.Errorf("rotate: %w; whether it was rotated is unknown, and if it was, the old %s is no longer valid and nobody has the new one: rotate it again", err, k.GeneratedSecret)}
}

// unanswered reports whether the API may be at a write still.
func unanswered(err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	return ok && e.OutcomeUncertain && e.StatusCode/100 != 2
}

// goes reports whether an object is removed by a call that was given up.
func (r *run) goes(ctx context.Context, j *job) bool {
	for wait := 2 * time.Second; wait <= longestLook; wait *= 2 {
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
