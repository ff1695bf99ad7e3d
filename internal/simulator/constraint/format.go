package constraint

import (
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"time"
)

// format is a format of texts. message describes it in an error.
type format struct {
	isValid func(string) bool
	message string
}

// formats returns the formats by their name in the document or in undocumentedFormats.
var formats = sync.OnceValue(func() map[string]format {
	matches := func(pattern string) func(string) bool { return regexp.MustCompile(pattern).MatchString }
	return map[string]format{
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
		"cpu":    {matches(`^\d+(\.\d+)?m?$`), "must be a number of CPU cores such as 0.5 or 500m"},
		"memory": {matches(`^\d+(\.\d+)?(Mi|Gi|Ti)$`), "must be an amount of memory with a unit, such as 1Gi"},
		"cidr": {
			func(v string) bool { _, err := netip.ParsePrefix(v); return err == nil },
			"must be an IP range in CIDR notation such as 172.20.0.0/20",
		},
		"permission": {matches(`^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)+$`), "must be a permission such as deployment.get"},
	}
})
