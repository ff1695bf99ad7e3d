package resource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"astro-apply/internal/astro"
	"astro-apply/internal/schema"
)

func (v *Survey) wants(k *Kind) bool {
	return k.Makes == "" && (v.scope.Kinds == nil || v.scope.Kinds(k))
}

// needs reports whether k is wanted, or something that is refers to it.
func (v *Survey) needs(k *Kind) bool {
	return slices.ContainsFunc(v.catalog, func(from *Kind) bool {
		return v.wants(from) && (from == k || v.refer(from.Fields, k))
	}) || v.scope.Workspaces != nil && k == v.Home
}

func (v *Survey) refer(fields []schema.Field, k *Kind) bool {
	return slices.ContainsFunc(fields, func(f schema.Field) bool {
		to := f.Ref != nil && !f.Ref.ByName && (f.Ref.Kind == k.Name || v.catalog.home(v.catalog.Kind(f.Ref.Kind)) == k)
		return to || v.refer(f.Type.Fields, k) || f.Type.Elem != nil && v.refer(f.Type.Elem.Fields, k)
	})
}

// scan lists a kind, everywhere at once where the API does that.
func (v *Survey) scan(ctx context.Context, s Source, k *Kind) (found []*Live, errs []error) {
	var (
		all  sync.WaitGroup
		mu   sync.Mutex
		seen = map[string]bool{}
	)
	note := func(more []*Live, err error) {
		mu.Lock()
		defer mu.Unlock()
		errs = append(errs, err)
		for _, live := range more {
			if !seen[live.ID] { // a page that shifted while it was read repeats some
				seen[live.ID] = true
				found = append(found, live)
			}
		}
	}
	if k.Parents == nil || k.List.Flat && v.scope.Workspaces == nil && !s.Reach.narrow() {
		note(s.list(ctx, k, nil))
	} else {
		for _, field := range k.Parents {
			for places := range slices.Chunk(v.places(k, field), k.List.most()) {
				all.Go(func() { note(s.list(ctx, k, places)) })
			}
		}
	}
	all.Wait()
	for _, id := range s.Reach.of(k) { // which no list need tell to a narrow token
		if seen[id] {
			continue
		}
		switch live, err := s.Get(ctx, stand(k, id, nil), id); {
		case err == nil:
			note([]*Live{live}, nil)
		case !astro.IsRefused(err): // a Deployment's token need not see the Workspace
			note(nil, err)
		}
	}
	return found, errs
}

// places are what objects of k may live in, by one of the fields that say so.
func (v *Survey) places(k *Kind, field string) (out []place) {
	home := v.catalog.Kind(k.field(field).Ref.Kind)
	for _, live := range v.Named[home] {
		if v.within(home, live) && (k.Hosts == nil || k.Hosts(live.Body())) {
			out = append(out, place{field, live.ID})
		}
	}
	return out
}

// choose finds the Workspaces of the scope.
func (v *Survey) choose(k *Kind) error {
	var errs []error
	for _, word := range v.scope.Workspaces {
		var ids, names []string
		name := schema.NormalizeName(word)
		for _, live := range v.Named[k] {
			names = append(names, live.Name())
			if live.ID == word || live.Name() == name {
				ids = append(ids, live.ID)
			}
		}
		switch len(ids) {
		case 0:
			errs = append(errs, fmt.Errorf("there is no Workspace %q that the token can see%s", word, schema.Suggest(word, names)))
		case 1:
			v.chosen[ids[0]] = true
		default:
			errs = append(errs, fmt.Errorf("there are %d Workspaces called %q, with the ids %v; give one by its id", len(ids), word, ids))
		}
	}
	return errors.Join(errs...)
}

// within reports whether a live object belongs to the scope's Workspaces.
func (v *Survey) within(k *Kind, live *Live) bool {
	return v.scope.Workspaces == nil || v.chosen[v.HomeOf(k, live)]
}

// HomeOf is the id of the Workspace that a live object is or lives in, "" for
// one of the Organization itself.
func (v *Survey) HomeOf(k *Kind, live *Live) string {
	if k == v.Home {
		return live.ID
	}
	for _, name := range k.Parents {
		id := live.Body().Get(name).ScalarText()
		if home := v.homes[id]; home != "" {
			return home
		}
		if id != "" && v.catalog.Kind(k.field(name).Ref.Kind).Parents == nil {
			return id // of one that the token can't see
		}
	}
	return ""
}
