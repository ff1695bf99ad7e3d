// Package testkit holds what the tests of several packages need. Only tests use it.
package testkit

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/astro"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
	"astro-apply/internal/simulator"
)

// AssertEqual fails the test with the difference if want and got differ.
func AssertEqual(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// ProblemTexts returns the messages of problems, with their positions.
func ProblemTexts(problems []schema.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Error())
	}
	return out
}

// NewSource returns a source that reads from a simulated Organization with a new token
// of the given scope. Each layer wraps the transport before it. In a synctest bubble,
// the client's rate limit takes no real time.
func NewSource(t testing.TB, server *simulator.Server, scope simulator.Scope, layers ...func(http.RoundTripper) http.RoundTripper) resource.Source {
	t.Helper()
	transport := server.Transport()
	for _, layer := range layers {
		transport = layer(transport)
	}
	client, err := astro.New(astro.Options{BaseURL: "https://astro.invalid", Token: server.NewToken(scope), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return resource.Source{
		API: client, OrganizationID: server.OrganizationID(),
		TokenScope: resource.TokenScope{WorkspaceIDs: scope.WorkspaceIDs, DeploymentIDs: scope.DeploymentIDs},
	}
}

// RoundTripFunc is a function as a transport.
type RoundTripFunc func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f RoundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
