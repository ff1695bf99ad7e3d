package simulator

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The validate functions return the problem with a value, or "" if it is valid.

func validateNotBlank(v string) string {
	if v != "" && strings.TrimSpace(v) == "" {
		return "must not be blank"
	}
	return ""
}

var emailPattern = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

func validateEmail(v string) string {
	if !emailPattern.MatchString(v) {
		return "must be an email address"
	}
	return ""
}

var runtimeVersionPattern = regexp.MustCompile(`^\d+\.\d+(\.\d+|-\d+)[a-z0-9.-]*$`)

func validateRuntimeVersion(v string) string {
	if !runtimeVersionPattern.MatchString(v) {
		return "must be an Astro Runtime version such as 3.1-2"
	}
	return ""
}

// cronPartPattern matches one part of a cron expression by its characters. It doesn't check ranges, so it accepts minute 61.
var cronPartPattern = regexp.MustCompile(`^[0-9A-Za-z*/,-]+$`)

func validateCron(v string) string {
	parts := strings.Fields(v)
	if len(parts) != 5 {
		return "must be a cron expression with five parts"
	}
	for _, part := range parts {
		if !cronPartPattern.MatchString(part) {
			return "must be a cron expression with five parts"
		}
	}
	return ""
}

func validateTime(v string) string {
	if _, err := time.Parse(time.RFC3339, v); err != nil {
		return "must be an RFC 3339 time such as 2026-01-02T15:04:05Z"
	}
	return ""
}

var (
	cpuPattern    = regexp.MustCompile(`^(\d+(?:\.\d+)?)(m?)$`)
	memoryPattern = regexp.MustCompile(`^(\d+(?:\.\d+)?)(Mi|Gi|Ti)$`)
)

func validateCPU(v string) string {
	if !cpuPattern.MatchString(v) {
		return "must be a number of CPU cores such as 0.5 or 500m"
	}
	return ""
}

func validateMemory(v string) string {
	if !memoryPattern.MatchString(v) {
		return "must be an amount of memory with a unit, such as 1Gi"
	}
	return ""
}

// parseCores and parseGibibytes parse a quantity; they return 0 if it is invalid.
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
	n, _ := strconv.ParseFloat(parts[1], 64) // can't fail, because the pattern only matches numbers
	return n * units[parts[2]]
}

func formatDecimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
