//go:build unix

package app_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"astro-apply/internal/simulator"
)

// TestClosedLog closes the log after its first line. The run continues: it reports the
// created resources and saves the value of the token.
func TestClosedLog(t *testing.T) {
	t.Parallel()
	s := newActionProcess(t, simulator.Options{}, manyWorkspaces(20)+
		"apiTokens: [{ name: ci, scope: ORGANIZATION, roles: [{ role: ORGANIZATION_MEMBER }], saveTo: token }]\n")
	c := s.newCommand(nil)
	log, stdout, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout = stdout
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = stdout.Close()
	if _, err := bufio.NewReaderSize(log, 16).ReadByte(); err != nil {
		t.Error(err)
	}
	_ = log.Close()
	_ = c.Wait()
	if code := c.ProcessState.ExitCode(); code != 1 {
		t.Errorf("%s, want exit code 1", c.ProcessState)
	}
	if n := len(s.server.Resources("workspace")); n != 20 {
		t.Errorf("%d Workspaces were created", n)
	}
	for file, want := range map[string]string{
		"outputs": "created<<",
		"summary": "the log is incomplete: write /dev/stdout: broken pipe; the run continued, and its result is in the job summary and the outputs",
		"token":   "astro-token",
	} {
		if text, err := os.ReadFile(filepath.Join(s.dir, file)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v, want %q in:\n%s", file, err, want, text)
		}
	}
}
