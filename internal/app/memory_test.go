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

// A large manifest fits into the memory of the smallest runner: a thousand Deployments,
// or ten thousand in a long test.
func TestMemoryOfManyResources(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	count, limitKiB := longtest.Size(1000, 10_000), longtest.Size(70, 200)<<10
	var text strings.Builder
	text.WriteString("workspaceId: cworkspace000000000000001\ndeployments:\n")
	for i := range count {
		fmt.Fprintf(&text, "  - { name: d%d, description: \"%d\", executor: CELERY, environmentVariables: [{ key: A, value: \"1\" }] }\n", i, map[bool]int{true: 1}[i%100 == 0])
	}
	s := newActionProcess(t, simulator.Options{EnforceRateLimits: true}, text.String())
	s.server.Seed("workspace", map[string]any{"id": "cworkspace000000000000001", "name": "data"})
	for i := range count {
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
	t.Logf("%d resources of which %d differ: %d MiB", count, count/100, kib>>10)
	if err != nil || kib == 0 || kib > limitKiB {
		t.Errorf("%v, %d KiB:\n%.2000s", err, kib, out)
	}
}

// peakMemoryKiB returns the peak memory of a process, in KiB. It polls until the process
// ends: the numbers that the system reports later include the test process, from which
// the process was forked.
func peakMemoryKiB(pid int, ended <-chan struct{}) (kib int) {
	for ticker := time.NewTicker(10 * time.Millisecond); ; {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if _, after, ok := strings.Cut(string(status), "VmHWM:"); err == nil && ok {
			_, _ = fmt.Sscan(after, &kib) // an error keeps the last value
		}
		select {
		case <-ended:
			return kib
		case <-ticker.C:
		}
	}
}
