package current

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"weak"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// Live is a resource as the API returned it. It stores the response and parses it on
// access: a tree needs about ten times the memory, and there can be thousands of
// resources.
type Live struct {
	ID             string
	Complete       bool              // read by id, not from a list
	ItemKeys       map[string]string // item of a sub-list → the key to remove it by
	InheritedNotes []string          // inherited values in the response, for people
	kind           *kind.Kind
	shapeErr       error  // why the response doesn't have the expected types
	name           string // identity fields, normalized
	parentID       string // "" for the Organization itself

	secretValues []string // values of secret fields in the response

	mu           sync.Mutex // guards the fields below
	responseBody []byte     // JSON
	addedMembers []schema.Member
	parsedBody   weak.Pointer[schema.Node]
}

// supportHint is the remedy for a response that Astro should never send.
const supportHint = "run again, and contact Astronomer support if the problem persists"

// NewLive parses an API response about one resource. If only the types of its fields are
// wrong, it returns the resource together with the error.
func NewLive(k *kind.Kind, data []byte) (*Live, error) {
	live, err := parseLive(k, data)
	if err != nil {
		return nil, err
	}
	return live, live.shapeErr
}

// parseLive is NewLive for items of a list: it keeps a wrong type in shapeErr, because one
// wrong item must not hide the others.
func parseLive(k *kind.Kind, data []byte) (*Live, error) {
	live := &Live{kind: k, responseBody: data}
	body, err := schema.ParseJSON(data)
	if err != nil {
		return nil, fmt.Errorf("invalid response about %s: %w; "+supportHint, k.TitleWithArticle(), err)
	}
	live.shapeErr = schema.CheckResponse(k.Fields, body)
	// Mark secrets before and after Flatten, which prepareBody calls: it removes some of
	// them, and the field table finds others only in its result.
	live.secretValues = markSensitiveResponse(k.Fields, body, body)
	if value := body.Get(k.GeneratedSecret); value != nil {
		live.secretValues = append(live.secretValues, value.SensitiveTexts()...)
	}
	live.setIdentity(live.prepareBody(body))
	live.secretValues = append(live.secretValues, markSensitiveResponse(k.Fields, body, body)...)
	id := body.Get("id")
	if id == nil || id.Form != schema.Text || id.Text == "" {
		return nil, fmt.Errorf("invalid response about %s: it has no id; "+supportHint, k.TitleWithArticle())
	}
	live.ID = strings.Clone(id.Text)
	if live.shapeErr != nil {
		live.shapeErr = fmt.Errorf("invalid response about %s %s: %w; "+supportHint, k.Title, id.Text, live.shapeErr)
	}
	return live, nil
}

// Body returns the resource as a tree, with the field names of the manifest; nil for nil.
func (l *Live) Body() *schema.Node {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if body := l.parsedBody.Value(); body != nil {
		return body
	}
	body, err := schema.ParseJSON(l.responseBody)
	if err != nil { // impossible: parseLive already parsed it
		body = &schema.Node{Form: schema.Map}
	}
	return l.prepareBody(body)
}

// lacksField reports whether a list that no resource has empty is missing, as the permissions are in a list of
// roles.
func (l *Live) lacksField() bool {
	return slices.ContainsFunc(l.kind.Fields, func(f schema.Field) bool {
		isNeverEmpty := f.Type.ItemCount != nil && f.Type.ItemCount.Min > 0 && f.Has(schema.RequiredCreate)
		return isNeverEmpty && f.CurrentValue(l.Body(), l.Body()) == nil
	})
}

// setIdentity stores the name and the parent's id, which are needed often.
func (l *Live) setIdentity(body *schema.Node) {
	parts := make([]string, len(l.kind.Identity))
	for i, name := range l.kind.Identity {
		if f := l.kind.FieldByName(name); f.CurrentValue(body, body) != nil {
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

// prepareBody turns a parsed response into the resource's tree: with the manifest's field
// names, without GeneratedSecret, and with secrets marked.
func (l *Live) prepareBody(body *schema.Node) *schema.Node {
	body.Delete(l.kind.GeneratedSecret) // the code that saves it reads the response
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

// addMember adds or replaces a member that the response lacks or that must have another
// value.
func (l *Live) addMember(name string, value *schema.Node) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.addedMembers = append(l.addedMembers, schema.Member{Name: name, Value: value})
	l.parsedBody = weak.Pointer[schema.Node]{} // Body parses again, because other goroutines may use this tree
}

// setParent adds the parent's id if the response omits it because the request path
// contains it.
func (l *Live) setParent(p desired.Parent) {
	if p.ID != "" && strings.Contains(l.kind.List.Path, "{"+p.Field+"}") && l.Body().Get(p.Field) == nil {
		l.addMember(p.Field, schema.String(p.ID))
		l.setIdentity(l.Body())
	}
}

// Name returns the identity of the resource, normalized for comparison; "" for nil.
func (l *Live) Name() string {
	if l == nil {
		return ""
	}
	return l.name
}

// ParentID returns the id of the parent, "" for the Organization itself and for nil.
func (l *Live) ParentID() string {
	if l == nil {
		return ""
	}
	return l.parentID
}

// Readiness returns how far the API is with the resource.
func (l *Live) Readiness() kind.Readiness {
	if l.kind.ReadinessOf == nil {
		return kind.Readiness{}
	}
	return l.kind.ReadinessOf(l.Body())
}

var placeholderRegexp = regexp.MustCompile(`\{\w+\}`)

// UIPath returns the path of the resource's page in the Astro UI, "" if unknown.
func (l *Live) UIPath() string {
	body, isComplete := l.Body(), true
	page := placeholderRegexp.ReplaceAllStringFunc(l.kind.UIPath, func(placeholder string) string {
		value := body.Get(strings.Trim(placeholder, "{}")).ScalarText()
		isComplete = isComplete && value != ""
		return url.PathEscape(value)
	})
	if !isComplete {
		return ""
	}
	return page
}

// MaskSecrets masks the secret values in a response. live can be nil.
func (s Source) MaskSecrets(live *Live) {
	if live == nil || s.Mask == nil {
		return
	}
	for _, secret := range live.secretValues {
		s.Mask(secret)
	}
}

// LastModified returns who last changed the resource, as the API names them, and when.
// Both are zero if the API doesn't return them.
func (l *Live) LastModified() (by string, at time.Time) { return kind.LastModified(l.Body()) }
