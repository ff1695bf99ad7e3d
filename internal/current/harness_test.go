package current_test

import (
	"fmt"
	"strings"
	"testing"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/simulator"
	"astro-apply/internal/testkit"
)

// fixture is a simulated Organization and a token's view of it. In a synctest
// bubble, the client's rate limit takes no real time.
type fixture struct {
	testing.TB
	server *simulator.Server
	source current.Source
}

func newFixture(t testing.TB, scope simulator.Scope) *fixture {
	t.Helper()
	s := &fixture{TB: t, server: simulator.New(simulator.Options{})}
	s.useToken(scope)
	return s
}

// useToken replaces the fixture's token by a new one with another scope.
func (s *fixture) useToken(scope simulator.Scope) {
	s.Helper()
	s.source = testkit.NewSource(s, s.server, scope)
}

// readManifests looks up the resources that manifests declare. states reports for each whether it exists, is new,
// or couldn't be read.
func (s *fixture) readManifests(files ...string) (d *desired.State, current *current.State, states []string) {
	s.Helper()
	current = s.source.Read(s.Context(), testkit.LoadDesired(s, files...))
	d = current.Desired
	for _, o := range d.Resources {
		state := o.Name() + " is new"
		if live := current.Live[o]; live != nil {
			state = o.Name() + " is " + live.ID
		}
		if err := current.Errs[o]; err != nil {
			state = o.Name() + ": " + err.Error()
		}
		states = append(states, state)
	}
	return d, current, states
}

// requestLines lists the requests that the server received, without the paging parameters.
func (s *fixture) requestLines() []string {
	var out []string
	for _, r := range s.server.Requests() {
		line := r.Method + strings.TrimPrefix(r.Path, "/v1/organizations/"+s.server.OrganizationID())
		if parents := r.Query["workspaceIds"]; len(parents) > 0 {
			line += fmt.Sprintf(" in %d", len(parents))
		}
		out = append(out, line)
	}
	return out
}
