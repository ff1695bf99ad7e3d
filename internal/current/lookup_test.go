package current_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/simulator"
	"astro-apply/internal/testkit"
)

// Finder finds a resource by its identity, for example after a create without a response.
func TestFindResource(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		one := s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": w})
		for range 2 {
			s.server.Seed("workspace", map[string]any{"name": "twin"})
		}
		d := testkit.LoadDesired(s, "workspaces: [{ name: data }, { name: twin }, { name: new }]\ndeployments: [{ name: one, workspaceId: "+w+" }]")
		for i, want := range []string{w + " <nil>", "", "- <nil>", one + " <nil>"} {
			live, err := (&current.Finder{Source: s.source}).FindResource(s.Context(), d.Resources[i])
			got := fmt.Sprint("- ", err)
			if live != nil {
				got = fmt.Sprint(live.ID, " ", err)
			}
			if want == "" {
				want = got
				if !strings.Contains(got, `Workspace "twin" exists 2 times in Astro, ids c`) {
					s.Error(got)
				}
			}
			testkit.AssertEqual(s, "found", want, got)
		}
		s.server.AddFault(simulator.Fault{Path: "workspaces", Status: 403})
		if live, err := (&current.Finder{Source: s.source}).FindResource(s.Context(), d.Resources[0]); live != nil || err == nil {
			s.Errorf("found %v, %v", live, err)
		}
	})
}

// slowAPI makes its first list call only once every other goroutine waits.
type slowAPI struct {
	current.API
	once sync.Once
}

func (a *slowAPI) List(ctx context.Context, call astro.Call, member string) ([]json.RawMessage, error) {
	a.once.Do(synctest.Wait)
	return a.API.List(ctx, call, member)
}

// Concurrent requests share a list that began after them: the first one makes a call, and all that
// came in meanwhile share the next one. A later request makes another.
func TestFinderSharesLists(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		s.source.API = &slowAPI{API: s.source.API}
		finder := &current.Finder{Source: s.source}
		o := testkit.LoadDesired(s, "workspaces: [{ name: data }]").Resources[0]
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if live, err := finder.FindResource(s.Context(), o); err != nil || live.ID != w {
					s.Errorf("found %v, %v", live, err)
				}
			})
		}
		all.Wait()
		testkit.AssertEqual(s, "requests", []string{"GET/workspaces", "GET/workspaces"}, s.requestLines())
		if _, err := finder.FindResource(s.Context(), o); err != nil {
			s.Error(err)
		}
		testkit.AssertEqual(s, "requests", 3, len(s.requestLines()))
	})
}
