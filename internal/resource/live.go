package resource

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"
	"weak"

	"astro-apply/internal/schema"
)

// Live is an object as the API describes it. Of thousands, only the answers are
// kept, and taken apart when one is looked at: a tree is ten times as large.
type Live struct {
	ID             string
	Complete       bool              // read by id, not from a list
	ItemKeys       map[string]string // the keys by which items of its Detail are removed
	InheritedNotes []string          // the inherited values in the answer, in words
	kind           *Kind
	shapeErr       error  // what is wrong with its shape
	name           string // by which it is identified
	parentID       string // the id of what it lives in

	secretValues []string // values of secret fields in the answer

	mu           sync.Mutex // guards what follows
	responseBody []byte     // JSON
	addedMembers []schema.Member
	parsedBody   weak.Pointer[schema.Node]
}

// NewLive reads an API answer about one object. With an error about its shape
// only, it still returns the object.
func NewLive(k *Kind, data []byte) (*Live, error) {
	live, err := parseLive(k, data)
	if err != nil {
		return nil, err
	}
	return live, live.shapeErr
}

// parseLive is NewLive for one of many, where an object of a wrong shape must not
// hide the others.
func parseLive(k *Kind, data []byte) (*Live, error) {
	live := &Live{kind: k, responseBody: data}
	body, err := schema.ParseJSON(data)
	if err != nil {
		return nil, fmt.Errorf("answer about a %s: %w", k.Name, err)
	}
	live.shapeErr = schema.CheckResponse(k.Fields, body)
	// Canonical drops some secrets, and the table misses some before it.
	live.secretValues = markSensitiveResponse(k.Fields, body, body)
	if value := body.Get(k.GeneratedSecret); value != nil {
		live.secretValues = append(live.secretValues, value.SensitiveTexts()...)
	}
	live.setIdentity(live.prepareBody(body))
	live.secretValues = append(live.secretValues, markSensitiveResponse(k.Fields, body, body)...)
	id := body.Get("id")
	if id == nil || id.Form != schema.Text || id.Text == "" {
		return nil, fmt.Errorf("answer about a %s has no id", k.Name)
	}
	live.ID = strings.Clone(id.Text)
	if live.shapeErr != nil {
		live.shapeErr = fmt.Errorf("answer about %s %s: %w", k.Name, id.Text, live.shapeErr)
	}
	return live, nil
}

// Body is the object as a tree, in the manifest's words.
func (l *Live) Body() *schema.Node {
	l.mu.Lock()
	defer l.mu.Unlock()
	if body := l.parsedBody.Value(); body != nil {
		return body
	}
	body, err := schema.ParseJSON(l.responseBody)
	if err != nil { // it was read before
		body = &schema.Node{Form: schema.Map}
	}
	return l.prepareBody(body)
}

// setIdentity keeps what is asked for often.
func (l *Live) setIdentity(body *schema.Node) {
	parts := make([]string, len(l.kind.Identity))
	for i, name := range l.kind.Identity {
		if f := l.kind.fieldByName(name); f.CurrentValue(body, body) != nil {
			parts[i] = f.Type.NormalizedText(f.CurrentValue(body, body))
		}
	}
	l.name, l.parentID = strings.Clone(strings.Join(parts, "/")), ""
	for _, name := range l.kind.ParentFields {
		if id := body.Get(name).ScalarText(); id != "" {
			l.parentID = strings.Clone(id)
			return
		}
	}
}

// prepareBody makes a tree of an answer the object's.
func (l *Live) prepareBody(body *schema.Node) *schema.Node {
	body.Delete(l.kind.GeneratedSecret) // whoever delivers it reads it by itself
	if l.shapeErr == nil && l.kind.Flatten != nil {
		l.kind.Flatten(body)
	}
	for _, m := range l.addedMembers {
		body.Set(m.Name, m.Value)
	}
	markSensitiveResponse(l.kind.Fields, body, body)
	l.parsedBody = weak.Make(body)
	return body
}

// addMember notes what the answer leaves out.
func (l *Live) addMember(name string, value *schema.Node) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.addedMembers = append(l.addedMembers, schema.Member{Name: name, Value: value})
	l.parsedBody = weak.Pointer[schema.Node]{} // it may be in use
}

// setParent notes the parent that an answer leaves out because it is in the path of
// the request.
func (l *Live) setParent(p parentLocation) {
	if p.parentID != "" && strings.Contains(l.kind.List.Path, "{"+p.parentField+"}") && l.Body().Get(p.parentField) == nil {
		l.addMember(p.parentField, schema.String(p.parentID))
		l.setIdentity(l.Body())
	}
}

// Name is what the object is identified by, in the spelling in which names are
// compared.
func (l *Live) Name() string { return l.name }

// ParentID is the id of what the object lives in, "" for the Organization itself.
func (l *Live) ParentID() string { return l.parentID }

// State says how far the API is with the object, and why.
func (l *Live) State(k *Kind) (State, string) {
	if k.StateOf == nil {
		return StateReady, ""
	}
	return k.StateOf(l.Body())
}

// UIPath returns the path of the object's page in the Astro UI, "" if unknown.
func (l *Live) UIPath(k *Kind) string {
	page := k.UIPath
	for {
		open, rest, ok := strings.Cut(page, "{")
		if !ok {
			return page
		}
		field, after, _ := strings.Cut(rest, "}")
		value := l.Body().Get(field).ScalarText()
		if value == "" {
			return ""
		}
		page = open + url.PathEscape(value) + after
	}
}

// MaskSecrets masks the values of secret fields in an answer, nil for none.
func (s Source) MaskSecrets(live *Live) {
	if live == nil || s.Mask == nil {
		return
	}
	for _, secret := range live.secretValues {
		s.Mask(secret)
	}
}

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
