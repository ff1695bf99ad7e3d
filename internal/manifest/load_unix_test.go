//go:build unix

package manifest_test

import (
	"os"
	"syscall"
	"testing"

	"astro-apply/internal/testkit"
)

// ReadSources refuses a pipe without opening it: opening would block until another process
// writes to the pipe.
func TestReadSourcesSpecialFiles(t *testing.T) {
	chdirWithFiles(t, "a.yaml")
	requireNoError(t, syscall.Mkfifo("pipe.yaml", 0o600))
	names, problems := sourceNames(t, ".", "pipe.yaml", os.DevNull)
	testkit.AssertEqual(t, "files", []string{"a.yaml"}, names)
	testkit.AssertEqual(t, "problems", []string{"pipe.yaml: not a regular file", os.DevNull + ": not a regular file"}, problems)
}
