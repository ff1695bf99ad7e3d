package current

import (
	"context"
	"fmt"
	"slices"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
)

// WrongResourceError is the error for a response about another resource than the requested
// one.
type WrongResourceError struct {
	Request            kind.Endpoint
	Expected, Returned string // both identities
}

func (w *WrongResourceError) Error() string {
	return fmt.Sprintf("%s %s: Astro returned %s, not %s", w.Request.Method, w.Request.Path, w.Returned, w.Expected)
}

// UnverifiedCreateError is the error of a create that Astro carried out, or may have
// carried out, but whose response doesn't prove which resource it created. Callers must
// not send such a create again.
type UnverifiedCreateError struct{ Err error }

func (u *UnverifiedCreateError) Error() string { return u.Err.Error() }

// Unwrap returns Err.
func (u *UnverifiedCreateError) Unwrap() error { return u.Err }

// checkReadResponse returns an error if the response to a GET by id has another id. A
// resource that the manifest identifies by name must also still have that name and parent.
func (l *Live) checkReadResponse(o *desired.Resource, id string) error {
	if err := l.CheckID(o.Kind.Get, id); err != nil {
		return err
	}
	if o.ID == "" && !o.Kind.Singleton && o.HasIdentity() && !l.hasIdentityOf(o) {
		return &WrongResourceError{Request: o.Kind.Get, Expected: o.IdentityText(), Returned: l.identityText()}
	}
	return nil
}

// CheckID returns an error if the response to a request with an id has another id.
func (l *Live) CheckID(request kind.Endpoint, id string) error {
	if l.ID == id {
		return nil
	}
	return &WrongResourceError{Request: request, Expected: l.kind.Title + " " + id, Returned: l.identityText()}
}

// hasIdentityOf reports whether a live resource has the normalized identity and the parent
// of o.
func (l *Live) hasIdentityOf(o *desired.Resource) bool {
	return l.Name() == o.NormalizedName() && l.ParentID() == o.ParentID()
}

// hasIdentityFields reports whether a response contains every identity field and the
// parent of o.
func (l *Live) hasIdentityFields(o *desired.Resource) bool {
	body := l.Body()
	return (l.ParentID() != "" || o.ParentID() == "") && !slices.ContainsFunc(o.Kind.Identity, func(name string) bool {
		return o.Kind.FieldByName(name).CurrentValue(body, body) == nil
	})
}

// identityText describes a live resource in messages: kind, name, parent and id.
func (l *Live) identityText() string {
	text := l.kind.Title
	if l.Name() != "" {
		text += fmt.Sprintf(" %q", l.Name())
	}
	body := l.Body()
	for _, name := range l.kind.ParentFields {
		if id := body.Get(name).ScalarText(); id != "" {
			text += " in " + kind.ByName(l.kind.FieldByName(name).Ref.Kind).Title + " " + id
			break
		}
	}
	return text + ", id " + l.ID
}

// VerifyCreated parses the response to the create of o and checks that it is about o.
// existed reports whether an id was in use before. It reads an incomplete response again
// by id: a parent that only the request path contains proves nothing. If the response
// doesn't prove that it is about o, the error is an UnverifiedCreateError.
func (s Source) VerifyCreated(ctx context.Context, o *desired.Resource, answer []byte, existed func(id string) bool) (*Live, error) {
	live, err := parseLive(o.Kind, answer)
	if err != nil {
		return nil, err
	}
	s.MaskSecrets(live)
	wrong := func(note string) error {
		return &UnverifiedCreateError{&WrongResourceError{Request: o.Kind.Create, Expected: o.IdentityText(), Returned: live.identityText() + note}}
	}
	switch complete := live.shapeErr == nil && live.hasIdentityFields(o); {
	case existed(live.ID):
		return nil, wrong(", which existed before")
	case complete && !live.hasIdentityOf(o), !complete && o.Kind.Get.Path == "":
		return nil, wrong("")
	case !complete:
		if live, err = s.GetResource(ctx, o, live.ID); err != nil {
			return nil, &UnverifiedCreateError{err}
		}
	}
	return live, nil
}
