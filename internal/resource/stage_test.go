package resource_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/astro"
	"astro-apply/internal/manifest"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
	"astro-apply/internal/simulator"
)

// parse reads manifests; the files are a.yaml, b.yaml and so on.
func parse(t testing.TB, files ...string) []*schema.Node {
	t.Helper()
	var sources []manifest.Source
	for i, text := range files {
		sources = append(sources, manifest.Source{Name: string(rune('a'+i)) + ".yaml", Data: []byte(text)})
	}
	parsed := manifest.Parse(sources, manifest.Environment{Lookup: func(name string) string { return "value-of-" + name }})
	for _, p := range parsed.Problems {
		t.Fatalf("manifest: %v", p)
	}
	return parsed.Documents
}

// declare is what manifests without errors declare.
func declare(t testing.TB, files ...string) *resource.Declaration {
	t.Helper()
	d := resource.Declare(resource.Kinds(), parse(t, files...), "")
	for _, p := range d.Problems {
		if p.Warning {
			continue
		}
		t.Fatalf("declaration: %v\n%s", p, strings.Join(files, "\n---\n"))
	}
	return d
}

// told is a list of problems with their places.
func told(problems []schema.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Error())
	}
	return out
}

func same(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// stage is a simulated Organization and a token's view of it. In a synctest
// bubble the client's pace costs no time.
type stage struct {
	testing.TB
	server *simulator.Server
	source resource.Source
}

func newStage(t testing.TB, scope simulator.Scope) *stage {
	t.Helper()
	s := &stage{TB: t, server: simulator.New(simulator.Options{})}
	s.as(scope)
	return s
}

// as looks at the Organization with another token.
func (s *stage) as(scope simulator.Scope) {
	s.Helper()
	client, err := astro.New(astro.Options{BaseURL: "https://astro.invalid", Token: s.server.Token(scope), Transport: s.server.Transport()})
	if err != nil {
		s.Fatal(err)
	}
	s.source = resource.Source{
		API: client, OrganizationID: s.server.OrganizationID(),
		Reach: resource.Reach{WorkspaceIDs: scope.WorkspaceIDs, DeploymentIDs: scope.DeploymentIDs},
	}
}

// read looks up what manifests declare, and says of each object whether it is
// live, new or why that can't be known.
func (s *stage) read(files ...string) (d *resource.Declaration, w *resource.World, states []string) {
	s.Helper()
	d = declare(s, files...)
	w = s.source.Read(s.Context(), d)
	for _, o := range d.Objects {
		state := o.Name() + " is new"
		if live := w.Live[o]; live != nil {
			state = o.Name() + " is " + live.ID
		}
		if err := w.Failed[o]; err != nil {
			state = o.Name() + ": " + err.Error()
		}
		states = append(states, state)
	}
	return d, w, states
}

// requests lists what was asked, without the parameters of paging.
func (s *stage) requests() []string {
	var out []string
	for _, r := range s.server.Requests() {
		line := r.Method + strings.TrimPrefix(r.Path, "/v1/organizations/"+s.server.OrganizationID())
		if places := r.Query["workspaceIds"]; len(places) > 0 {
			line += fmt.Sprintf(" in %d", len(places))
		}
		out = append(out, line)
	}
	return out
}
