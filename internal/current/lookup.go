package current

import (
	"cmp"
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

// Lookup finds live resources by kind, parent and name, or by id. It lists a kind in a parent,
// and reads an id, only if a caller needs it, and only once. It makes calls concurrently. Several
// goroutines can use it for kinds and parents that are already listed.
type Lookup struct {
	Source
	indexes map[*kind.Kind]*liveIndex
}

// liveIndex holds the listed resources of one kind. Lock mu while calls run.
type liveIndex struct {
	mu    sync.Mutex
	byID  map[string]*Live     // a resource can be in several lists
	lists map[string]*liveList // by parent id, "" for the Organization
}

// liveList holds the resources in one parent.
type liveList struct {
	resources []*Live
	byName    map[string][]*Live
	isListed  bool  // otherwise some of its resources were in other lists
	err       error // why the list call failed
}

func (s Source) newLookup() *Lookup {
	s.API = &cachedAPI{API: s.API}
	return &Lookup{Source: s, indexes: map[*kind.Kind]*liveIndex{}}
}

func (l *Lookup) index(k *kind.Kind) *liveIndex {
	if l.indexes[k] == nil {
		l.indexes[k] = &liveIndex{byID: map[string]*Live{}, lists: map[string]*liveList{}}
	}
	return l.indexes[k]
}

func (x *liveIndex) in(parentID string) *liveList {
	if x.lists[parentID] == nil {
		x.lists[parentID] = &liveList{byName: map[string][]*Live{}}
	}
	return x.lists[parentID]
}

func (x *liveIndex) add(live *Live) {
	if x.byID[live.ID] != nil {
		return // pages that shift during the read repeat items
	}
	x.byID[live.ID] = live
	list := x.in(live.ParentID())
	list.resources = append(list.resources, live)
	list.byName[live.Name()] = append(list.byName[live.Name()], live)
}

// names returns the names of the resources, for suggestions.
func (l *liveList) names() []string { return slices.Sorted(maps.Keys(l.byName)) }

// lookupErr returns why the list doesn't prove that a resource is missing, nil if it does.
func (l *liveList) lookupErr() error {
	if l.err == nil {
		return nil
	}
	return fmt.Errorf("lookup by name: %w", l.err)
}

// maxParentsPerList limits the number of Workspaces in one list call, because the length of a URL is limited.
const maxParentsPerList = 50

// list lists kinds in parallel, each in those parents in which it wasn't listed before.
func (l *Lookup) list(ctx context.Context, wanted map[*kind.Kind][]desired.Parent) {
	var all sync.WaitGroup
	for k, parents := range wanted {
		x := l.index(k)
		parents = slices.DeleteFunc(parents, func(p desired.Parent) bool { return x.in(p.ID).isListed })
		slices.SortFunc(parents, func(a, b desired.Parent) int {
			return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.ID, b.ID))
		})
		parents, size := slices.Compact(parents), 1
		if n := len(parents); n > 0 && k.List.CanFilter(parents[n-1].Field) {
			size = maxParentsPerList
		}
		for batch := range slices.Chunk(parents, size) {
			all.Go(func() { l.listBatch(ctx, k, x, batch) })
		}
	}
	all.Wait()
}

// listBatch lists a kind with one call, in the given parents if it has parents; nil lists all
// parents. If the API refuses the call for several parents, it lists each parent separately: one
// that is refused must not hide the others.
func (l *Lookup) listBatch(ctx context.Context, k *kind.Kind, x *liveIndex, parents []desired.Parent) {
	found, err := l.listLive(ctx, k, parents)
	if len(parents) > 1 && astro.AsError(err).IsRefused() {
		for single := range slices.Chunk(parents, 1) {
			l.listBatch(ctx, k, x, single)
		}
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, live := range found {
		x.add(live)
	}
	if parents == nil {
		parents = []desired.Parent{{}}
	}
	for _, p := range parents {
		x.in(p.ID).isListed, x.in(p.ID).err = true, err
	}
}

func (s Source) listLive(
	ctx context.Context, k *kind.Kind, parents []desired.Parent, names ...*schema.Node,
) ([]*Live, error) {
	params := map[string]string{"organizationId": s.OrganizationID}
	call := astro.Call{Method: "GET", Path: k.List.Path, Params: params, Query: url.Values{}}
	for _, name := range names {
		call.Query.Add(k.Identity[0]+"s", name.Text)
	}
	for _, p := range parents {
		if k.List.Params != nil {
			maps.Copy(call.Query, k.List.Params(p.ID))
		}
		switch {
		case p.ID == "":
		case k.List.CanFilter(p.Field):
			call.Query.Add(p.Field+"s", p.ID)
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

// matches returns the listed resources with the identity of o.
func (l *Lookup) matches(o *desired.Resource) ([]*Live, error) {
	list := l.index(o.Kind).in(o.ParentID())
	return list.byName[o.NormalizedName()], list.lookupErr()
}

func joinIDs(found []*Live) string {
	out := make([]string, len(found))
	for i, l := range found {
		out[i] = l.ID
	}
	return strings.Join(out, ", ")
}

var _ API = (*astro.Client)(nil)
