package astro

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// rateWindow is the second of the API's limits, with a margin: two calls may
	// arrive closer together than they were sent.
	rateWindow = time.Second + 25*time.Millisecond
	// rateRecovery is how long a lowered rate stays before it rises a step.
	rateRecovery = 5 * time.Second
	// maxInFlight bounds the calls in flight.
	maxInFlight = 25
)

// pacer keeps the limits of a token for all goroutines: GET 25, POST 10 and
// DELETE 5 a second (API notes 3.2). A window of one second slides over what
// was sent, so that a run of few calls is not slowed at all.
type pacer struct {
	inFlight chan struct{}
	buckets  map[string]*bucket

	mu          sync.Mutex // guards what follows, and the lanes' rates and times
	pausedUntil time.Time  // nothing is sent before
}

// bucket is the pace of one verb.
type bucket struct {
	sem       chan struct{} // held by the call that goes next; waiters are served in order
	limit     int           // calls in a window, as documented
	rate      int           // the same, as the API lets us at the moment
	sentAt    []time.Time   // the last limit calls, oldest first
	loweredAt time.Time     // when rate was last lowered
	mayRiseAt time.Time     // when rate may rise again
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

// acquireSlot waits until a call may be sent; leave must follow its answer. The
// error wraps the context's, and comes at once where the deadline is sooner
// than the turn.
func (p *pacer) acquireSlot(ctx context.Context, verb string) (leave func(), err error) {
	l := p.buckets[verb]
	select {
	case l.sem <- struct{}{}:
		defer func() { <-l.sem }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for {
		select {
		case p.inFlight <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if err := ctx.Err(); err != nil { // select chooses freely when both are ready
			<-p.inFlight
			return nil, err
		}
		wait := p.admitCall(l, time.Now())
		if wait <= 0 {
			return func() { <-p.inFlight }, nil
		}
		<-p.inFlight
		if err := sleepContext(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// acquireExtra waits for one more request of a call that is in flight already. It takes
// no turn: who has it may be waiting for this call to land.
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

// admitCall notes a call as sent and returns 0, or how long it must wait.
func (p *pacer) admitCall(l *bucket, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.rate < l.limit && !now.Before(l.mayRiseAt) {
		l.rate = min(l.limit, l.rate+max(1, l.limit/10))
		l.mayRiseAt = now.Add(rateRecovery)
	}
	wait := p.pausedUntil.Sub(now)
	if n := len(l.sentAt); n >= l.rate {
		wait = max(wait, l.sentAt[n-l.rate].Add(rateWindow).Sub(now))
	}
	if wait > 0 {
		return wait
	}
	if len(l.sentAt) == l.limit {
		l.sentAt = append(l.sentAt[:0], l.sentAt[1:]...)
	}
	l.sentAt = append(l.sentAt, now)
	return 0
}

// pauseAll holds back every call of the client.
func (p *pacer) pauseAll(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.pausedUntil) {
		p.pausedUntil = until
	}
}

// halveRate halves the rate of a verb after a 429: someone else uses the token.
// The answers to one burst count once.
func (p *pacer) halveRate(verb string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, now := p.buckets[verb], time.Now()
	if now.Sub(l.loweredAt) < rateWindow {
		return
	}
	l.rate, l.loweredAt, l.mayRiseAt = max(1, l.rate/2), now, now.Add(rateRecovery)
}

func sleepContext(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return fmt.Errorf("not sent, it would have to wait for %s: %w", d.Round(time.Millisecond), context.DeadlineExceeded)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
