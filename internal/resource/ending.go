package resource

import "time"

// Ending describes when a resource stops working although nobody changes it, such as a token that expires.
type Ending struct {
	Field string // the member of an answer that holds the time
	What  string // the part that ends, as "it" or "its trial"
	Renew string // how to prevent it, as an instruction
}

// End returns when the resource stops working, zero if it doesn't.
func (l *Live) End(k *Kind) time.Time {
	if k.Ending == nil {
		return time.Time{}
	}
	end, err := time.Parse(time.RFC3339, l.Body().Get(k.Ending.Field).ScalarText())
	if err != nil {
		return time.Time{}
	}
	return end
}
