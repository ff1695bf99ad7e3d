package apply_test

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"astro-apply/internal/apply"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
	"astro-apply/internal/testkit"
)

// harness is a simulated Organization with a client. In a synctest bubble, the client's
// waits take no time.
type harness struct {
	testing.TB
	server *simulator.Server
	source current.Source
	kinds  kind.Catalog
}

func newHarness(t testing.TB, o simulator.Options, layers ...func(http.RoundTripper) http.RoundTripper) *harness {
	t.Helper()
	server := simulator.New(o)
	return &harness{t, server, testkit.NewSource(t, server, simulator.Scope{}, layers...), kind.All()}
}

func parseManifest(text string) manifest.Result {
	env := manifest.Environment{Lookup: func(name string) string { return "value-of-" + name }}
	return manifest.Parse([]manifest.Source{{Name: "astro.yaml", Data: []byte(text)}}, env)
}

// declareManifest loads a manifest; every error fails the test.
func (s *harness) declareManifest(text string) *desired.State {
	s.Helper()
	parsed := parseManifest(text)
	d := desired.Load(s.kinds, parsed.Documents, "")
	for _, p := range append(parsed.Problems, d.Problems...) {
		if p.Warning {
			continue
		}
		s.Fatalf("manifest: %v\n%s", p, text)
	}
	return d
}

// planManifest compares a manifest with the simulated Organization.
func (s *harness) planManifest(text string, policy plan.Policy) *plan.Plan {
	s.Helper()
	return s.planDesired(s.declareManifest(text), policy)
}

func (s *harness) planDesired(d *desired.State, policy plan.Policy) *plan.Plan {
	s.Helper()
	w := s.source.Read(context.Background(), d)
	p := plan.Make(s.source.OrganizationID, w, policy)
	stale := p.ResourcesToRefresh()
	s.source.Refresh(context.Background(), w, stale)
	return p.Update(w, policy, stale)
}

// applyManifest plans a manifest and applies the plan. Neither may change the desired state.
func (s *harness) applyManifest(ctx context.Context, text string, o apply.Options) []apply.Outcome {
	s.Helper()
	d, same := s.declareManifest(text), s.declareManifest(text)
	p := s.planDesired(d, o.Policy)
	for _, problem := range p.Problems {
		s.Fatalf("plan: %v\n%s", problem, text)
	}
	outcomes := apply.Run(ctx, s.source, p, o)
	if !reflect.DeepEqual(d, same) {
		s.Errorf("the run changed the desired state of\n%s", text)
	}
	return outcomes
}

// listWrites returns the methods and bodies of all requests except reads.
func (s *harness) listWrites() []string {
	var out []string
	for _, r := range s.server.Requests() {
		if r.Method != http.MethodGet {
			out = append(out, r.Method+" "+string(r.Body))
		}
	}
	return out
}

func statusesOf(outcomes []apply.Outcome) []apply.Status {
	var out []apply.Status
	for _, o := range outcomes {
		out = append(out, o.Status)
	}
	return out
}

func countStatus(statuses []apply.Status, s apply.Status) int {
	return len(slices.DeleteFunc(slices.Clone(statuses), func(x apply.Status) bool { return x != s }))
}

func countActions(p *plan.Plan, action plan.Action) int {
	return len(slices.DeleteFunc(slices.Clone(p.Changes), func(c *plan.Change) bool { return c.Action != action }))
}
