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

func (v *Inventory) isWanted(k *Kind) bool {
	return k.CreatesKind == "" && (v.scope.IncludesKind == nil || v.scope.IncludesKind(k))
}

// isNeeded reports whether k is wanted, or something that is refers to it.
func (v *Inventory) isNeeded(k *Kind) bool {
	return slices.ContainsFunc(v.catalog, func(from *Kind) bool {
		return v.isWanted(from) && (from == k || v.fieldsReferTo(from.Fields, k))
	}) || v.scope.Workspaces != nil && k == v.RootKind
}

func (v *Inventory) fieldsReferTo(fields []schema.Field, k *Kind) bool {
	return slices.ContainsFunc(fields, func(f schema.Field) bool {
		to := f.Ref != nil && !f.Ref.ByName && (f.Ref.Kind == k.Name || v.catalog.parentKind(v.catalog.Kind(f.Ref.Kind)) == k)
		return to || v.fieldsReferTo(f.Type.Fields, k) || f.Type.Elem != nil && v.fieldsReferTo(f.Type.Elem.Fields, k)
	})
}

// listKind lists a kind, everywhere at once where the API does that.
func (v *Inventory) listKind(ctx context.Context, s Source, k *Kind) (found []*Live, errs []error) {
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
	if k.ParentFields == nil || k.List.ListsAll && v.scope.Workspaces == nil && !s.TokenScope.isLimited() {
		note(s.listLive(ctx, k, nil))
	} else {
		for _, field := range k.ParentFields {
			for places := range slices.Chunk(v.parentLocations(k, field), k.List.batchSize()) {
				all.Go(func() { note(s.listLive(ctx, k, places)) })
			}
		}
	}
	all.Wait()
	for _, id := range s.TokenScope.idsOfKind(k) { // which no list need tell to a narrow token
		if seen[id] {
			continue
		}
		switch live, err := s.GetResource(ctx, declareByID(k, id, nil), id); {
		case err == nil:
			note([]*Live{live}, nil)
		case !astro.IsRefused(err): // a Deployment's token need not see the Workspace
			note(nil, err)
		}
	}
	return found, errs
}

// parentLocations are what objects of k may live in, by one of the fields that say so.
func (v *Inventory) parentLocations(k *Kind, field string) (out []parentLocation) {
	home := v.catalog.Kind(k.fieldByName(field).Ref.Kind)
	for _, live := range v.ListedByKind[home] {
		if v.isInScope(home, live) && (k.ParentCanContain == nil || k.ParentCanContain(live.Body())) {
			out = append(out, parentLocation{field, live.ID})
		}
	}
	return out
}

// selectWorkspaces finds the Workspaces of the scope.
func (v *Inventory) selectWorkspaces(k *Kind) error {
	var errs []error
	for _, word := range v.scope.Workspaces {
		var ids, names []string
		name := schema.NormalizeName(word)
		for _, live := range v.ListedByKind[k] {
			names = append(names, live.Name())
			if live.ID == word || live.Name() == name {
				ids = append(ids, live.ID)
			}
		}
		switch len(ids) {
		case 0:
			errs = append(errs, fmt.Errorf("there is no Workspace %q that the token can see%s", word, schema.Suggest(word, names)))
		case 1:
			v.selectedWorkspaceIDs[ids[0]] = true
		default:
			errs = append(errs, fmt.Errorf("there are %d Workspaces called %q, with the ids %v; give one by its id", len(ids), word, ids))
		}
	}
	return errors.Join(errs...)
}

// isInScope reports whether a live object belongs to the scope's Workspaces.
func (v *Inventory) isInScope(k *Kind, live *Live) bool {
	return v.scope.Workspaces == nil || v.selectedWorkspaceIDs[v.RootIDOf(k, live)]
}

// RootIDOf is the id of the Workspace that a live object is or lives in, "" for
// one of the Organization itself.
func (v *Inventory) RootIDOf(k *Kind, live *Live) string {
	if k == v.RootKind {
		return live.ID
	}
	for _, name := range k.ParentFields {
		id := live.Body().Get(name).ScalarText()
		if home := v.rootIDs[id]; home != "" {
			return home
		}
		if id != "" && v.catalog.Kind(k.fieldByName(name).Ref.Kind).ParentFields == nil {
			return id // of one that the token can't see
		}
	}
	return ""
}
