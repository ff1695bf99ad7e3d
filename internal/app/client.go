package app

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/config"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/github"
	"astro-apply/internal/kind"
	"astro-apply/internal/simulator"
	"astro-apply/internal/simulator/seed"
)

// shutdownGrace is how long calls may continue after a signal to stop. The runner kills
// the process 10 seconds after the signal, and the report must be complete by then.
const shutdownGrace = 5 * time.Second

// connection is the access to an Astro API.
type connection struct {
	source  current.Source
	caller  kind.Caller // so that the plan can refuse changes that would lock the run out
	uiURL   string      // address of the Astro UI, "" if unknown
	notices []string    // about the token
}

// connect returns the connection for comparing Astro with the desired state.
func connect(s *setup, declared *desired.State) (c connection, err error) {
	if s.simulated {
		s.runner.Print("simulation: using an in-memory Astro API; Astro itself isn't changed")
		c.source, err = connectSimulator(s, declared, astro.Options{}, s.failedRequests)
	} else {
		c, err = connectAstro(s, declared)
	}
	c.caller.Address, _ = netip.ParseAddr(string(s.config.CallerAddress)) // config.Load has checked it; "" if unset
	return c, err
}

// connectAstro checks the token and returns a connection to the Astro API. With an error,
// it may still return notices.
func connectAstro(s *setup, declared *desired.State) (c connection, err error) {
	switch {
	case strings.TrimSpace(s.astroToken) == "":
		return c, errors.New("environment variable " + TokenVariable + " is not set; " +
			"pass the API token in env: of the step, for example ASTRO_API_TOKEN: ${{ secrets.ASTRO_API_TOKEN }} " +
			"(pull requests from forks and from Dependabot get no secrets)")
	case s.proxyErr != nil:
		return c, s.proxyErr
	case s.callerErr != nil:
		return c, fmt.Errorf("%s: %w", TokenVariable, s.callerErr)
	}
	if end := s.caller.ExpiresAt; !end.IsZero() {
		expiry := kind.Expiry{At: end, Subject: "the token in " + TokenVariable, Remedy: "create a new one and update the secret"}
		text, hasExpired := expiry.Describe(time.Now())
		if hasExpired {
			return c, errors.New(text + "; " + expiry.Remedy)
		}
		if text != "" {
			c.notices = append(c.notices, text)
		}
	}
	organization, err := resolveOrganizationID(s.caller, declared, s.config)
	if err != nil {
		return c, err
	}
	api := string(s.config.APIURL)
	o := astro.Options{BaseURL: api, Token: s.astroToken, Transport: s.AstroTransport}
	client, err := newClient(s, o, s.failedRequests)
	if err != nil {
		return c, err
	}
	c.uiURL = astroUIURL(api)
	c.caller = kind.Caller{GitHubHosted: s.env.IsHosted, TokenID: s.caller.TokenID}
	c.source = current.Source{
		API: client, OrganizationID: organization,
		TokenScope: current.TokenScope{WorkspaceIDs: s.caller.WorkspaceIDs, DeploymentIDs: s.caller.DeploymentIDs},
		TokenID:    s.caller.TokenID,
		Mask:       s.runner.Mask,
	}
	return c, nil
}

// connectSimulator starts an in-memory Astro API and returns its source. The API
// has the resources that the manifest only refers to, and those that it declares by id.
func connectSimulator(s *setup, declared *desired.State, o astro.Options, failed *requestLog) (current.Source, error) {
	organization, _ := resolveOrganizationID(astro.TokenInfo{}, declared, s.config) // "": the simulator generates an id
	server := simulator.New(simulator.Options{OrganizationID: organization})
	for _, seed := range seed.Make(declared) {
		server.Seed(seed.Kind.Name, seed.Fields)
	}
	o.BaseURL, o.Token, o.Transport = "https://simulator.invalid", server.NewToken(simulator.Scope{}), server.Transport()
	client, err := newClient(s, o, failed)
	return current.Source{API: client, OrganizationID: server.OrganizationID(), Mask: s.runner.Mask}, err
}

// newClient returns a client that writes its calls to the log, and failed ones to failed.
func newClient(s *setup, o astro.Options, failed *requestLog) (*astro.Client, error) {
	o.Secrets, o.Version, o.Commit, o.Grace = s.runner.Secrets(), s.Version, s.Commit, shutdownGrace
	o.Warn = func(text string) { s.runner.Print("warning: " + text) }
	o.Trace = func(a astro.Attempt) {
		s.runner.Debug(fmt.Sprintf("%s %s: %d, attempt %d, %s, requestId %s",
			a.Method, a.Path, a.StatusCode, a.Number, a.Duration.Round(time.Millisecond), cmp.Or(a.RequestID, "none")))
		if a.Err != nil {
			failed.add(a)
		}
	}
	return astro.New(o)
}

// requestLog collects failed requests, from many goroutines.
type requestLog struct {
	mu       sync.Mutex
	requests []astro.Attempt
}

func (l *requestLog) add(a astro.Attempt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = append(l.requests, a)
}

func (l *requestLog) list() []astro.Attempt {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.requests)
}

// resolveOrganizationID returns the id of the Organization to manage. The token, the
// manifest and the input must agree as far as they have one: a mistake there would
// change the wrong Organization.
func resolveOrganizationID(token astro.TokenInfo, declared *desired.State, c *config.Config) (string, error) {
	id, source := token.OrganizationID, "the token"
	for _, other := range []struct{ id, source string }{
		{declared.OrganizationID.ScalarText(), "organizationId in the manifest"},
		{string(c.OrganizationID), "input organization-id"},
	} {
		switch {
		case other.id == "":
		case id != "" && other.id != id:
			return "", fmt.Errorf("%s is %s, but %s is for Organization %s; both must be the same", other.source, other.id, source, id)
		default:
			id, source = other.id, other.source
		}
	}
	if id == "" && token.Opaque {
		return "", errors.New("the value of " + TokenVariable +
			" is not an API token of Astro, which has three parts with dots in between; " +
			astro.CreateTokenHint + " (if Astro accepts this token, set input organization-id)")
	}
	if id == "" {
		return "", errors.New("the token doesn't contain the id of its Organization; set input organization-id")
	}
	return id, nil
}

// astroUIURL returns the URL of the Astro UI that belongs to an API, "" if unknown.
func astroUIURL(api string) string {
	u, err := url.Parse(api)
	if err != nil || !strings.HasPrefix(u.Host, "api.") {
		return ""
	}
	return u.Scheme + "://cloud." + strings.TrimPrefix(u.Host, "api.")
}

func newRESTClient(s *setup) (*github.REST, error) {
	if s.config.GitHubToken == "" {
		return nil, errors.New("input github-token is empty; set it to ${{ github.token }}, or remove it to use the default")
	}
	if s.proxyErr != nil {
		return nil, s.proxyErr
	}
	return github.NewREST(s.env, string(s.config.GitHubToken), s.runner.Secrets(), s.GitHubTransport)
}
