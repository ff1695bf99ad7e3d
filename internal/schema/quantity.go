package schema

import (
	"cmp"
	"fmt"
	"math/big"
	"regexp"
)

// quantityPattern matches a Kubernetes quantity: a decimal number with an optional
// suffix. This package has its own parser because the module that defines
// quantities (k8s.io/apimachinery) would add a dozen modules to the binary.
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
var quantityPattern = regexp.MustCompile(`^([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?$`)

// MaxQuantityLen is the maximum length of a quantity in bytes. Useful quantities
// are shorter.
const MaxQuantityLen = 40

var suffixFactors = map[string]*big.Rat{
	"":  big.NewRat(1, 1),
	"n": big.NewRat(1, 1_000_000_000), "u": big.NewRat(1, 1_000_000), "m": big.NewRat(1, 1000),
	"k": bigPower(10, 3), "M": bigPower(10, 6), "G": bigPower(10, 9), "T": bigPower(10, 12), "P": bigPower(10, 15), "E": bigPower(10, 18),
	"Ki": bigPower(2, 10), "Mi": bigPower(2, 20), "Gi": bigPower(2, 30), "Ti": bigPower(2, 40), "Pi": bigPower(2, 50), "Ei": bigPower(2, 60),
}

func bigPower(base, exponent int64) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(base), big.NewInt(exponent), nil))
}

// ParseQuantity reads a Kubernetes quantity such as 500m, 0.5 or 20Gi as an
// exact number of its base unit (cores, bytes).
func ParseQuantity(s string) (*big.Rat, error) {
	var m []string
	if len(s) <= MaxQuantityLen {
		m = quantityPattern.FindStringSubmatch(s)
	}
	if m == nil {
		return nil, fmt.Errorf("not a Kubernetes quantity such as 500m, 2 or 20Gi")
	}
	number, ok := new(big.Rat).SetString(m[1] + "e" + cmp.Or(m[3], "0"))
	if !ok {
		return nil, fmt.Errorf("not a Kubernetes quantity")
	}
	return number.Mul(number, suffixFactors[m[2]]), nil
}

func sameQuantity(a, b string) bool {
	x, errX := ParseQuantity(a)
	y, errY := ParseQuantity(b)
	return errX == nil && errY == nil && x.Cmp(y) == 0
}
