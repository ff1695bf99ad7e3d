package retry

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestAttempts checks that the waits grow up to the maximum, with jitter, and that they
// lie between the attempts.
func TestAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := Policy{First: time.Second, Max: 4 * time.Second, Factor: 2, Jitter: 0.25, MaxAttempts: 5}
		want := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 4 * time.Second}
		var at []time.Time
		for a := range p.Attempts(t.Context()) {
			if at = append(at, time.Now()); a.Number != len(at) {
				t.Errorf("attempt %d has the number %d", len(at), a.Number)
			}
		}
		if len(at) != 5 || !time.Now().Equal(at[4]) {
			t.Fatalf("%d attempts, the last one %s ago", len(at), time.Since(at[len(at)-1]))
		}
		exact := 0
		for i, w := range want {
			wait := at[i+1].Sub(at[i])
			if wait < w*3/4 || wait > w*5/4+time.Nanosecond {
				t.Errorf("wait %d is %s, want %s and up to a quarter more or less", i+1, wait, w)
			}
			if wait == w {
				exact++
			}
		}
		if exact == len(want) {
			t.Error("no wait has jitter")
		}
	})
}

func TestChangedWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		for a := range (Policy{First: time.Second, Max: time.Second, Factor: 1, Jitter: 0.5}).Attempts(t.Context()) {
			if a.Number == 3 {
				break
			}
			a.Wait = 7 * time.Second
		}
		if took := time.Since(start); took != 14*time.Second {
			t.Errorf("two waits of 7s took %s", took)
		}
	})
}

// TestEndedContext checks that an ended context ends a wait, and never prevents the first
// attempt.
func TestEndedContext(t *testing.T) {
	t.Parallel()
	for timeout, want := range map[time.Duration]int{0: 1, time.Minute: 1, 90 * time.Minute: 2} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			start, n := time.Now(), 0
			for range (Policy{First: time.Hour, Max: time.Hour, Factor: 1}).Attempts(ctx) {
				n++
			}
			if n != want || time.Since(start) != timeout {
				t.Errorf("a timeout of %s: %d attempts in %s", timeout, n, time.Since(start))
			}
			if err := Sleep(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("sleep without time: %v", err)
			}
		})
	}
}
