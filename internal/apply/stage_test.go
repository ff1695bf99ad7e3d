package apply_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/simulator"
)

// stage is a simulated Organization and a client of it. In a synctest bubble
// the client's pace costs no time.
type stage struct {
	testing.TB
	server *simulator.Server
	source resource.Source
	kinds  resource.Catalog
}

func newStage(t testing.TB, o simulator.Options, layers ...func(http.RoundTripper) http.RoundTripper) *stage {
	t.Helper()
	server := simulator.New(o)
	base := server.Transport()
	for _, layer := range layers {
		base = layer(base)
	}
	client, err := astro.New(astro.Options{
		BaseURL: "https://astro.invalid", Token: server.Token(simulator.Scope{}), Transport: base,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &stage{t, server, resource.Source{API: client, OrganizationID: server.OrganizationID()}, resource.Kinds()}
}

func parsed(text string) manifest.Result {
	env := manifest.Environment{Lookup: func(name string) string { return "value-of-" + name }}
	return manifest.Parse([]manifest.Source{{Name: "astro.yaml", Data: []byte(text)}}, env)
}

// declare reads a manifest; every error fails the test.
func (s *stage) declare(text string) *resource.Desired {
	s.Helper()
	parsed := parsed(text)
	d := resource.LoadDesired(s.kinds, parsed.Documents, "")
	for _, p := range append(parsed.Problems, d.Problems...) {
		if p.Warning {
			continue
		}
		s.Fatalf("manifest: %v\n%s", p, text)
	}
	return d
}

// plan compares a manifest with what is live.
func (s *stage) plan(text string, policy plan.Policy) *plan.Plan {
	s.Helper()
	d := s.declare(text)
	w := s.source.ReadCurrent(context.Background(), d)
	p := plan.Make(s.source.OrganizationID, d, w, policy)
	s.source.Refresh(context.Background(), w, p.ResourcesToRefresh())
	return plan.Make(s.source.OrganizationID, d, w, policy)
}

// apply makes what is live match a manifest.
func (s *stage) apply(ctx context.Context, text string, o apply.Options) []apply.Outcome {
	s.Helper()
	p := s.plan(text, o.Policy)
	for _, problem := range p.Problems {
		s.Fatalf("plan: %v\n%s", problem, text)
	}
	return apply.Run(ctx, s.source, p, o)
}

// writes lists the methods and bodies of the requests that weren't reads.
func (s *stage) writes() []string {
	var out []string
	for _, r := range s.server.Requests() {
		if r.Method != http.MethodGet {
			out = append(out, r.Method+" "+string(r.Body))
		}
	}
	return out
}

func statuses(outcomes []apply.Outcome) []apply.Status {
	var out []apply.Status
	for _, o := range outcomes {
		out = append(out, o.Status)
	}
	return out
}

func count(statuses []apply.Status, s apply.Status) int {
	return len(slices.DeleteFunc(slices.Clone(statuses), func(x apply.Status) bool { return x != s }))
}
