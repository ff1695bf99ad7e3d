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

// execution is the program in process, with a clock and a network of its own.
type execution struct {
	server         *simulator.Server
	transport      http.RoundTripper
	manifest, temp string
	allowDelete    bool
}

var actionFile = sync.OnceValues(func() ([]byte, error) { return os.ReadFile(filepath.Join("..", "..", "action.yml")) })

func (p *execution) run(ctx context.Context) (code int, log string) {
	action, err := actionFile()
	if err != nil {
		return -1, err.Error()
	}
	env := map[string]string{
		"INPUT_MODE": "apply", "INPUT_MANIFEST": p.manifest, "INPUT_TIMEOUT": "3h", "RUNNER_TEMP": p.temp, "GITHUB_WORKSPACE": p.temp,
		app.TokenVariable: p.server.NewToken(simulator.Scope{}), "FIRST": "first-secret", "SECOND": "second-secret",
	}
	if p.allowDelete {
		env["INPUT_ALLOW-DELETE"] = "true"
	}
	var out bytes.Buffer
	code = app.Main(ctx, app.System{
		Args: []string{"astro-apply"}, Getenv: func(name string) string { return env[name] }, Stdout: &out,
		Transport: p.transport, Action: action, Version: "campaign",
	})
	return code, out.String()
}

// mortal is the network of a process that is killed, or told to stop, at some
// request: before it left, or before its answer came.
type mortal struct {
	http.RoundTripper
	tally *tally
	seed  uint64
	rate  float64
	end   func()

	mu        sync.Mutex
	count     uint64
	dead      bool
	cancelled time.Time
}

var errKilled = errors.New("the process was killed")

func (m *mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	dies, after := m.draw(r)
	if dies && !after {
		m.kill()
	}
	if m.gone() {
		return nil, errKilled
	}
	answer, err := m.RoundTripper.RoundTrip(r)
	if dies {
		m.kill()
	}
	if err == nil && m.gone() {
		_ = answer.Body.Close()
		return nil, errKilled
	}
	return answer, err
}

// draw decides on a request. A signal is sent on the way.
func (m *mortal) draw(r *http.Request) (dies, after bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := fnv.New64a()
	_, _ = h.Write([]byte(r.Method + r.URL.Path))
	m.count++
	d := rand.New(rand.NewPCG(m.seed, h.Sum64()^m.count))
	if d.Float64() >= m.rate || m.dead || !m.cancelled.IsZero() {
		return false, false
	}
	if d.IntN(2) == 0 {
		m.cancelled = time.Now()
		m.tally.cancels.Add(1)
		m.end()
		return false, false
	}
	return true, d.IntN(2) == 0
}

func (m *mortal) kill() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.dead {
		m.dead = true
		m.tally.kills.Add(1)
		m.end()
	}
}

func (m *mortal) gone() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dead
}
