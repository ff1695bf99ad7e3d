package schema

import "testing"

func TestQuantities(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"0.5", "500m", true},
		{"1", "1000m", true},
		{"0.250", ".25", true},
		{"0.5Gi", "512Mi", true},
		{"20Gi", "20480Mi", true},
		{"1e3", "1k", true},
		{"1E3", "1k", true},
		{"1E", "1000P", true},
		{"20Gi", "20G", false},
		{"10", "10m", false},
		{"ten", "ten", false},
		{"", "", false},
		{"1 Gi", "1Gi", false},
	} {
		if got := sameQuantity(c.a, c.b); got != c.same {
			t.Errorf("%q and %q: same = %v, want %v", c.a, c.b, got, c.same)
		}
	}
}
