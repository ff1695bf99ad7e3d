package simulator

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// textFormat is a format of texts. message describes it in an error.
type textFormat struct {
	isValid func(string) bool
	message string
}

var textFormats = sync.OnceValue(func() map[string]textFormat {
	matches := func(pattern string) func(string) bool { return regexp.MustCompile(pattern).MatchString }
	return map[string]textFormat{
		"not blank": {func(v string) bool { return v == "" || strings.TrimSpace(v) != "" }, "must not be blank"},
		"email":     {matches(`^[^@\s]+@[^@\s]+\.[^@\s]+$`), "must be an email address"},
		"runtime version": {
			matches(`^\d+\.\d+(\.\d+|-\d+)[a-z0-9.-]*$`), "must be an Astro Runtime version such as 3.1-2",
		},
		// The five parts are checked by their characters only, so minute 61 is valid.
		"cron": {matches(`^\s*([0-9A-Za-z*/,-]+(\s+|$)){5}$`), "must be a cron expression with five parts"},
		"date-time": {
			func(v string) bool { _, err := time.Parse(time.RFC3339, v); return err == nil },
			"must be an RFC 3339 time such as 2026-01-02T15:04:05Z",
		},
		"cpu":    {cpuPattern().MatchString, "must be a number of CPU cores such as 0.5 or 500m"},
		"memory": {memoryPattern().MatchString, "must be an amount of memory with a unit, such as 1Gi"},
		"cidr": {
			func(v string) bool { _, err := netip.ParsePrefix(v); return err == nil },
			"must be an IP range in CIDR notation such as 172.20.0.0/20",
		},
		"permission": {matches(`^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)+$`), "must be a permission such as deployment.get"},
	}
})

func lazyPattern(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

var (
	cpuPattern    = lazyPattern(`^(\d+(?:\.\d+)?)(m?)$`)
	memoryPattern = lazyPattern(`^(\d+(?:\.\d+)?)(Mi|Gi|Ti)$`)
)

// parseCores and parseGibibytes parse a quantity; they return 0 if it is invalid.
func parseCores(v string) float64 {
	return parseQuantity(cpuPattern(), v, map[string]float64{"": 1, "m": 0.001})
}

func parseGibibytes(v string) float64 {
	return parseQuantity(memoryPattern(), v, map[string]float64{"Mi": 1.0 / 1024, "Gi": 1, "Ti": 1024})
}

func parseQuantity(pattern *regexp.Regexp, v string, units map[string]float64) float64 {
	parts := pattern.FindStringSubmatch(v)
	if parts == nil {
		return 0
	}
	n, _ := strconv.ParseFloat(parts[1], 64) // can't fail, because the pattern only matches numbers
	return n * units[parts[2]]
}

func formatDecimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func formatGibibytes(n float64) string { return formatDecimal(n) + "Gi" }

// normalizeQuantity returns a number of CPU cores without unit, or an amount of memory in Gi.
func normalizeQuantity(v string) string {
	if memoryPattern().MatchString(v) {
		return formatGibibytes(parseGibibytes(v))
	}
	return formatDecimal(parseCores(v))
}
