package resource

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"astro-apply/internal/astro"
	"astro-apply/internal/schema"
)

// place is a parent in which objects are listed: its id, and the field that
// holds it. The zero place is the Organization.
type place struct{ field, id string }

// index holds the live objects of one kind by parent and name. The maps are
// safe for concurrent use once mu is held.
type index struct {
	mu     sync.Mutex
	live   map[string][]*Live
	folded map[string][]*Live // by parent and folded name
	seen   map[string]bool    // by id: an object may be in several lists
	count  map[string]int     // by parent id, "" for the Organization
	listed map[string]bool    // the same
	failed map[string]error   // the same
}

func newIndex() *index {
	return &index{live: map[string][]*Live{}, folded: map[string][]*Live{}, count: map[string]int{}, seen: map[string]bool{}, listed: map[string]bool{}, failed: map[string]error{}}
}

func identity(parentID, name string) string { return parentID + "\x00" + name }

// fill lists the kind, in the places only when it lives in some. One that the
// API refuses must not hide what is in the others, so each is then listed alone.
func (x *index) fill(ctx context.Context, s Source, k *Kind, places []place) {
	found, err := s.list(ctx, k, places)
	if len(places) > 1 && astro.IsRefused(err) {
		for alone := range slices.Chunk(places, 1) {
			x.fill(ctx, s, k, alone)
		}
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, live := range found {
		if !x.seen[live.ID] { // a page that shifted while it was read repeats some
			x.seen[live.ID] = true
			key := identity(live.ParentID(), live.Name())
			x.live[key] = append(x.live[key], live)
			x.count[live.ParentID()]++
			folded := identity(live.ParentID(), schema.FoldName(live.Name()))
			x.folded[folded] = append(x.folded[folded], live)
		}
	}
	for _, p := range places {
		x.listed[p.id] = true
		if err != nil {
			x.failed[p.id] = fmt.Errorf("look-up by name: %w", err)
		}
	}
}

func (s Source) list(ctx context.Context, k *Kind, places []place, names ...*schema.Node) ([]*Live, error) {
	call := astro.Call{Method: "GET", Path: k.List.Path, Params: map[string]string{"organizationId": s.OrganizationID}, Query: url.Values{}}
	maps.Copy(call.Query, k.List.Always)
	for _, name := range names {
		call.Query.Add(k.List.Names, name.Text)
	}
	for _, p := range places {
		switch {
		case p.id == "":
			maps.Copy(call.Query, k.List.Rootly)
		case k.List.Parents != "":
			call.Query.Add(k.List.Parents, p.id)
		case strings.Contains(k.List.Path, "{"+p.field+"}"):
			call.Params[p.field] = p.id
		default:
			call.Query.Set(p.field, p.id)
		}
	}
	answer, err := s.API.List(ctx, call, k.List.Member)
	if err != nil {
		return nil, err
	}
	out := make([]*Live, 0, len(answer))
	for _, data := range answer {
		live, err := read(k, data)
		if err != nil {
			return nil, err
		}
		s.MaskSecrets(live)
		for _, p := range places {
			live.settleIn(p)
		}
		out = append(out, live)
	}
	return out, nil
}

func (x *index) failure(parentID string) error { return x.failed[parentID] }

func (x *index) find(k *Kind, parentID, name string) []*Live {
	if k.Parents == nil {
		parentID = ""
	}
	return x.live[identity(parentID, name)]
}

// names lists what is live in a place, for suggestions.
func (x *index) names(parentID string) []string {
	var out []string
	for key := range x.live {
		if name, ok := strings.CutPrefix(key, identity(parentID, "")); ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func ids(found []*Live) string {
	out := make([]string, len(found))
	for i, l := range found {
		out[i] = l.ID
	}
	return strings.Join(out, ", ")
}

var _ API = (*astro.Client)(nil)
