package app_test

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// Ten thousand objects fit on the smallest runner.
func TestTenThousandObjects(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the size of a process is told in another unit here")
	}
	const many, most = 10_000, 150 << 10 // KiB
	var text strings.Builder
	text.WriteString("workspaceId: cworkspace000000000000001\ndeployments:\n")
	for i := range many {
		fmt.Fprintf(&text, "  - { name: d%d, description: \"%d\", executor: CELERY, environmentVariables: [{ key: A, value: \"1\" }] }\n", i, map[bool]int{true: 1}[i%100 == 0])
	}
	s := newStep(t, text.String())
	s.server.Seed("workspace", map[string]any{"id": "cworkspace000000000000001", "name": "data"})
	for i := range many {
		s.server.Seed("deployment", map[string]any{
			"name": fmt.Sprint("d", i), "workspaceId": "cworkspace000000000000001", "type": "STANDARD", "executor": "CELERY", "description": "0",
			"environmentVariables": []any{map[string]any{"key": "A", "value": "1", "isSecret": false}},
		})
	}
	s.env = []string{"INPUT_MODE=plan"}
	code, log, _ := s.run(0, nil)
	size := s.state.SysUsage().(*syscall.Rusage).Maxrss
	t.Logf("%d objects of which 100 differ: %d MiB", many, size>>10)
	if code != 0 || size > most {
		t.Errorf("exit code %d, %d KiB:\n%.2000s", code, size, log)
	}
}
