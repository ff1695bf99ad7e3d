package app_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "astro-apply-test-")
	if err != nil {
		panic(err)
	}
	programDir = dir
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code) //nolint:forbidigo // goleak leaves it to the cleanup
	}))
}
