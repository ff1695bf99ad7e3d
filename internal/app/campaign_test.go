package app_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/longtest"
	"astro-apply/internal/simulator"
)

var (
	trialCount = flag.Int("trials", longtest.Size(4, 300), "how many trials the fault campaign makes")
	firstSeed  = flag.Uint64("from", 1, "the number of the campaign's first trial; a trial is drawn from its number")
)

// campaignStats counts the events of a campaign.
type campaignStats struct {
	trials, runs, requests, faults, kills, cancels, pairs, duplicates atomic.Int64
}

// TestCampaign runs the whole program with random faults. In each trial, one manifest
// is applied, and a second one is applied repeatedly while faults happen: responses
// are lost before or after the API made the change, late, truncated or nonsense, runs are
// killed or cancelled at any call, and two run at once. After the faults, one clean run
// must reach exactly the state that a server without faults has, and another run must
// send no writes.
//
// For hours: go test ./internal/app -run Campaign -trials 100000 -timeout 0.
func TestCampaign(t *testing.T) {
	t.Parallel()
	var sum campaignStats
	var next atomic.Int64
	t.Run("workers", func(t *testing.T) {
		for i := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				for n := next.Add(1); n <= int64(*trialCount); n = next.Add(1) {
					seed := *firstSeed + uint64(n) - 1
					// The name shows the seed of a trial that never returns, too.
					if !t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { runTrial(t, seed, &sum) }) {
						return
					}
				}
			})
		}
	})
	t.Logf("%d trials, %d runs, %d requests, %d faults, %d kills, %d cancels, %d pairs of runs at once, %d duplicates reported",
		sum.trials.Load(), sum.runs.Load(), sum.requests.Load(), sum.faults.Load(), sum.kills.Load(), sum.cancels.Load(), sum.pairs.Load(), sum.duplicates.Load())
}

// runTrial runs one trial. If it fails or panics, it prints how to replay it.
func runTrial(t *testing.T, seed uint64, sum *campaignStats) {
	passed := false
	defer func() {
		if !passed {
			t.Logf("seed %d; to replay it (some attempts may pass, since concurrent requests have no fixed order): go test ./internal/app -run '^TestCampaign$' -from %[1]d -trials 1 -count 10 -failfast", seed)
		}
	}()
	synctest.Test(t, func(t *testing.T) { (&trial{T: t, seed: seed, stats: sum}).compareWithFaultFree() })
	passed = !t.Failed()
}

// trial compares an Organization with faults to one without.
type trial struct {
	*testing.T
	seed             uint64
	stats            *campaignStats
	rand             *rand.Rand
	allowDelete      bool
	undeclaredTokens map[string]string // ids and secret values of undeclared resources
}

func (c *trial) compareWithFaultFree() {
	c.rand = rand.New(rand.NewPCG(c.seed, 0))
	c.allowDelete = c.rand.IntN(2) == 0
	pair := c.rand.IntN(4) == 0
	first := generateManifest(c.rand, nil, false)
	second := generateManifest(c.rand, first, c.allowDelete)
	if pair && c.rand.IntN(2) == 0 { // then the two runs can't create duplicates
		first.copyMissingFrom(second)
	}
	inherited := simulator.InheritedRoles(c.rand.IntN(3))
	faulty, faultFree := newPopulatedServer(inherited), newPopulatedServer(inherited)
	c.undeclaredTokens = undeclaredResources(faulty)
	for _, s := range []*simulator.Server{faulty, faultFree} {
		c.applyCleanly(s, first)
	}
	c.applyCleanly(faultFree, second)

	for range 1 + c.rand.IntN(4) {
		rate := []float64{0.02, 0.1, 0.3, 0.6}[c.rand.IntN(4)]
		faulty.SetFaultSource(randomFaults(c.rand.Uint64(), rate, &c.stats.faults))
		var runs sync.WaitGroup
		for range map[bool]int{true: 2, false: 1}[pair] {
			transport := &killTransport{RoundTripper: faulty.Transport(), stats: c.stats, seed: c.rand.Uint64()}
			if c.rand.IntN(2) == 0 {
				transport.rate = []float64{0.01, 0.1, 0.5}[c.rand.IntN(3)]
			}
			runs.Go(func() { c.applyManifest(faulty, second, transport) })
		}
		if pair {
			c.stats.pairs.Add(1)
		}
		runs.Wait()
		faulty.SetFaultSource(randomFaults(0, 0, &c.stats.faults))
		time.Sleep(5 * time.Minute) // the API finishes delayed requests
	}
	if duplicates := findDuplicates(faulty); len(duplicates) > 0 && pair {
		c.checkDuplicatesReported(faulty, second, duplicates)
		return
	} else if len(duplicates) > 0 {
		c.Fatalf("created twice: %v\n%s", duplicates, second)
	}
	c.applyCleanly(faulty, second)
	if diff := cmp.Diff(serverContents(faultFree), serverContents(faulty)); diff != "" {
		c.Fatalf("the final state differs (-without faults +with faults):\n%s\n%s", diff, second)
	}
	faulty.ResetRequests()
	c.applyCleanly(faulty, second)
	for _, r := range faulty.Requests() {
		if r.Method != http.MethodGet {
			c.Fatalf("a write without a change: %s %s %s\n%s", r.Method, r.Path, r.Body, second)
		}
	}
	c.stats.trials.Add(1)
}

