package app_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"astro-apply/internal/longtest"
	"astro-apply/internal/simulator"
)

// A large manifest fits on the smallest runner: a thousand Deployments, or ten
// thousand in a long test.
func TestMemoryOfManyResources(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the size of a process is told in another way here")
	}
	many, most := longtest.Size(1000, 10_000), longtest.Size(70, 200)<<10 // KiB
	var text strings.Builder
	text.WriteString("workspaceId: cworkspace000000000000001\ndeployments:\n")
	for i := range many {
		fmt.Fprintf(&text, "  - { name: d%d, description: \"%d\", executor: CELERY, environmentVariables: [{ key: A, value: \"1\" }] }\n", i, map[bool]int{true: 1}[i%100 == 0])
	}
	s := newActionProcess(t, simulator.Options{EnforceRateLimits: true}, text.String())
	s.server.Seed("workspace", map[string]any{"id": "cworkspace000000000000001", "name": "data"})
	for i := range many {
		s.server.Seed("deployment", map[string]any{
			"name": fmt.Sprint("d", i), "workspaceId": "cworkspace000000000000001", "type": "STANDARD", "executor": "CELERY", "description": "0",
			"environmentVariables": []any{map[string]any{"key": "A", "value": "1", "isSecret": false}},
		})
	}
	s.env = []string{"INPUT_MODE=plan"}
	out := &outputBuffer{}
	c := s.newCommand(out)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	size, ended := make(chan int), make(chan struct{})
	go func() { size <- peakMemoryKiB(c.Process.Pid, ended) }()
	err := c.Wait()
	close(ended)
	kib := <-size
	t.Logf("%d objects of which %d differ: %d MiB", many, many/100, kib>>10)
	if err != nil || kib == 0 || kib > most {
		t.Errorf("%v, %d KiB:\n%.2000s", err, kib, out)
	}
}

// peakMemoryKiB is the most memory that a process ever had, in KiB, as of shortly
// before it ended. What is told after that counts the test itself, from which the
// process was forked.
func peakMemoryKiB(pid int, ended <-chan struct{}) (kib int) {
	for ticker := time.NewTicker(10 * time.Millisecond); ; {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if _, after, ok := strings.Cut(string(status), "VmHWM:"); err == nil && ok {
			_, _ = fmt.Sscan(after, &kib) // stays as it was
		}
		select {
		case <-ended:
			return kib
		case <-ticker.C:
		}
	}
}
