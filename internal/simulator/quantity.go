package simulator

import (
	"strconv"
	"strings"
)

// parseQuantity returns a number of CPU cores, or an amount of memory in GiB. An invalid quantity counts as 0.
func parseQuantity(v string) float64 {
	factor := 1.0
	for unit, f := range map[string]float64{"m": 0.001, "Mi": 1.0 / 1024, "Gi": 1, "Ti": 1024} {
		if number, found := strings.CutSuffix(v, unit); found {
			v, factor = number, f
		}
	}
	n, _ := strconv.ParseFloat(v, 64)
	return n * factor
}

// normalizeQuantity returns a number of CPU cores without unit, or an amount of memory in Gi.
func normalizeQuantity(v string) string {
	if strings.HasSuffix(v, "i") {
		return formatGibibytes(parseQuantity(v))
	}
	return formatDecimal(parseQuantity(v))
}

func formatDecimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func formatGibibytes(n float64) string { return formatDecimal(n) + "Gi" }
