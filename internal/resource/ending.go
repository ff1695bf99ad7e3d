package resource

import "time"

// Ending is an end that an object reaches by itself: nobody changes it, and it doesn't work any more.
type Ending struct {
	Field string // the member of an answer that holds the time
	What  string // what ends, as "it" or "its trial"
	Renew string // what to do about it
}

// End returns when the object ends, zero if it doesn't.
func (l *Live) End(k *Kind) time.Time {
	if k.Ending == nil {
		return time.Time{}
	}
	end, err := time.Parse(time.RFC3339, l.Body().Get(k.Ending.Field).Value())
	if err != nil {
		return time.Time{}
	}
	return end
}
