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

// outputBuffer collects a process's output and calls seen once when it holds text as
// often as times says, at least once.
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

// The runner sends SIGINT when a job is cancelled and kills the process ten
// seconds later. By then the report is out.
func TestCancelledByTheRunner(t *testing.T) {
	t.Parallel()
	s := newActionProcess(t, simulator.Options{ReadyAfter: time.Hour},
		"workspaces: [{ name: data }]\ndeployments: [{ name: one, workspace: data, type: STANDARD, cloudProvider: AWS, region: us-east-1 }]\n")
	out := &outputBuffer{trigger: "created Workspace"}
	c := s.newCommand(out)
	// The Workspace is there, its Deployment is on the way or waited for.
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

// actionProcess is the action as a process of its own, against a simulated Astro.
type actionProcess struct {
	*testing.T
	server         *simulator.Server
	apiURL, binary string
	dir            string
	env            []string      // more of it
	firstWrite     chan struct{} // closed when the first write arrives
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

// runAndSignal sends a signal once so many Workspaces are made, 0 for none, and returns
// the exit code, the log and how long the process still ran.
func (s *actionProcess) runAndSignal(made int, signal os.Signal) (code int, log string, after time.Duration) {
	s.Helper()
	out := &outputBuffer{trigger: "created Workspace", triggerCount: made}
	c := s.newCommand(out)
	var sent time.Time
	if made > 0 {
		out.onTrigger = func() { sent = time.Now(); _ = c.Process.Signal(signal) }
	}
	_ = c.Run()
	return c.ProcessState.ExitCode(), out.String(), time.Since(sent)
}

// newCommand is the process, not started yet.
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

// There are 50 to make, of which some are made when the signal comes. The report
// names the rest, which is all that the next run does.
func TestCancelledInTheMiddle(t *testing.T) {
	t.Parallel()
	const many = 50
	s := newActionProcess(t, simulator.Options{EnforceRateLimits: true}, manyWorkspaces(many))
	code, log, after := s.runAndSignal(14, syscall.SIGINT)
	done := len(s.server.Resources("workspace"))
	if code != 1 || after > 7500*time.Millisecond || done == 0 || done == many {
		t.Fatalf("exit code %d, %s after the signal, %d made:\n%s", code, after, done, log)
	}
	summary, err := os.ReadFile(filepath.Join(s.dir, "summary"))
	if err != nil {
		t.Fatal(err)
	}
	for _, told := range []string{log, string(summary)} {
		if !strings.Contains(told, fmt.Sprintf("%d of %d done, safe to run again", done, many)) || !strings.Contains(told, "w49") {
			t.Errorf("what is done and what is left is not told:\n%s", told)
		}
	}
	s.server.ResetRequests()
	if code, log, _ := s.runAndSignal(0, nil); code != 0 {
		t.Fatalf("the next run: %d\n%s", code, log)
	}
	s.checkWorkspaces(many, many-done)
}

// checkWorkspaces demands that each Workspace is there once, and that a run made so many.
func (s *actionProcess) checkWorkspaces(many, made int) {
	s.Helper()
	names := map[any]bool{}
	for _, w := range s.server.Resources("workspace") {
		names[w["name"]] = true
	}
	posts := 0
	for _, r := range s.server.Requests() {
		if r.Method == http.MethodPost && r.Status == http.StatusOK { // the token's last second may not be over
			posts++
		}
	}
	if all := len(s.server.Resources("workspace")); all != many || len(names) != many || posts != made {
		s.Errorf("%d there under %d names, %d made by the run, want %d", all, len(names), posts, made)
	}
}

// A process that is killed leaves nothing that the next one can't finish.
func TestKilled(t *testing.T) {
	t.Parallel()
	const many = 60
	s := newActionProcess(t, simulator.Options{EnforceRateLimits: true}, manyWorkspaces(many))
	for range 3 {
		s.runAndSignal(3, syscall.SIGKILL)
	}
	if there := len(s.server.Resources("workspace")); there < 3 || there == many {
		t.Fatalf("%d are there", there)
	}
	s.server.ResetRequests()
	if code, log, _ := s.runAndSignal(0, nil); code != 0 {
		t.Fatalf("the next run: %d\n%s", code, log)
	}
	names := map[any]bool{}
	for _, w := range s.server.Resources("workspace") {
		names[w["name"]] = true
	}
	if all := len(s.server.Resources("workspace")); all != many || len(names) != many {
		t.Errorf("%d there under %d names", all, len(names))
	}
	s.server.ResetRequests()
	s.runAndSignal(0, nil)
	s.checkWorkspaces(many, 0)
}

// Whoever asks again doesn't wait for the calls in flight.
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
