package simulator

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The functions here say what is wrong with a text, or "".

func validateNotBlank(v string) string {
	if v != "" && strings.TrimSpace(v) == "" {
		return "must not be blank"
	}
	return ""
}

var emailPattern = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

func validateEmail(v string) string {
	if !emailPattern.MatchString(v) {
		return "must be an e-mail address"
	}
	return ""
}

var runtimeVersionPattern = regexp.MustCompile(`^\d+\.\d+(\.\d+|-\d+)[a-z0-9.-]*$`)

func validateRuntimeVersion(v string) string {
	if !runtimeVersionPattern.MatchString(v) {
		return "must be an Astro Runtime version"
	}
	return ""
}

// cronPartPattern is a part of a five-part cron expression; whether 61 is a minute is not looked into.
var cronPartPattern = regexp.MustCompile(`^[0-9A-Za-z*/,-]+$`)

func validateCron(v string) string {
	parts := strings.Fields(v)
	if len(parts) != 5 {
		return "must be a cron expression of five parts"
	}
	for _, part := range parts {
		if !cronPartPattern.MatchString(part) {
			return "must be a cron expression of five parts"
		}
	}
	return ""
}

func validateTime(v string) string {
	if _, err := time.Parse(time.RFC3339, v); err != nil {
		return "must be a time like 2026-01-02T15:04:05Z"
	}
	return ""
}

var (
	cpuPattern    = regexp.MustCompile(`^(\d+(?:\.\d+)?)(m?)$`)
	memoryPattern = regexp.MustCompile(`^(\d+(?:\.\d+)?)(Mi|Gi|Ti)$`)
)

func validateCPU(v string) string {
	if !cpuPattern.MatchString(v) {
		return "must be a number of CPU cores"
	}
	return ""
}

func validateMemory(v string) string {
	if !memoryPattern.MatchString(v) {
		return "must be an amount of memory with its unit, like 1Gi"
	}
	return ""
}

// parseCores and gibibytes read a quantity; 0 when it is none.
func parseCores(v string) float64 {
	return parseQuantity(cpuPattern, v, map[string]float64{"": 1, "m": 0.001})
}

func parseGibibytes(v string) float64 {
	return parseQuantity(memoryPattern, v, map[string]float64{"Mi": 1.0 / 1024, "Gi": 1, "Ti": 1024})
}

func parseQuantity(pattern *regexp.Regexp, v string, units map[string]float64) float64 {
	parts := pattern.FindStringSubmatch(v)
	if parts == nil {
		return 0
	}
	n, _ := strconv.ParseFloat(parts[1], 64) // the pattern allows nothing else
	return n * units[parts[2]]
}

func formatDecimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
