package resource

import (
	"fmt"
	"net/url"
	"strings"

	"astro-apply/internal/schema"
)

// Live is an object as the API describes it.
type Live struct {
	ID   string
	Body *schema.Node
	Full bool              // read by id, not from a list
	Keys map[string]string // what the elements of its Detail are removed by
	odd  error             // what is wrong with its shape
}

// NewLive reads an API answer about one object.
func NewLive(k *Kind, data []byte) (*Live, error) {
	live, err := read(k, data)
	if err == nil && live.odd != nil {
		return nil, live.odd
	}
	return live, err
}

// read is NewLive for one of many, where an object of a wrong shape must not
// hide the others.
func read(k *Kind, data []byte) (*Live, error) {
	body, err := schema.ParseJSON(data)
	if err != nil {
		return nil, fmt.Errorf("answer about a %s: %w", k.Name, err)
	}
	body.Delete(k.Issued) // whoever delivers it reads it by itself
	odd := schema.Conforms(k.Fields, body)
	if odd == nil && k.Canonical != nil {
		k.Canonical(body)
	}
	id := body.Get("id")
	if id == nil || id.Form != schema.Text || id.Text == "" {
		return nil, fmt.Errorf("answer about a %s has no id", k.Name)
	}
	live := &Live{ID: id.Text, Body: body}
	if odd != nil {
		live.odd = fmt.Errorf("answer about %s %s: %w", k.Name, id.Text, odd)
	}
	return live, nil
}

// text is a field's value, never nil.
func (l *Live) text(f *schema.Field) *schema.Node {
	if n := f.Live(l.Body, l.Body); n != nil {
		return n
	}
	return &schema.Node{}
}

// settleIn notes the parent that an answer leaves out.
func (l *Live) settleIn(p place) {
	if p.id != "" && l.Body.Get(p.field) == nil {
		l.Body.Set(p.field, schema.String(p.id))
	}
}

// ParentID is the id of what the object lives in, "" for the Organization itself.
func (l *Live) ParentID(k *Kind) string {
	for _, name := range k.Parents {
		if id := l.Body.Get(name).Value(); id != "" {
			return id
		}
	}
	return ""
}

// State says how far the API is with the object, and why.
func (l *Live) State(k *Kind) (State, string) {
	if k.Ready == nil {
		return Ready, ""
	}
	return k.Ready(l.Body)
}

// Page returns the path of the object's page in the Astro UI, "" if unknown.
func (l *Live) Page(k *Kind) string {
	page := k.Page
	for {
		open, rest, ok := strings.Cut(page, "{")
		if !ok {
			return page
		}
		field, after, _ := strings.Cut(rest, "}")
		value := l.Body.Get(field).Value()
		if value == "" {
			return ""
		}
		page = open + url.PathEscape(value) + after
	}
}
