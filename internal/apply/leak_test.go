package apply_test

import (
	"flag"
	"runtime/debug"
	"strconv"
	"testing"

	"go.uber.org/goleak"

	"astro-apply/internal/longtest"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // the race detector makes garbage collection expensive
	// Each check of a property needs several runs of the whole engine, so the default
	// number of checks is low. The option -rapid.checks takes precedence, because flags are
	// parsed later.
	if err := flag.Set("rapid.checks", strconv.Itoa(longtest.Size(3, 100))); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}
