package app_test

import (
	"bytes"
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

// buffer collects a process's output and calls seen once when it holds text.
type buffer struct {
	mu   sync.Mutex
	b    bytes.Buffer
	text string
	seen func()
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, err := b.b.Write(p)
	if b.seen != nil && strings.Contains(b.b.String(), b.text) {
		b.seen()
		b.seen = nil
	}
	return n, err
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// The runner sends SIGINT when a job is cancelled and kills the process ten
// seconds later. By then the report is out.
func TestCancelledByTheRunner(t *testing.T) {
	t.Parallel()
	server := simulator.New(simulator.Options{Settle: time.Hour})
	api := httptest.NewServer(server)
	t.Cleanup(api.Close)
	dir := t.TempDir()
	manifest := "workspaces: [{ name: data }]\ndeployments: [{ name: one, workspace: data, type: STANDARD, cloudProvider: AWS, region: us-east-1 }]\n"
	if err := os.WriteFile(filepath.Join(dir, "astro.yaml"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	out := &buffer{text: "created workspace"}
	c := exec.CommandContext(t.Context(), build(t))
	c.Dir, c.Stdout = dir, out
	c.Env = []string{
		"GITHUB_ACTIONS=true", "INPUT_MODE=apply", "INPUT_API-URL=" + api.URL, "ASTRO_API_TOKEN=" + server.Token(simulator.Scope{}),
		"GITHUB_OUTPUT=" + filepath.Join(dir, "outputs"), "GITHUB_STEP_SUMMARY=" + filepath.Join(dir, "summary"),
	}
	// The Workspace is there, its Deployment is on the way or waited for.
	out.seen = func() { _ = c.Process.Signal(syscall.SIGINT) }
	err := c.Run()
	if code := c.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit code %d (%v)", code, err)
	}
	for _, want := range []string{"Stopped early (interrupt signal received): 1 of 2 done, safe to run again.", "::error title=astro-apply stopped early::"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, out)
		}
	}
	outputs, err := os.ReadFile(filepath.Join(dir, "outputs"))
	if err != nil || parseOutputs(string(outputs))["created"] == "" {
		t.Errorf("outputs %q, %v", outputs, err)
	}
	if summary, err := os.ReadFile(filepath.Join(dir, "summary")); err != nil || !bytes.Contains(summary, []byte("Stopped early")) {
		t.Errorf("summary %q, %v", summary, err)
	}
}
