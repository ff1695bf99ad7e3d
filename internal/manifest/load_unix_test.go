//go:build unix

package manifest_test

import (
	"os"
	"syscall"
	"testing"
)

// Opening a pipe would wait for whoever writes to it.
func TestReadSourcesSpecialFiles(t *testing.T) {
	chdirWithFiles(t, "a.yaml")
	requireNoError(t, syscall.Mkfifo("pipe.yaml", 0o600))
	names, wrong := sourceNames(t, ".", "pipe.yaml", os.DevNull)
	assertEqual(t, "files", []string{"a.yaml"}, names)
	assertEqual(t, "problems", []string{"pipe.yaml: not a regular file", os.DevNull + ": not a regular file"}, wrong)
}
