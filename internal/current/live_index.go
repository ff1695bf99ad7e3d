package current

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"astro-apply/internal/astro"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// liveIndex holds the live resources of one kind by parent and name. Lock mu to access the
// maps concurrently.
type liveIndex struct {
	mu            sync.Mutex
	byName        map[string][]*Live
	byFoldedName  map[string][]*Live // by parent and folded name
	seenIDs       map[string]bool    // a resource can be in several lists
	countByParent map[string]int     // by parent id, "" for the Organization
	listedParents map[string]bool    // by parent id
	listErrs      map[string]error   // by parent id
}

func newLiveIndex() *liveIndex {
	return &liveIndex{byName: map[string][]*Live{}, byFoldedName: map[string][]*Live{}, countByParent: map[string]int{}, seenIDs: map[string]bool{}, listedParents: map[string]bool{}, listErrs: map[string]error{}}
}

func indexKey(parentID, name string) string { return parentID + "\x00" + name }

// loadLists lists the kind, in the given parents if it has parents. If the API refuses the
// call for several parents, it lists each parent separately: one that is refused must not
// hide the others.
func (x *liveIndex) loadLists(ctx context.Context, s Source, k *kind.Kind, parents []desired.Parent) {
	found, err := s.listLive(ctx, k, parents)
	if len(parents) > 1 && astro.AsError(err).IsRefused() {
		for single := range slices.Chunk(parents, 1) {
			x.loadLists(ctx, s, k, single)
		}
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, live := range found {
		if !x.seenIDs[live.ID] { // pages that shift during the read repeat items
			x.seenIDs[live.ID] = true
			key := indexKey(live.ParentID(), live.Name())
			x.byName[key] = append(x.byName[key], live)
			x.countByParent[live.ParentID()]++
			folded := indexKey(live.ParentID(), schema.FoldName(live.Name()))
			x.byFoldedName[folded] = append(x.byFoldedName[folded], live)
		}
	}
	for _, p := range parents {
		x.listedParents[p.ID] = true
		if err != nil {
			x.listErrs[p.ID] = fmt.Errorf("lookup by name: %w", err)
		}
	}
}

func (s Source) listLive(ctx context.Context, k *kind.Kind, parents []desired.Parent, names ...*schema.Node) ([]*Live, error) {
	call := astro.Call{Method: "GET", Path: k.List.Path, Params: map[string]string{"organizationId": s.OrganizationID}, Query: url.Values{}}
	maps.Copy(call.Query, k.List.Params)
	for _, name := range names {
		call.Query.Add(k.List.NameParam, name.Text)
	}
	for _, p := range parents {
		switch {
		case p.ID == "":
			maps.Copy(call.Query, k.List.OrganizationParams)
		case k.List.ParentsParam != "":
			call.Query.Add(k.List.ParentsParam, p.ID)
		case strings.Contains(k.List.Path, "{"+p.Field+"}"):
			call.Params[p.Field] = p.ID
		default:
			call.Query.Set(p.Field, p.ID)
		}
	}
	answer, err := s.API.List(ctx, call, k.List.Member)
	if err != nil {
		return nil, err
	}
	out := make([]*Live, 0, len(answer))
	for _, data := range answer {
		live, err := parseLive(k, data)
		if err != nil {
			return nil, err
		}
		s.MaskSecrets(live)
		for _, p := range parents {
			live.setParent(p)
		}
		out = append(out, live)
	}
	return out, nil
}

func (x *liveIndex) listErr(parentID string) error { return x.listErrs[parentID] }

func (x *liveIndex) findByName(k *kind.Kind, parentID, name string) []*Live {
	if k.ParentFields == nil {
		parentID = ""
	}
	return x.byName[indexKey(parentID, name)]
}

// namesIn returns the names of the live resources in a parent, for suggestions.
func (x *liveIndex) namesIn(parentID string) []string {
	var out []string
	for key := range x.byName {
		if name, ok := strings.CutPrefix(key, indexKey(parentID, "")); ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func joinIDs(found []*Live) string {
	out := make([]string, len(found))
	for i, l := range found {
		out[i] = l.ID
	}
	return strings.Join(out, ", ")
}

var _ API = (*astro.Client)(nil)
