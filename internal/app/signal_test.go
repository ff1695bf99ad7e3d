package app_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"astro-apply/internal/simulator"
)

// outputBuffer collects the output of a process. It calls onTrigger when the output
// contains trigger triggerCount times, or once if triggerCount is 0.
type outputBuffer struct {
	mu           sync.Mutex
	buf          bytes.Buffer
	trigger      string
	triggerCount int
	onTrigger    func()
}

func (b *outputBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, err := b.buf.Write(p)
	if b.onTrigger != nil && strings.Count(b.buf.String(), b.trigger) >= max(1, b.triggerCount) {
		b.onTrigger()
		b.onTrigger = nil
	}
	return n, err
}

func (b *outputBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// The runner sends SIGINT when a job is cancelled and kills the process ten seconds
// later. The run reports before that.
func TestCancelledByTheRunner(t *testing.T) {
	t.Parallel()
	s := newActionProcess(t, simulator.Options{ReadyAfter: time.Hour},
		"workspaces: [{ name: data }]\ndeployments: [{ name: one, workspace: data, type: STANDARD, cloudProvider: AWS, region: us-east-1 }]\n")
	out := &outputBuffer{trigger: "created Workspace"}
	c := s.newCommand(out)
	// The Workspace exists; the run creates its Deployment or waits for it.
	out.onTrigger = func() { _ = c.Process.Signal(syscall.SIGINT) }
	err := c.Run()
	if code := c.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit code %d (%v)", code, err)
	}
	for _, want := range []string{"Stopped early (interrupt signal received): 1 of 2 done, safe to run again.", "::error title=astro-apply stopped early::"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, out)
		}
	}
	outputs, err := os.ReadFile(filepath.Join(s.dir, "outputs"))
	if err != nil || parseOutputs(string(outputs))["created"] == "" {
		t.Errorf("outputs %q, %v", outputs, err)
	}
	if summary, err := os.ReadFile(filepath.Join(s.dir, "summary")); err != nil || !bytes.Contains(summary, []byte("Stopped early")) {
		t.Errorf("summary %q, %v", summary, err)
	}
}

// actionProcess runs the compiled program with a simulated Astro.
type actionProcess struct {
	*testing.T
	server         *simulator.Server
	apiURL, binary string
	dir            string
	env            []string      // additional environment variables
	firstWrite     chan struct{} // closed at the first write
}

