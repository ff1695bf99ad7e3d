package plan

import (
	"fmt"
	"time"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// ExpiryNotice is how long before its end a token is reported.
const ExpiryNotice = 14 * 24 * time.Hour

// Days is a duration in whole days, in hours if it is less than two days.
func Days(d time.Duration) string {
	if hours := int(d.Hours()); hours < 48 {
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// checkUsable records why a resource that exists doesn't work, such as a token that has expired. It notes an end that is
// near, and the kind's Doubt.
func (c *Change) checkUsable(policy Policy) {
	o := c.Object
	if c.Live == nil || o.Absent {
		return
	}
	if state, why := c.Live.State(o.Kind); state == resource.StateFailed {
		c.Unusable = "it is " + why
		c.note(true, c.Unusable+", and this won't change by itself; resources that need it will probably fail")
	}
	end := c.Live.ExpiresAt(o.Kind)
	switch left := end.Sub(policy.Now); {
	case end.IsZero() || policy.Now.IsZero() || policy.rotates(o):
	case left <= 0:
		c.Unusable = fmt.Sprintf("%s expired at %s", o.Kind.Expiry.Subject, end.Format(time.RFC3339))
		c.note(true, c.Unusable+"; "+o.Kind.Expiry.Remedy)
	case left < ExpiryNotice:
		c.note(false, fmt.Sprintf("%s expires in %s, at %s; %s before that", o.Kind.Expiry.Subject, Days(left), end.Format(time.RFC3339), o.Kind.Expiry.Remedy))
	}
	if o.Kind.Advice != nil && c.Action == Unchanged && c.Unusable == "" {
		if why := o.Kind.Advice(c.Live.Body()); why != "" {
			c.note(false, why)
		}
	}
}

func (c *Change) note(warning bool, text string) {
	c.Notes = append(c.Notes, schema.Problem{Pos: c.Object.Pos, Warning: warning, Message: text})
}
