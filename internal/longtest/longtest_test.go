package longtest_test

import (
	"testing"

	"astro-apply/internal/longtest"
)

func TestSize(t *testing.T) {
	for value, want := range map[string]int{"": 10, "1": 1000} {
		t.Setenv(longtest.Variable, value)
		if got := longtest.Size(10, 1000); got != want {
			t.Errorf("%s=%q: size %d, want %d", longtest.Variable, value, got, want)
		}
	}
}
