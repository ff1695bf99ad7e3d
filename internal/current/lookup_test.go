package current_test

import (
	"fmt"
	"strings"
	"testing"

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
