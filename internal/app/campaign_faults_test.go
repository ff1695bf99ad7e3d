package app_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

// randomFaults returns a source of faults, which a request gets with probability rate. The fault depends on seed, on
// the content of the request and on the number of earlier requests with that content. The order of different requests
// doesn't matter, because the IDs that the simulator generates don't depend on it either. The source counts the faults.
func randomFaults(seed uint64, rate float64, count *atomic.Int64) func(simulator.Request) *simulator.Fault {
	requestCounts := map[uint64]uint64{} // number of earlier requests with the same content, by hash
	return func(r simulator.Request) *simulator.Fault {
		h := fnv.New64a()
		_, _ = fmt.Fprint(h, r.Method, r.Path, r.Query.Encode(), string(r.Body)) // writing to a hash never fails
		content := h.Sum64()
		n := requestCounts[content]
		requestCounts[content]++
		d := rand.New(rand.NewPCG(seed, content^n*0x9E3779B97F4A7C15))
		if d.Float64() >= rate {
			return nil
		}
		count.Add(1)
		return randomFault(d)
	}
}

// randomFault returns one of all the faults that the simulator supports.
func randomFault(d *rand.Rand) *simulator.Fault {
	one := func(codes ...int) int { return codes[d.IntN(len(codes))] }
	f := &simulator.Fault{Applied: d.IntN(2) == 0}
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

// TestRandomFaultsAreRepeatable checks that a seed injects the same faults in any order of requests, and not into all
// requests.
func TestRandomFaultsAreRepeatable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		draw := func(seed uint64, isBackwards bool) map[string]string {
			source, faults := randomFaults(seed, 0.5, new(atomic.Int64)), map[string]string{}
			for i := range 40 {
				if isBackwards {
					i = 39 - i
				}
				for n := range 2 { // a repeated request gets its own fault
					r := simulator.Request{Method: http.MethodGet, Path: fmt.Sprint("/workspaces/", i)}
					faults[fmt.Sprint(i, " ", n)] = fmt.Sprintf("%+v", source(r))
				}
			}
			return faults
		}
		first, other, alike := draw(1, false), draw(2, false), 0
		if diff := cmp.Diff(first, draw(1, true)); diff != "" {
			t.Errorf("different faults of one seed (-forwards +backwards): %s", diff)
		}
		kinds := map[string]bool{}
		for name, fault := range first {
			kinds[fault] = true
			if other[name] == fault {
				alike++
			}
		}
		if alike > 60 || len(kinds) < 8 {
			t.Errorf("%d of %d faults are equal with another seed, %d kinds: %v", alike, len(first), len(kinds), kinds)
		}
	})
}

// TestGeneratedIDsAreRepeatable checks that the IDs of created resources don't depend on the order of the requests, on
// which randomFaults relies.
func TestGeneratedIDsAreRepeatable(t *testing.T) {
	t.Parallel()
	seedNames := func(names ...string) map[string]string {
		s, ids := simulator.New(simulator.Options{}), map[string]string{}
		for _, name := range names {
			ids[name] = s.Seed("workspace", map[string]any{"name": name})
		}
		return ids
	}
	if diff := cmp.Diff(seedNames("a", "b", "c"), seedNames("c", "a", "b")); diff != "" {
		t.Error(diff)
	}
}
