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

// parseManifests reads manifests; the files are a.yaml, b.yaml and so on.
func parseManifests(t testing.TB, files ...string) []*schema.Node {
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

// loadDesired is what manifests without errors declare.
func loadDesired(t testing.TB, files ...string) *resource.Desired {
	t.Helper()
	d := resource.LoadDesired(resource.Kinds(), parseManifests(t, files...), "")
	for _, p := range d.Problems {
		if p.Warning {
			continue
		}
		t.Fatalf("declaration: %v\n%s", p, strings.Join(files, "\n---\n"))
	}
	return d
}

// problemTexts is a list of problems with their places.
func problemTexts(problems []schema.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Error())
	}
	return out
}

func assertEqual(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// fixture is a simulated Organization and a token's view of it. In a synctest
// bubble the client's pace costs no time.
type fixture struct {
	testing.TB
	server *simulator.Server
	source resource.Source
}

func newFixture(t testing.TB, scope simulator.Scope) *fixture {
	t.Helper()
	s := &fixture{TB: t, server: simulator.New(simulator.Options{})}
	s.useToken(scope)
	return s
}

// useToken looks at the Organization with another token.
func (s *fixture) useToken(scope simulator.Scope) {
	s.Helper()
	client, err := astro.New(astro.Options{BaseURL: "https://astro.invalid", Token: s.server.NewToken(scope), Transport: s.server.Transport()})
	if err != nil {
		s.Fatal(err)
	}
	s.source = resource.Source{
		API: client, OrganizationID: s.server.OrganizationID(),
		TokenScope: resource.TokenScope{WorkspaceIDs: scope.WorkspaceIDs, DeploymentIDs: scope.DeploymentIDs},
	}
}

// readManifests looks up what manifests declare, and says of each object whether it is
// live, new or why that can't be known.
func (s *fixture) readManifests(files ...string) (d *resource.Desired, w *resource.Current, states []string) {
	s.Helper()
	d = loadDesired(s, files...)
	w = s.source.ReadCurrent(s.Context(), d)
	for _, o := range d.Resources {
		state := o.Name() + " is new"
		if live := w.Live[o]; live != nil {
			state = o.Name() + " is " + live.ID
		}
		if err := w.Errs[o]; err != nil {
			state = o.Name() + ": " + err.Error()
		}
		states = append(states, state)
	}
	return d, w, states
}

// requestLines lists what was asked, without the parameters of paging.
func (s *fixture) requestLines() []string {
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
