package apply

import (
	"context"
	"fmt"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/kind"
	"astro-apply/internal/retry"
)

// lookUps are the lookups of a resource after a write without a response. All their waits together are about half a
// minute.
var lookUps = retry.Policy{First: 2 * time.Second, Max: 16 * time.Second, Factor: 2, Jitter: 0.2, MaxAttempts: 5}

// confirmUpdate polls for an update whose request failed, and reports whether the API has executed it. The API may
// still execute a request after a gateway's timeout.
func (r *applier) confirmUpdate(ctx context.Context, j *job) (bool, error) {
	for range lookUps.Attempts(ctx) {
		if d, err := r.readAndCompare(ctx, j); err == nil && !d.NeedsUpdate() {
			return true, nil
		} else if astro.AsError(err).IsFinal() {
			return false, err
		}
	}
	return false, nil // if ctx ended, updateResource returns its error
}

// uncertainRotation reports a rotation without a usable response. The run doesn't retry it: if the API executes the
// first rotation late, it would revoke the value of the second one.
type uncertainRotation struct{ error }

func (e *uncertainRotation) Unwrap() error { return e.error }

func newUncertainRotation(k *kind.Kind, err error) error {
	return &uncertainRotation{fmt.Errorf("rotate: %w; the outcome is unknown: if Astro rotated it, "+
		"the old %s is no longer valid and the new one is lost; rotate it again", err, k.GeneratedSecret)}
}

// confirmDelete polls for a delete whose request failed, and reports whether the API has deleted the resource.
func (r *applier) confirmDelete(ctx context.Context, j *job) bool {
	for range lookUps.Attempts(ctx) {
		if _, err := r.source.GetResource(ctx, j.change.Resource, j.Live.ID); astro.AsError(err).IsNotFound() {
			return true
		}
	}
	return false
}
