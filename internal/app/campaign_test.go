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
	trialCount = flag.Int("trials", longtest.Size(8, 300), "how many trials the fault campaign makes")
	firstSeed  = flag.Uint64("from", 1, "the number of the campaign's first trial; a trial is drawn from its number")
)

// campaignStats counts what a campaign did.
type campaignStats struct {
	trials, runs, requests, faults, kills, cancels, pairs, duplicates atomic.Int64
}

// TestCampaign puts the whole program through storms of faults. In each trial
// one manifest is there, and another is applied again and again while anything
// goes wrong: answers are lost before or after the API acted, late, cut off or
// nonsense, runs are killed or cancelled at any call, and two go on at once.
// Once that is over, one clean run has to reach exactly what the manifest reaches
// without all that, and another one to send no write.
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

// trial is one Organization that goes through a storm, and another one that
// doesn't.
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
	if pair && c.rand.IntN(2) == 0 { // what Astro creates twice exists already
		first.copyMissingFrom(second)
	}
	inherited := simulator.InheritedRoles(c.rand.IntN(3))
	stormy, calm := newPopulatedServer(inherited), newPopulatedServer(inherited)
	c.undeclaredTokens = undeclaredResources(stormy)
	for _, s := range []*simulator.Server{stormy, calm} {
		c.applyCleanly(s, first)
	}
	c.applyCleanly(calm, second)

	for range 1 + c.rand.IntN(4) {
		rate := []float64{0.02, 0.1, 0.3, 0.6}[c.rand.IntN(4)]
		stormy.SetChaos(c.rand.Uint64(), rate)
		var runs sync.WaitGroup
		for range map[bool]int{true: 2, false: 1}[pair] {
			layer := &killTransport{RoundTripper: stormy.Transport(), stats: c.stats, seed: c.rand.Uint64()}
			if c.rand.IntN(2) == 0 {
				layer.rate = []float64{0.01, 0.1, 0.5}[c.rand.IntN(3)]
			}
			runs.Go(func() { c.applyManifest(stormy, second, layer) })
		}
		if pair {
			c.stats.pairs.Add(1)
		}
		runs.Wait()
		stormy.SetChaos(0, 0)
		time.Sleep(5 * time.Minute) // what the API is still at
	}
	c.stats.faults.Add(int64(stormy.FaultCount()))
	if twice := findDuplicates(stormy); len(twice) > 0 && pair {
		c.checkDuplicatesReported(stormy, second, twice)
		return
	} else if len(twice) > 0 {
		c.Fatalf("made twice: %v\n%s", twice, second)
	}
	c.applyCleanly(stormy, second)
	if diff := cmp.Diff(serverContents(calm), serverContents(stormy)); diff != "" {
		c.Fatalf("not what it is without faults (-calm +stormy):\n%s\n%s", diff, second)
	}
	stormy.ResetRequests()
	c.applyCleanly(stormy, second)
	for _, r := range stormy.Requests() {
		if r.Method != http.MethodGet {
			c.Fatalf("a write without a change: %s %s %s\n%s", r.Method, r.Path, r.Body, second)
		}
	}
	c.stats.trials.Add(1)
}

// applyCleanly is a run in which nothing goes wrong.
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
				c.Errorf("a write to what no manifest declares: %s %s", r.Method, r.Path)
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

// checkDuplicatesReported demands that a clean run names both of what two runs made at once.
func (c *trial) checkDuplicatesReported(s *simulator.Server, m *generatedManifest, twice map[string][]string) {
	code, log := c.applyManifest(s, m, nil)
	for label, ids := range twice {
		if code != 1 || !strings.Contains(log, strings.Join(ids, ", ")) {
			c.Fatalf("%s is there twice, %v, and that isn't said:\n%s", label, ids, log)
		}
	}
	c.stats.duplicates.Add(int64(len(twice)))
}

// applyManifest runs the program. A layer may end it before its time.
func (c *trial) applyManifest(s *simulator.Server, m *generatedManifest, layer *killTransport) (code int, log string) {
	c.stats.runs.Add(1)
	before := len(s.Requests())
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	p := &inProcessRun{server: s, manifest: m.String(), allowDelete: c.allowDelete, tempDir: c.TempDir()}
	if layer == nil {
		p.transport = s.Transport()
	} else {
		layer.endRun = func() { cancel(errors.New("interrupt signal received")) }
		p.transport = layer
	}
	code, log = p.runProgram(ctx)
	if layer != nil && !layer.cancelled.IsZero() {
		if took := time.Since(layer.cancelled); took > 7500*time.Millisecond {
			c.Errorf("ended %s after the signal:\n%s", took, log)
		}
	}
	if leak := regexp.MustCompile(`first-secret|second-secret|astro-token-[0-9a-f]+`).FindString(log); leak != "" {
		c.Errorf("%s is shown:\n%s", leak, log)
	}
	if users := escalatedUsers(s); len(users) > 0 {
		c.Errorf("a role that is inherited became the user's own: %s\n%s", users, log)
	}
	requests := s.Requests()[before:]
	c.stats.requests.Add(int64(len(requests)))
	c.checkUndeclaredUntouched(requests, p.tempDir)
	return code, log
}
