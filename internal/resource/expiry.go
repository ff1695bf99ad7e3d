package resource

import "time"

// Expiry describes when a resource stops working without a change, for example when a token expires.
type Expiry struct {
	Field   string // the member of a response that holds the time
	Subject string // the part that ends, as "it" or "its trial"
	Remedy  string // how to prevent it, as an instruction
}

// ExpiresAt returns when the resource stops working, zero if it doesn't.
func (l *Live) ExpiresAt(k *Kind) time.Time {
	if k.Expiry == nil {
		return time.Time{}
	}
	end, err := time.Parse(time.RFC3339, l.Body().Get(k.Expiry.Field).ScalarText())
	if err != nil {
		return time.Time{}
	}
	return end
}
