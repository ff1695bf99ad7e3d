package resource

import (
	"context"
	"fmt"
	"slices"
)

// WrongResource is the error of an answer that describes another resource than
// the one that the request was about.
type WrongResource struct {
	Request       Call
	Wanted, Found string // both identities
}

func (w *WrongResource) Error() string {
	return fmt.Sprintf("%s %s: Astro returned %s, not %s", w.Request.Method, w.Request.Path, w.Found, w.Wanted)
}

// Unverified is the error of a create that Astro carried out or may have carried
// out, and whose answer doesn't prove which resource it created. Such a create
// must not be sent again.
type Unverified struct{ Err error }

func (u *Unverified) Error() string { return u.Err.Error() }

// Unwrap returns Err.
func (u *Unverified) Unwrap() error { return u.Err }

// checkRead reports an answer to a GET by id that has another id. A resource that
// the manifest identifies by name must still have that name, and be in the same
// place.
func (l *Live) checkRead(o *Object, id string) error {
	if err := l.CheckID(o.Kind.Get, id); err != nil {
		return err
	}
	if o.ID == "" && !o.Kind.Single && o.named() && !l.is(o) {
		return &WrongResource{Request: o.Kind.Get, Wanted: o.describe(), Found: l.describe()}
	}
	return nil
}

// CheckID reports an answer to a request about one id that has another one.
func (l *Live) CheckID(request Call, id string) error {
	if l.ID == id {
		return nil
	}
	return &WrongResource{Request: request, Wanted: l.kind.Name + " " + id, Found: l.describe()}
}

// is reports whether a live resource has the declared identity, in canonical
// form, and is in the declared place.
func (l *Live) is(o *Object) bool { return l.Name() == o.Key() && l.ParentID() == o.ParentID() }

// identified reports whether an answer has every field of the identity and the
// place of o.
func (l *Live) identified(o *Object) bool {
	body := l.Body()
	return (l.ParentID() != "" || o.ParentID() == "") && !slices.ContainsFunc(o.Kind.Identity, func(name string) bool {
		return o.Kind.field(name).CurrentValue(body, body) == nil
	})
}

// describe names a live resource, its id and its place in messages.
func (l *Live) describe() string {
	text := l.kind.Name
	if l.Name() != "" {
		text += fmt.Sprintf(" %q", l.Name())
	}
	body := l.Body()
	for _, name := range l.kind.Parents {
		if id := body.Get(name).ScalarText(); id != "" {
			text += " in " + l.kind.field(name).Ref.Kind + " " + id
			break
		}
	}
	return text + ", id " + l.ID
}

func (o *Object) describe() string {
	if p := o.parent(); p != nil {
		return o.String() + " in " + p.Kind.Name + " " + p.ID
	}
	return o.String()
}

// Created reads the answer to the create of o. existed reports whether an id was
// in use before. Where the answer is incomplete, the resource is read by its id: a
// parent that is only in the path of the request proves nothing. The error is an *Unverified where the answer is not proven to be about o.
func (s Source) Created(ctx context.Context, o *Object, answer []byte, existed func(id string) bool) (*Live, error) {
	live, err := read(o.Kind, answer)
	if err != nil {
		return nil, err
	}
	s.MaskSecrets(live)
	wrong := &WrongResource{Request: o.Kind.Create, Wanted: o.describe(), Found: live.describe()}
	switch complete := live.odd == nil && live.identified(o); {
	case existed(live.ID):
		wrong.Found += ", which existed before"
		return nil, &Unverified{wrong}
	case complete && !live.is(o), !complete && o.Kind.Get.Path == "":
		return nil, &Unverified{wrong}
	case !complete:
		if live, err = s.Get(ctx, o, live.ID); err != nil {
			return nil, &Unverified{err}
		}
	}
	return live, nil
}
