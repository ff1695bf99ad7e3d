package resource

import (
	"cmp"
	"time"
)

// LastModified says who changed the object last, as the API names them, and when. Of
// what the API doesn't tell, it is "" or zero.
func (l *Live) LastModified() (by string, at time.Time) {
	body := l.Body()
	who := body.Get("updatedBy")
	by = cmp.Or(who.Get("fullName").ScalarText(), who.Get("username").ScalarText())
	if token := who.Get("apiTokenName").ScalarText(); token != "" {
		by = "API token " + token
	}
	at, err := time.Parse(time.RFC3339, body.Get("updatedAt").ScalarText())
	if err != nil {
		return by, time.Time{}
	}
	return by, at.UTC()
}