func newActionProcess(t *testing.T, options simulator.Options, manifest string) *actionProcess {
	s := &actionProcess{T: t, server: simulator.New(options), binary: buildProgram(t), dir: t.TempDir(), firstWrite: make(chan struct{})}
	var once sync.Once
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			once.Do(func() { close(s.firstWrite) })
		}
		s.server.ServeHTTP(w, r)
	}))
	t.Cleanup(api.Close)
	s.apiURL = api.URL
	if err := os.WriteFile(filepath.Join(s.dir, "astro.yaml"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// runAndSignal sends a signal after the run has created some Workspaces, or no signal if
// created is 0. It returns the exit code, the log, and the time from the signal to the
// end of the process.
func (s *actionProcess) runAndSignal(created int, signal os.Signal) (code int, log string, after time.Duration) {
	s.Helper()
	out := &outputBuffer{trigger: "created Workspace", triggerCount: created}
	c := s.newCommand(out)
	var sent time.Time
	if created > 0 {
		out.onTrigger = func() { sent = time.Now(); _ = c.Process.Signal(signal) }
	}
	_ = c.Run()
	return c.ProcessState.ExitCode(), out.String(), time.Since(sent)
}

// newCommand returns the process, which isn't started yet.
func (s *actionProcess) newCommand(out *outputBuffer) *exec.Cmd {
	c := exec.CommandContext(s.Context(), s.binary)
	c.Dir, c.Stdout = s.dir, out
	c.Env = append([]string{
		"GITHUB_ACTIONS=true", "INPUT_MODE=apply", "INPUT_API-URL=" + s.apiURL, "ASTRO_API_TOKEN=" + s.server.NewToken(simulator.Scope{}),
		"GITHUB_OUTPUT=" + filepath.Join(s.dir, "outputs"), "GITHUB_STEP_SUMMARY=" + filepath.Join(s.dir, "summary"),
	}, s.env...)
	return c
}

func manyWorkspaces(n int) string {
	var b strings.Builder
	b.WriteString("workspaces:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - { name: w%02d }\n", i)
	}
	return b.String()
}

// A run is cancelled after it has created some of 50 resources. The report names the
// others, and the next run creates only those.
func TestCancelledInTheMiddle(t *testing.T) {
	t.Parallel()
	const total = 50
	s := newActionProcess(t, simulator.Options{EnforceRateLimits: true}, manyWorkspaces(total))
	code, log, after := s.runAndSignal(14, syscall.SIGINT)
	done := len(s.server.Resources("workspace"))
	if code != 1 || after > 7500*time.Millisecond || done == 0 || done == total {
		t.Fatalf("exit code %d, %s after the signal, %d created:\n%s", code, after, done, log)
	}
	summary, err := os.ReadFile(filepath.Join(s.dir, "summary"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{log, string(summary)} {
		if !strings.Contains(text, fmt.Sprintf("%d of %d done, safe to run again", done, total)) || !strings.Contains(text, "w49") {
			t.Errorf("the number of changes or a remaining resource is missing:\n%s", text)
		}
	}
	s.server.ResetRequests()
	if code, log, _ := s.runAndSignal(0, nil); code != 0 {
		t.Fatalf("the next run: %d\n%s", code, log)
	}
	s.checkWorkspaces(total, total-done)
}

// checkWorkspaces checks that each Workspace exists exactly once, and how many of them
// the last run created.
func (s *actionProcess) checkWorkspaces(total, created int) {
	s.Helper()
	names := map[any]bool{}
	for _, w := range s.server.Resources("workspace") {
		names[w["name"]] = true
	}
	posts := 0
	for _, r := range s.server.Requests() {
		if r.Method == http.MethodPost && r.Status == http.StatusOK { // the rate limit may refuse some: it counts the requests of the previous run, too
			posts++
		}
	}
	if got := len(s.server.Resources("workspace")); got != total || len(names) != total || posts != created {
		s.Errorf("%d Workspaces with %d names, want %d; the run created %d, want %d", got, len(names), total, posts, created)
	}
}

// After a process is killed, the next run finishes its work.
func TestKilled(t *testing.T) {
	t.Parallel()
	const total = 60
	s := newActionProcess(t, simulator.Options{EnforceRateLimits: true}, manyWorkspaces(total))
	for range 3 {
		s.runAndSignal(3, syscall.SIGKILL)
	}
	if created := len(s.server.Resources("workspace")); created < 3 || created == total {
		t.Fatalf("%d Workspaces were created before the kills", created)
	}
	s.server.ResetRequests()
	if code, log, _ := s.runAndSignal(0, nil); code != 0 {
		t.Fatalf("the next run: %d\n%s", code, log)
	}
	names := map[any]bool{}
	for _, w := range s.server.Resources("workspace") {
		names[w["name"]] = true
	}
	if got := len(s.server.Resources("workspace")); got != total || len(names) != total {
		t.Errorf("%d Workspaces with %d names, want %d", got, len(names), total)
	}
	s.server.ResetRequests()
	s.runAndSignal(0, nil)
	s.checkWorkspaces(total, 0)
}

// A second signal ends the process without waiting for calls in flight.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	s := newActionProcess(t, simulator.Options{EnforceRateLimits: true}, manyWorkspaces(3))
	s.server.AddFault(simulator.Fault{Method: http.MethodPost, Delay: 4 * time.Second})
	out := &outputBuffer{}
	c := s.newCommand(out)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		select {
		case <-s.firstWrite: // a call is in flight
		case <-ended:
			return
		}
		for ticker := time.NewTicker(20 * time.Millisecond); ; {
			_ = c.Process.Signal(syscall.SIGINT)
			select {
			case <-ended:
				return
			case <-ticker.C:
			}
		}
	}()
	_ = c.Wait()
	close(ended)
	if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || strings.Contains(out.String(), "Stopped early") {
		t.Errorf("%s:\n%s", c.ProcessState, out)
	}
}
