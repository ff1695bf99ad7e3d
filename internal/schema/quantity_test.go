package schema

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

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
		{"1Gi", "1024Mi", true},
		{"1e3", "1k", true},
		{"1E3", "1k", true},
		{"1e+3", "1k", true},
		{"1e-3", "1m", true},
		{"1E-3", "1000u", true},
		{"1E", "1000P", true},
		{"1Ei", "1024Pi", true},
		{"1.", "1", true},
		{"+1", "1", true},
		{"-1", "-1000m", true},
		{"010", "10", true},
		{"-0", "0", true},
		{"1e99", "10e98", true},
		{"20Gi", "20G", false},
		{"10", "10m", false},
		{"1", "-1", false},
		{"0.1", "0.10000000000000000000000000000000000001", false},
		{"ten", "ten", false},
		{"", "", false},
		{"1 Gi", "1Gi", false},
	} {
		if got := sameQuantity(c.a, c.b); got != c.same {
			t.Errorf("%q and %q: same = %v, want %v", c.a, c.b, got, c.same)
		}
	}
}

func TestInvalidQuantities(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", ".", "+", "-", "e3", "1e", "1e100", "1e+", "1ee3", "1Gib", "1gi", "1K", "1ki", "1mi", "1h", "1 ", " 1", "1\n", "0x10", "0b1", "0o7", "1_000", "1/2", "1,5", "1..2", "--1", "1e3Gi", "1Gie3", "Inf", "NaN", "１", "٣",
		strings.Repeat("1", 41), strings.Repeat("9", 8<<20), "1e" + strings.Repeat("9", 1<<20), strings.Repeat(" ", 1<<20) + "1",
	} {
		if q, err := ParseQuantity(s); err == nil || q != nil {
			t.Errorf("%.20q is %s", s, q)
		}
	}
	if _, err := ParseQuantity(strings.Repeat("1", 40)); err != nil {
		t.Errorf("40 digits: %v", err)
	}
}

// Each suffix multiplies the number by the factor that Kubernetes defines.
func TestQuantityProperties(t *testing.T) {
	t.Parallel()
	next := map[string]string{"n": "u", "u": "m", "m": "", "": "k", "k": "M", "M": "G", "G": "T", "T": "P", "P": "E", "Ki": "Mi", "Mi": "Gi", "Gi": "Ti", "Ti": "Pi", "Pi": "Ei"}
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`[+-]?[0-9]{1,9}(\.[0-9]{0,9})?`).Draw(t, "number")
		small := rapid.SampledFrom([]string{"n", "u", "m", "", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "Pi"}).Draw(t, "suffix")
		factor := big.NewRat(1000, 1)
		if strings.HasSuffix(small, "i") {
			factor = big.NewRat(1024, 1)
		}
		a, errA := ParseQuantity(number + small)
		b, errB := ParseQuantity(number + next[small])
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if a.Mul(a, factor).Cmp(b) != 0 {
			t.Fatalf("%s%s is not %s of %s%s", number, next[small], factor.RatString(), number, small)
		}
		if plain, _ := new(big.Rat).SetString(strings.TrimSuffix(number, ".")); small == "m" && plain.Cmp(b) != 0 {
			t.Fatalf("%s is %s", number, b)
		}
		if !sameQuantity(number+small, number+small) {
			t.Fatalf("%s%s differs from itself", number, small)
		}
	})
}

// An exponent shifts the decimal point.
func TestQuantityExponents(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.IntRange(0, 999).Draw(t, "digits")
		exponent := rapid.IntRange(0, 30).Draw(t, "exponent")
		letter := rapid.SampledFrom([]string{"e", "E"}).Draw(t, "letter")
		long := fmt.Sprint(digits) + strings.Repeat("0", exponent)
		if short := fmt.Sprintf("%d%s%d", digits, letter, exponent); !sameQuantity(long, short) {
			t.Fatalf("%s is not %s", short, long)
		}
		if back := fmt.Sprintf("%s%s-%d", long, letter, exponent); !sameQuantity(back, fmt.Sprint(digits)) {
			t.Fatalf("%s is not %d", back, digits)
		}
	})
}

// ParseQuantity only accepts quantities whose numbers are small enough to compute
// with, and that equal themselves.
func FuzzQuantity(f *testing.F) {
	for _, s := range []string{"0.5", "500m", "20Gi", "1e99", "-1E-99", "+.5Ei", "1E", "1.", "010", "9999999999999999999999999999999999999E", "0x1", "1e100", "1/2", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := ParseQuantity(s)
		if err != nil {
			if sameQuantity(s, s) {
				t.Errorf("%q isn't a quantity, but equals itself", s)
			}
			return
		}
		if n := q.Num().BitLen() + q.Denom().BitLen(); n > 1000 {
			t.Errorf("%q has %d bits", s, n)
		}
		if strings.Trim(s, "+-.0123456789eEnumkKMGTPi") != "" || !sameQuantity(s, s) {
			t.Errorf("%q is %s", s, q)
		}
		if neg := strings.HasPrefix(s, "-"); neg && q.Sign() > 0 || !neg && q.Sign() < 0 {
			t.Errorf("%q is %s", s, q)
		}
	})
}
