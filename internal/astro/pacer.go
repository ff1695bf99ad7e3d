package astro

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"astro-apply/internal/retry"
)

const (
	// rateWindow is the period to which the API's limits apply (one second), plus
	// a margin: two calls may arrive closer together than they were sent.
	rateWindow = time.Second + 25*time.Millisecond
	// rateRecovery is the time between a reduction of a rate and each step of its
	// increase.
	rateRecovery = 5 * time.Second
	// maxInFlight is the maximum number of concurrent calls.
	maxInFlight = 25
)

// pacer enforces the rate limits of a token across all goroutines: GET 25, POST 10
// and DELETE 5 per second. It counts the calls in a sliding window
// of one second, so that a run with few calls isn't slowed down.
type pacer struct {
	inFlight chan struct{}
	buckets  map[string]*bucket

	mu          sync.Mutex // guards pausedUntil, and the rates and times of the buckets
	pausedUntil time.Time  // no call is sent before this time
}

// bucket holds the rate limit and the recent calls of one verb.
type bucket struct {
	sem       chan struct{} // held by the next call to be sent; waiting calls get it in order
	limit     int           // documented number of calls per window
	rate      int           // current number of calls per window, lower than limit after a 429
	sentAt    []time.Time   // times of the last calls, oldest first; at most limit items
	loweredAt time.Time     // time of the last reduction of rate
	mayRiseAt time.Time     // earliest time of the next increase of rate
}

func newPacer(unpaced bool) *pacer {
	p := &pacer{inFlight: make(chan struct{}, maxInFlight), buckets: map[string]*bucket{}}
	for verb, limit := range map[string]int{http.MethodGet: 25, http.MethodPost: 10, http.MethodDelete: 5} {
		if unpaced {
			limit *= 100
		}
		p.buckets[verb] = &bucket{sem: make(chan struct{}, 1), limit: limit, rate: limit}
	}
	return p
}

// acquireSlot waits until a call may be sent. The caller must call release after the
// response. The error wraps the context's error. If the deadline is earlier than the
// slot, acquireSlot returns the error without waiting.
func (p *pacer) acquireSlot(ctx context.Context, verb string) (release func(), err error) {
	b := p.buckets[verb]
	select {
	case b.sem <- struct{}{}:
		defer func() { <-b.sem }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for {
		select {
		case p.inFlight <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if err := ctx.Err(); err != nil { // if both cases are ready, select chooses one at random
			<-p.inFlight
			return nil, err
		}
		wait := p.admitCall(b, time.Now())
		if wait <= 0 {
			return func() { <-p.inFlight }, nil
		}
		<-p.inFlight
		if err := sleepContext(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// acquireExtra waits for one more request of a call that is already in flight. It
// doesn't acquire sem, because the call that holds sem may be waiting for this call to
// finish.
func (p *pacer) acquireExtra(ctx context.Context, verb string) error {
	for {
		wait := p.admitCall(p.buckets[verb], time.Now())
		if wait <= 0 {
			return ctx.Err()
		}
		if err := sleepContext(ctx, wait); err != nil {
			return err
		}
	}
}

// admitCall records a call as sent and returns 0, or returns the time that the call
// must wait.
func (p *pacer) admitCall(b *bucket, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b.rate < b.limit && !now.Before(b.mayRiseAt) {
		b.rate = min(b.limit, b.rate+max(1, b.limit/10))
		b.mayRiseAt = now.Add(rateRecovery)
	}
	wait := p.pausedUntil.Sub(now)
	if n := len(b.sentAt); n >= b.rate {
		wait = max(wait, b.sentAt[n-b.rate].Add(rateWindow).Sub(now))
	}
	if wait > 0 {
		return wait
	}
	if len(b.sentAt) == b.limit {
		b.sentAt = append(b.sentAt[:0], b.sentAt[1:]...)
	}
	b.sentAt = append(b.sentAt, now)
	return 0
}

// pauseAll delays every call of the client by d.
func (p *pacer) pauseAll(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.pausedUntil) {
		p.pausedUntil = until
	}
}

// halveRate halves the rate of a verb after a 429, because another program uses the
// token, too. All 429 responses to one burst reduce the rate only once.
func (p *pacer) halveRate(verb string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b, now := p.buckets[verb], time.Now()
	if now.Sub(b.loweredAt) < rateWindow {
		return
	}
	b.rate, b.loweredAt, b.mayRiseAt = max(1, b.rate/2), now, now.Add(rateRecovery)
}

func sleepContext(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return fmt.Errorf("not sent: the rate limit requires a wait of %s: %w", d.Round(time.Millisecond), context.DeadlineExceeded)
	}
	return retry.Sleep(ctx, d)
}
