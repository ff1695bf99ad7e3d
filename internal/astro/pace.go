package astro

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// window is the second of the API's limits, with a margin: two calls may
	// arrive closer together than they were sent.
	window = time.Second + 25*time.Millisecond
	// recovery is how long a lowered rate stays before it rises a step.
	recovery = 5 * time.Second
	// maxFlight bounds the calls in flight.
	maxFlight = 25
)

// pacer keeps the limits of a token for all goroutines: GET 25, POST 10 and
// DELETE 5 a second (API notes 3.2). A window of one second slides over what
// was sent, so that a run of few calls is not slowed at all.
type pacer struct {
	flight chan struct{}
	lanes  map[string]*lane

	mu     sync.Mutex // guards what follows, and the lanes' rates and times
	paused time.Time  // nothing is sent before
}

// lane is the pace of one verb.
type lane struct {
	turn  chan struct{} // held by the call that goes next; waiters are served in order
	limit int           // calls in a window, as documented
	rate  int           // the same, as the API lets us at the moment
	sent  []time.Time   // the last limit calls, oldest first
	cut   time.Time     // when rate was last lowered
	raise time.Time     // when rate may rise again
}

func newPacer(unpaced bool) *pacer {
	p := &pacer{flight: make(chan struct{}, maxFlight), lanes: map[string]*lane{}}
	for verb, limit := range map[string]int{http.MethodGet: 25, http.MethodPost: 10, http.MethodDelete: 5} {
		if unpaced {
			limit *= 100
		}
		p.lanes[verb] = &lane{turn: make(chan struct{}, 1), limit: limit, rate: limit}
	}
	return p
}

// enter waits until a call may be sent; leave must follow its answer. The
// error wraps the context's, and comes at once where the deadline is sooner
// than the turn.
func (p *pacer) enter(ctx context.Context, verb string) (leave func(), err error) {
	l := p.lanes[verb]
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for {
		select {
		case p.flight <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if err := ctx.Err(); err != nil { // select chooses freely when both are ready
			<-p.flight
			return nil, err
		}
		wait := p.admit(l, time.Now())
		if wait <= 0 {
			return func() { <-p.flight }, nil
		}
		<-p.flight
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// hop waits for one more request of a call that is in flight already. It takes
// no turn: who has it may be waiting for this call to land.
func (p *pacer) hop(ctx context.Context, verb string) error {
	for {
		wait := p.admit(p.lanes[verb], time.Now())
		if wait <= 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// admit notes a call as sent and returns 0, or how long it must wait.
func (p *pacer) admit(l *lane, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.rate < l.limit && !now.Before(l.raise) {
		l.rate = min(l.limit, l.rate+max(1, l.limit/10))
		l.raise = now.Add(recovery)
	}
	wait := p.paused.Sub(now)
	if n := len(l.sent); n >= l.rate {
		wait = max(wait, l.sent[n-l.rate].Add(window).Sub(now))
	}
	if wait > 0 {
		return wait
	}
	if len(l.sent) == l.limit {
		l.sent = append(l.sent[:0], l.sent[1:]...)
	}
	l.sent = append(l.sent, now)
	return 0
}

// pause holds back every call of the client.
func (p *pacer) pause(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.paused) {
		p.paused = until
	}
}

// slow halves the rate of a verb after a 429: someone else uses the token.
// The answers to one burst count once.
func (p *pacer) slow(verb string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, now := p.lanes[verb], time.Now()
	if now.Sub(l.cut) < window {
		return
	}
	l.rate, l.cut, l.raise = max(1, l.rate/2), now, now.Add(recovery)
}

func sleep(ctx context.Context, d time.Duration) error {
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
