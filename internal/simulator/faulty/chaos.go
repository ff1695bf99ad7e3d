package faulty

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// chaos injects random faults. The same seed produces the same faults.
type chaos struct {
	seed          uint64
	rate          float64
	requestCounts map[uint64]uint64 // number of earlier requests with the same content, by hash
}

// SetChaos injects a fault with probability rate into each request that no added fault matches. The fault depends on
// seed, on the content of the request and on the number of earlier requests with that content. The order of different
// requests doesn't matter. A rate of 0 stops the faults.
func (s *Server) SetChaos(seed uint64, rate float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chaos = chaos{seed: seed, rate: rate, requestCounts: map[uint64]uint64{}}
}

// drawFault returns the fault for a request, or nil.
func (c *chaos) drawFault(r Request) *Fault {
	if c.rate == 0 {
		return nil
	}
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, r.Method, r.Path, r.Query.Encode(), string(r.Body)) // writing to a hash never fails
	content := h.Sum64()
	n := c.requestCounts[content]
	c.requestCounts[content]++
	d := rand.New(rand.NewPCG(c.seed, content^n*0x9E3779B97F4A7C15)) //nolint:gosec // the faults must be repeatable
	if d.Float64() >= c.rate {
		return nil
	}
	return randomFault(d)
}

// randomFault returns one of all the faults that the simulator supports.
func randomFault(d *rand.Rand) *Fault {
	one := func(codes ...int) int { return codes[d.IntN(len(codes))] }
	f := &Fault{Applied: d.IntN(2) == 0}
	if d.IntN(8) == 0 {
		f.Delay = time.Duration(d.IntN(80)) * time.Second // can exceed a client's timeout
	}
	switch d.IntN(9) {
	case 0:
		f.Status = one(500, 502, 503, 504, 408, 425)
		if d.IntN(3) == 0 {
			f.Applied, f.Delay, f.ApplyAfter = false, 0, time.Duration(1+d.IntN(20))*time.Second
		}
	case 1:
		f.Status, f.RawBody = one(500, 502, 503), "<html><title>Bad gateway</title></html>"
	case 2:
		f.Applied, f.Status, f.Header = false, http.StatusTooManyRequests, retryAfterHeader(d)
	case 3:
		f.Reset = true
	case 4:
		f.Applied, f.TruncateAfter = true, 1+d.IntN(40)
	case 5:
		f.Status, f.RawBody = http.StatusOK, []string{" ", "[]", "null", "<html></html>", `{"id":`, `{}`}[d.IntN(6)]
	case 6:
		f.Applied, f.Delay = true, time.Duration(1+d.IntN(80))*time.Second
	case 7:
		f.Applied, f.Status = false, one(400, 401, 403, 409, 412)
	case 8:
		f.WrongResource, f.WithSecret = true, d.IntN(2) == 0
	}
	return f
}

// retryAfterHeader returns a Retry-After header in one of its two HTTP forms, or nil.
func retryAfterHeader(d *rand.Rand) http.Header {
	switch d.IntN(3) {
	case 0:
		return http.Header{"Retry-After": {strconv.Itoa(d.IntN(5))}}
	case 1:
		now := time.Now().UTC()
		until := now.Add(time.Duration(d.IntN(5)) * time.Second)
		return http.Header{"Date": {now.Format(http.TimeFormat)}, "Retry-After": {until.Format(http.TimeFormat)}}
	}
	return nil
}
