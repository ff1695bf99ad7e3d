package app_test

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"astro-apply/internal/app"
	"astro-apply/internal/simulator"
)

// inProcessRun runs the program in the process of the test, where synctest controls the
// clock and transport replaces the network.
type inProcessRun struct {
	server            *simulator.Server
	transport         http.RoundTripper
	manifest, tempDir string
	allowDelete       bool
}

var readActionYAML = sync.OnceValues(func() ([]byte, error) { return os.ReadFile(filepath.Join("..", "..", "action.yml")) })

func (p *inProcessRun) runProgram(ctx context.Context) (code int, log string) {
	action, err := readActionYAML()
	if err != nil {
		return -1, err.Error()
	}
	env := map[string]string{
		"INPUT_MODE": "apply", "INPUT_MANIFEST": p.manifest, "INPUT_TIMEOUT": "3h", "RUNNER_TEMP": p.tempDir, "GITHUB_WORKSPACE": p.tempDir,
		app.TokenVariable: p.server.NewToken(simulator.Scope{}), "FIRST": "first-secret", "SECOND": "second-secret",
	}
	if p.allowDelete {
		env["INPUT_ALLOW-DELETE"] = "true"
	}
	var out bytes.Buffer
	code = app.Main(ctx, app.System{
		Args: []string{"astro-apply"}, Getenv: func(name string) string { return env[name] }, Stdout: &out,
		AstroTransport: p.transport, ActionYAML: action, Version: "campaign",
	})
	return code, out.String()
}

// killTransport simulates that the process is killed or gets a signal at some request.
// A kill happens before the request is sent, or before its response arrives.
type killTransport struct {
	http.RoundTripper
	stats  *campaignStats
	seed   uint64
	rate   float64
	endRun func()

	mu        sync.Mutex
	count     uint64
	killed    bool
	cancelled time.Time
}

var errKilled = errors.New("the process was killed")

func (m *killTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	dies, afterSending := m.drawFate(r)
	if dies && !afterSending {
		m.killProcess()
	}
	if m.isKilled() {
		return nil, errKilled
	}
	answer, err := m.RoundTripper.RoundTrip(r)
	if dies {
		m.killProcess()
	}
	if err == nil && m.isKilled() {
		_ = answer.Body.Close()
		return nil, errKilled
	}
	return answer, err
}

// drawFate decides whether the process is killed at a request, and when. It may send a
// signal instead.
func (m *killTransport) drawFate(r *http.Request) (dies, afterSending bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := fnv.New64a()
	_, _ = h.Write([]byte(r.Method + r.URL.Path))
	m.count++
	d := rand.New(rand.NewPCG(m.seed, h.Sum64()^m.count))
	if d.Float64() >= m.rate || m.killed || !m.cancelled.IsZero() {
		return false, false
	}
	if d.IntN(2) == 0 {
		m.cancelled = time.Now()
		m.stats.cancels.Add(1)
		m.endRun()
		return false, false
	}
	return true, d.IntN(2) == 0
}

func (m *killTransport) killProcess() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.killed {
		m.killed = true
		m.stats.kills.Add(1)
		m.endRun()
	}
}

func (m *killTransport) isKilled() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.killed
}
