// Package retry repeats operations. The program waits between two attempts only here, so
// that every wait ends with its context; waits that no response determines grow, and vary at random.
package retry

import (
	"context"
	"iter"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// Policy describes the attempts of an operation and the waits between them.
type Policy struct {
	First, Max  time.Duration // the first and the longest wait, before the jitter
	Factor      float64       // each wait is Factor times as long as the one before
	Jitter      float64       // part of a wait by which it varies at random, so that concurrent callers spread
	MaxAttempts int           // 0: as many as the context and the caller allow
}

// Attempt is one attempt of an operation.
type Attempt struct {
	Number int           // counts from 1
	Wait   time.Duration // until the next attempt; the body of the loop may change it
}

// Attempts returns the attempts of an operation, one for each iteration of a loop. It
// waits between two of them. It ends after MaxAttempts, or if ctx ends during a wait. The
// first attempt always takes place.
func (p Policy) Attempts(ctx context.Context) iter.Seq[*Attempt] {
	return func(yield func(*Attempt) bool) {
		waits := backoff.NewExponentialBackOff(
			backoff.WithInitialInterval(p.First), backoff.WithMaxInterval(p.Max), backoff.WithMultiplier(p.Factor),
			backoff.WithRandomizationFactor(p.Jitter), backoff.WithMaxElapsedTime(0),
		)
		for a := (&Attempt{Number: 1}); ; a.Number++ {
			a.Wait = waits.NextBackOff()
			if !yield(a) || a.Number == p.MaxAttempts || Sleep(ctx, a.Wait) != nil {
				return
			}
		}
	}
}

// Sleep waits for d. It returns the context's error if ctx ends before that.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}
