package resource

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"weak"

	"astro-apply/internal/schema"
)

// Live is an object as the API describes it. Of thousands, only the answers are
// kept, and taken apart when one is looked at: a tree is ten times as large.
type Live struct {
	ID        string
	Full      bool              // read by id, not from a list
	Keys      map[string]string // the keys by which items of its Detail are removed
	Inherited []string          // the inherited values in the answer, in words
	kind      *Kind
	odd       error  // what is wrong with its shape
	name      string // by which it is identified
	in        string // the id of what it lives in

	secrets []string // values of secret fields in the answer

	mu     sync.Mutex // guards what follows
	answer []byte     // JSON
	added  []schema.Member
	tree   weak.Pointer[schema.Node]
}

// NewLive reads an API answer about one object. With an error about its shape
// only, it still returns the object.
func NewLive(k *Kind, data []byte) (*Live, error) {
	live, err := read(k, data)
	if err != nil {
		return nil, err
	}
	return live, live.odd
}

// read is NewLive for one of many, where an object of a wrong shape must not
// hide the others.
func read(k *Kind, data []byte) (*Live, error) {
	live := &Live{kind: k, answer: data}
	body, err := schema.ParseJSON(data)
	if err != nil {
		return nil, fmt.Errorf("answer about a %s: %w", k.Name, err)
	}
	live.odd = schema.CheckResponse(k.Fields, body)
	// Canonical drops some secrets, and the table misses some before it.
	live.secrets = concealAnswer(k.Fields, body, body)
	if value := body.Get(k.Issued); value != nil {
		live.secrets = append(live.secrets, value.SensitiveTexts()...)
	}
	live.note(live.keep(body))
	live.secrets = append(live.secrets, concealAnswer(k.Fields, body, body)...)
	id := body.Get("id")
	if id == nil || id.Form != schema.Text || id.Text == "" {
		return nil, fmt.Errorf("answer about a %s has no id", k.Name)
	}
	live.ID = strings.Clone(id.Text)
	if live.odd != nil {
		live.odd = fmt.Errorf("answer about %s %s: %w", k.Name, id.Text, live.odd)
	}
	return live, nil
}

// Body is the object as a tree, in the manifest's words.
func (l *Live) Body() *schema.Node {
	l.mu.Lock()
	defer l.mu.Unlock()
	if body := l.tree.Value(); body != nil {
		return body
	}
	body, err := schema.ParseJSON(l.answer)
	if err != nil { // it was read before
		body = &schema.Node{Form: schema.Map}
	}
	return l.keep(body)
}

// note keeps what is asked for often.
func (l *Live) note(body *schema.Node) {
	parts := make([]string, len(l.kind.Identity))
	for i, name := range l.kind.Identity {
		if f := l.kind.field(name); f.CurrentValue(body, body) != nil {
			parts[i] = f.Type.NormalizedText(f.CurrentValue(body, body))
		}
	}
	l.name, l.in = strings.Clone(strings.Join(parts, "/")), ""
	for _, name := range l.kind.Parents {
		if id := body.Get(name).ScalarText(); id != "" {
			l.in = strings.Clone(id)
			return
		}
	}
}

// keep makes a tree of an answer the object's.
func (l *Live) keep(body *schema.Node) *schema.Node {
	body.Delete(l.kind.Issued) // whoever delivers it reads it by itself
	if l.odd == nil && l.kind.Canonical != nil {
		l.kind.Canonical(body)
	}
	for _, m := range l.added {
		body.Set(m.Name, m.Value)
	}
	concealAnswer(l.kind.Fields, body, body)
	l.tree = weak.Make(body)
	return body
}

// add notes what the answer leaves out.
func (l *Live) add(name string, value *schema.Node) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.added = append(l.added, schema.Member{Name: name, Value: value})
	l.tree = weak.Pointer[schema.Node]{} // it may be in use
}

// settleIn notes the parent that an answer leaves out because it is in the path of
// the request.
func (l *Live) settleIn(p place) {
	if p.id != "" && strings.Contains(l.kind.List.Path, "{"+p.field+"}") && l.Body().Get(p.field) == nil {
		l.add(p.field, schema.String(p.id))
		l.note(l.Body())
	}
}

// Name is what the object is identified by, in the spelling in which names are
// compared.
func (l *Live) Name() string { return l.name }

// ParentID is the id of what the object lives in, "" for the Organization itself.
func (l *Live) ParentID() string { return l.in }

// State says how far the API is with the object, and why.
func (l *Live) State(k *Kind) (State, string) {
	if k.Ready == nil {
		return Ready, ""
	}
	return k.Ready(l.Body())
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
	for _, secret := range live.secrets {
		s.Mask(secret)
	}
}
