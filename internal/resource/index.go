package resource

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"astro-apply/internal/astro"
)

// index holds the live objects of one kind by Workspace and name.
type index struct {
	live   map[string][]*Live
	listed map[string]bool  // by Workspace, "" for kinds that live in none
	failed map[string]error // the same
}

func identity(parentID, name string) string { return parentID + "\x00" + name }

// fill lists the kind, in the Workspaces of places only when there are some. One
// that the API refuses must not hide what is in the others, so each is then
// listed alone.
func (x *index) fill(ctx context.Context, s Source, k *Kind, places []string) {
	if x.live == nil {
		x.live, x.listed, x.failed = map[string][]*Live{}, map[string]bool{}, map[string]error{}
	}
	err := x.read(ctx, s, k, places)
	if len(places) > 1 && astro.Refused(err) {
		for place := range slices.Chunk(places, 1) {
			x.fill(ctx, s, k, place)
		}
		return
	}
	if len(places) == 0 {
		places = []string{""}
	}
	for _, p := range places {
		x.listed[p] = true
		if err != nil {
			x.failed[p] = fmt.Errorf("look-up by name: %w", err)
		}
	}
}

func (x *index) read(ctx context.Context, s Source, k *Kind, places []string) error {
	call := s.Call(Call{"GET", k.List.Path}, "", nil)
	call.Query = query(k, places)
	answer, err := s.API.List(ctx, call, k.List.Member)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, data := range answer {
		live, err := read(k, data)
		if err != nil {
			return err
		}
		if seen[live.ID] { // a page that shifted while it was read
			continue
		}
		seen[live.ID] = true
		parent := ""
		if k.Parent != "" {
			parent = live.Body.Get(k.Parent).Value()
		}
		key := identity(parent, k.name(live))
		x.live[key] = append(x.live[key], live)
	}
	return nil
}

func (x *index) failure(parentID string) error { return x.failed[parentID] }

func (x *index) find(k *Kind, parentID, name string) []*Live {
	if k.Parent == "" {
		parentID = ""
	}
	return x.live[identity(parentID, name)]
}

func (k *Kind) name(live *Live) string {
	parts := make([]string, len(k.Identity))
	for i, field := range k.Identity {
		parts[i] = live.Body.Get(field).Value()
	}
	return strings.Join(parts, "/")
}

func ids(found []*Live) string {
	out := make([]string, len(found))
	for i, l := range found {
		out[i] = l.ID
	}
	return strings.Join(out, ", ")
}

// Find looks an object up by its identity, over all pages: the way to learn
// what became of a create whose answer was lost. It returns nil when there is
// none, and an error when there are several.
func (s Source) Find(ctx context.Context, o *Object, parentID string) (*Live, error) {
	x := &index{}
	var places []string
	if parentID != "" {
		places = []string{parentID}
	}
	x.fill(ctx, s, o.Kind, places)
	if err := x.failure(parentID); err != nil {
		return nil, err
	}
	found := x.find(o.Kind, parentID, o.Name())
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("%s exists more than once: ids %s", o, ids(found))
}

func query(k *Kind, places []string) url.Values {
	if len(places) == 0 {
		return nil
	}
	return url.Values{k.List.Parents: places}
}

var _ API = (*astro.Client)(nil)
