package plan

import (
	"fmt"
	"time"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// ExpiryWarningPeriod is how long before its end a token is reported.
const ExpiryWarningPeriod = 14 * 24 * time.Hour

// FormatDays is a duration in whole days, in hours if it is less than two days.
func FormatDays(d time.Duration) string {
	if hours := int(d.Hours()); hours < 48 {
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// checkUsable records why a resource that exists doesn't work, such as a token that has expired. It notes an end that is
// near, and the kind's Doubt.
func (c *Change) checkUsable(policy Policy) {
	o := c.Resource
	if c.Live == nil || o.Absent {
		return
	}
	if state, why := c.Live.State(o.Kind); state == resource.StateFailed {
		c.UnusableReason = "it is " + why
		c.addNote(true, c.UnusableReason+", and this won't change by itself; resources that need it will probably fail")
	}
	end := c.Live.ExpiresAt(o.Kind)
	switch left := end.Sub(policy.Now); {
	case end.IsZero() || policy.Now.IsZero() || policy.needsRotation(o):
	case left <= 0:
		c.UnusableReason = fmt.Sprintf("%s expired at %s", o.Kind.Expiry.Subject, end.Format(time.RFC3339))
		c.addNote(true, c.UnusableReason+"; "+o.Kind.Expiry.Remedy)
	case left < ExpiryWarningPeriod:
		c.addNote(false, fmt.Sprintf("%s expires in %s, at %s; %s before that", o.Kind.Expiry.Subject, FormatDays(left), end.Format(time.RFC3339), o.Kind.Expiry.Remedy))
	}
	if o.Kind.Advice != nil && c.Action == Unchanged && c.UnusableReason == "" {
		if why := o.Kind.Advice(c.Live.Body()); why != "" {
			c.addNote(false, why)
		}
	}
}

func (c *Change) addNote(warning bool, text string) {
	c.Notes = append(c.Notes, schema.Problem{Pos: c.Resource.Pos, Warning: warning, Message: text})
}
