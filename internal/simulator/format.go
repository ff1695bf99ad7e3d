package simulator

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The functions here say what is wrong with a text, or "".

func blank(v string) string {
	if v != "" && strings.TrimSpace(v) == "" {
		return "must not be blank"
	}
	return ""
}

var mailAddress = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

func noMailAddress(v string) string {
	if !mailAddress.MatchString(v) {
		return "must be an e-mail address"
	}
	return ""
}

var runtimeVersion = regexp.MustCompile(`^\d+\.\d+(\.\d+|-\d+)[a-z0-9.-]*$`)

func noRuntime(v string) string {
	if !runtimeVersion.MatchString(v) {
		return "must be an Astro Runtime version"
	}
	return ""
}

// cronPart is a part of a five-part cron expression; whether 61 is a minute is not looked into.
var cronPart = regexp.MustCompile(`^[0-9A-Za-z*/,-]+$`)

func noCron(v string) string {
	parts := strings.Fields(v)
	if len(parts) != 5 {
		return "must be a cron expression of five parts"
	}
	for _, part := range parts {
		if !cronPart.MatchString(part) {
			return "must be a cron expression of five parts"
		}
	}
	return ""
}

func noTime(v string) string {
	if _, err := time.Parse(time.RFC3339, v); err != nil {
		return "must be a time like 2026-01-02T15:04:05Z"
	}
	return ""
}

var (
	cpuQuantity    = regexp.MustCompile(`^(\d+(?:\.\d+)?)(m?)$`)
	memoryQuantity = regexp.MustCompile(`^(\d+(?:\.\d+)?)(Mi|Gi|Ti)$`)
)

func noCPU(v string) string {
	if !cpuQuantity.MatchString(v) {
		return "must be a number of CPU cores"
	}
	return ""
}

func noMemory(v string) string {
	if !memoryQuantity.MatchString(v) {
		return "must be an amount of memory with its unit, like 1Gi"
	}
	return ""
}

// cores and gibibytes read a quantity; 0 when it is none.
func cores(v string) float64 {
	return amount(cpuQuantity, v, map[string]float64{"": 1, "m": 0.001})
}

func gibibytes(v string) float64 {
	return amount(memoryQuantity, v, map[string]float64{"Mi": 1.0 / 1024, "Gi": 1, "Ti": 1024})
}

func amount(pattern *regexp.Regexp, v string, units map[string]float64) float64 {
	parts := pattern.FindStringSubmatch(v)
	if parts == nil {
		return 0
	}
	n, _ := strconv.ParseFloat(parts[1], 64) // the pattern allows nothing else
	return n * units[parts[2]]
}

func decimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
