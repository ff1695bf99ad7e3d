package kind

import (
	"fmt"
	"time"

	"astro-apply/internal/schema"
)

// expiryWarningPeriod is how long before its end a resource causes a note.
const expiryWarningPeriod = 14 * 24 * time.Hour

// Expiry describes the end of a resource that stops working, such as a token, or of a value in it.
type Expiry struct {
	At   time.Time // zero: it has ended already
	Path string    // the value that ends, which a plan then ignores; "": the resource stops working

	// For a resource that stops working: the part that does, as "it" or "its trial", and how to prevent it, as an
	// instruction.
	Subject, Remedy string
}

// expiryAt returns an Expiry hook for a resource that stops working at the time in a member of the response.
func expiryAt(member, subject, remedy string) func(*schema.Node) *Expiry {
	return func(body *schema.Node) *Expiry {
		at, err := time.Parse(time.RFC3339, body.Get(member).ScalarText())
		if err != nil || at.IsZero() {
			return nil
		}
		return &Expiry{At: at, Subject: subject, Remedy: remedy}
	}
}

// WithoutEnded returns body without the value that has ended at the time now, and the path of that value; "" if none
// has.
func (k *Kind) WithoutEnded(body *schema.Node, now time.Time) (rest *schema.Node, path string) {
	if k.Expiry == nil {
		return body, ""
	}
	if expiry := k.Expiry(body); expiry != nil && expiry.Path != "" && !now.Before(expiry.At) {
		return body.WithoutPath(expiry.Path), expiry.Path
	}
	return body, ""
}

// Describe returns a text about a resource that has stopped working, or that soon will, with the remedy; else "".
// e may be nil.
func (e *Expiry) Describe(now time.Time) (text string, hasExpired bool) {
	if e == nil || e.Path != "" {
		return "", false
	}
	end := e.At.Format(time.RFC3339)
	switch remaining := e.At.Sub(now); {
	case remaining <= 0:
		return e.Subject + " expired at " + end, true
	case remaining < expiryWarningPeriod:
		return fmt.Sprintf("%s expires in %s, at %s; %s before that", e.Subject, formatDays(remaining), end, e.Remedy), false
	}
	return "", false
}

// formatDays formats a duration in whole days, or in hours if it is shorter than two days.
func formatDays(d time.Duration) string {
	if hours := int(d.Hours()); hours < 48 {
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
