//go:build unix

package manifest_test

import (
	"os"
	"syscall"
	"testing"
)

// Opening a pipe would wait for whoever writes to it.
func TestFindNoFile(t *testing.T) {
	folder(t, "a.yaml")
	must(t, syscall.Mkfifo("pipe.yaml", 0o600))
	names, wrong := find(t, ".", "pipe.yaml", os.DevNull)
	same(t, "files", []string{"a.yaml"}, names)
	same(t, "problems", []string{"pipe.yaml: not a regular file", os.DevNull + ": not a regular file"}, wrong)
}