// applyCleanly runs the program without faults, which must succeed.
func (c *trial) applyCleanly(s *simulator.Server, m *generatedManifest) string {
	code, log := c.applyManifest(s, m, nil)
	if code != 0 {
		c.Fatalf("a clean run failed:\n%s\n%s", log, m)
	}
	return log
}

// checkUndeclaredUntouched fails the trial if a write was sent to an undeclared resource, or if a
// secret value of one was saved.
func (c *trial) checkUndeclaredUntouched(requests []simulator.Request, temp string) {
	for _, r := range requests {
		for id := range c.undeclaredTokens {
			if r.Method != http.MethodGet && strings.Contains(r.Path, id) {
				c.Errorf("a write to an undeclared resource: %s %s", r.Method, r.Path)
			}
		}
	}
	for _, name := range []string{"ci", "agents"} {
		saved, err := os.ReadFile(filepath.Join(temp, name))
		for _, value := range c.undeclaredTokens {
			if err == nil && value != "" && string(saved) == value {
				c.Errorf("%s holds the secret value of another token", name)
			}
		}
	}
}

// checkDuplicatesReported fails the trial unless a clean run reports the ids of both
// resources that two runs created at once.
func (c *trial) checkDuplicatesReported(s *simulator.Server, m *generatedManifest, duplicates map[string][]string) {
	code, log := c.applyManifest(s, m, nil)
	for label, ids := range duplicates {
		if code != 1 || !strings.Contains(log, strings.Join(ids, ", ")) {
			c.Fatalf("%s exists twice, %v, and the run doesn't report it:\n%s", label, ids, log)
		}
	}
	c.stats.duplicates.Add(int64(len(duplicates)))
}

// applyManifest runs the program. transport, if not nil, may kill or cancel the run.
func (c *trial) applyManifest(s *simulator.Server, m *generatedManifest, transport *killTransport) (code int, log string) {
	c.stats.runs.Add(1)
	earlierRequests := len(s.Requests())
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	p := &inProcessRun{server: s, manifest: m.String(), allowDelete: c.allowDelete, tempDir: c.TempDir()}
	if transport == nil {
		p.transport = s.Transport()
	} else {
		transport.endRun = func() { cancel(errors.New("interrupt signal received")) }
		p.transport = transport
	}
	code, log = p.runProgram(ctx)
	if transport != nil && !transport.cancelled.IsZero() {
		if took := time.Since(transport.cancelled); took > 7500*time.Millisecond {
			c.Errorf("ended %s after the signal:\n%s", took, log)
		}
	}
	if leak := regexp.MustCompile(`first-secret|second-secret|astro-token-[0-9a-f]+`).FindString(log); leak != "" {
		c.Errorf("the log shows %s:\n%s", leak, log)
	}
	if users := escalatedUsers(s); len(users) > 0 {
		c.Errorf("an inherited role became the user's own: %s\n%s", users, log)
	}
	requests := s.Requests()[earlierRequests:]
	c.stats.requests.Add(int64(len(requests)))
	c.checkUndeclaredUntouched(requests, p.tempDir)
	return code, log
}
