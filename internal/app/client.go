package app

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/simulator"
	"astro-apply/internal/simulator/seed"
)

// connectAstro checks the token and returns a source that reads from the Astro API.
func (p *pipeline) connectAstro(declared *desired.State) (current.Source, error) {
	if strings.TrimSpace(p.astroToken) == "" {
		return current.Source{}, errors.New("environment variable " + TokenVariable + " is not set; pass the API token in env: of the step, " +
			"for example ASTRO_API_TOKEN: ${{ secrets.ASTRO_API_TOKEN }} (pull requests from forks and from Dependabot get no secrets)")
	}
	if p.proxyErr != nil {
		return current.Source{}, p.proxyErr
	}
	caller, err := astro.ParseToken(p.astroToken)
	if err != nil {
		return current.Source{}, fmt.Errorf("%s: %w", TokenVariable, err)
	}
	if left := time.Until(caller.ExpiresAt); !caller.ExpiresAt.IsZero() && left <= 0 {
		return current.Source{}, fmt.Errorf("the token in %s expired at %s; create a new one and update the secret", TokenVariable, caller.ExpiresAt.Format(time.RFC3339))
	}
	if left := time.Until(caller.ExpiresAt); !caller.ExpiresAt.IsZero() && left < plan.ExpiryWarningPeriod {
		p.report.Notices = append(p.report.Notices, fmt.Sprintf("the token in %s expires in %s, at %s; create a new one and update the secret before that",
			TokenVariable, plan.FormatDays(left), caller.ExpiresAt.Format(time.RFC3339)))
	}
	organization, err := p.resolveOrganizationID(declared, caller)
	if err != nil {
		return current.Source{}, err
	}
	p.report.UIURL = astroUIURL(string(p.config.APIURL))
	client, err := p.newClient(string(p.config.APIURL), p.astroToken)
	if err != nil {
		return current.Source{}, err
	}
	return current.Source{
		API: client, OrganizationID: organization,
		TokenScope: current.TokenScope{WorkspaceIDs: caller.WorkspaceIDs, DeploymentIDs: caller.DeploymentIDs},
		TokenID:    caller.TokenID,
		Mask:       p.runner.Mask,
	}, nil
}

func (p *pipeline) newClient(address, token string) (*astro.Client, error) {
	var mu sync.Mutex
	return astro.New(astro.Options{
		BaseURL: address, Token: token, Secrets: p.runner.Secrets(), Version: p.Version, Commit: p.Commit, Transport: p.AstroTransport, Grace: shutdownGrace, Unpaced: p.inDryRun,
		Warn: func(text string) { p.runner.Print("warning: " + text) },
		Trace: func(a astro.Attempt) {
			p.runner.Debug(fmt.Sprintf("%s %s: %d, attempt %d, %s, requestId %s",
				a.Method, a.Path, a.StatusCode, a.Number, a.Duration.Round(time.Millisecond), cmp.Or(a.RequestID, "none")))
			mu.Lock()
			defer mu.Unlock()
			if a.Err != nil {
				p.report.FailedRequests = append(p.report.FailedRequests, report.FailedRequest{
					At: a.Start, Method: a.Method, Path: a.Path, Status: a.StatusCode, RequestID: a.RequestID, Attempt: a.Number,
				})
			}
		},
	})
}

// resolveOrganizationID returns the id of the Organization to manage. The token, the
// manifest and the input must agree as far as they have one: a mistake there would
// change the wrong Organization.
func (p *pipeline) resolveOrganizationID(declared *desired.State, caller astro.TokenInfo) (string, error) {
	id, source := caller.OrganizationID, "the token"
	for _, other := range []struct{ id, source string }{
		{declared.OrganizationID.ScalarText(), "organizationId in the manifest"},
		{string(p.config.OrganizationID), "input organization-id"},
	} {
		switch {
		case other.id == "":
		case id != "" && other.id != id:
			return "", fmt.Errorf("%s is %s, but %s is for Organization %s; both must be the same", other.source, other.id, source, id)
		default:
			id, source = other.id, other.source
		}
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

// callerInfo returns the address and the token with which this run calls Astro, so that
// the plan can refuse changes that would lock the run out.
func (p *pipeline) callerInfo() kind.Caller {
	address, _ := netip.ParseAddr(string(p.config.CallerAddress)) // config.Load has checked it; "" if unset
	c := kind.Caller{Address: address, GitHubHosted: p.env.IsHosted && !p.report.Simulated}
	if caller, err := astro.ParseToken(p.astroToken); err == nil && !p.report.Simulated {
		c.TokenID = caller.TokenID
	}
	return c
}

// connectSimulator starts an in-memory Astro API and returns a source that reads from
// it. The API has the resources that the manifest only refers to, and those that it
// declares by id.
func (p *pipeline) connectSimulator(declared *desired.State) (current.Source, error) {
	if p.report.Simulated {
		p.runner.Print("simulation: using an in-memory Astro API; Astro itself isn't changed")
	}
	organization, err := p.resolveOrganizationID(declared, astro.TokenInfo{OrganizationID: declared.OrganizationID.ScalarText()})
	if err != nil {
		organization = "" // the simulator generates an id
	}
	server := simulator.New(simulator.Options{OrganizationID: organization})
	for _, seed := range seed.Make(declared) {
		server.Seed(seed.Kind.Name, seed.Fields)
	}
	p.AstroTransport = server.Transport()
	client, err := p.newClient("https://simulator.invalid", server.NewToken(simulator.Scope{}))
	if err != nil {
		return current.Source{}, err
	}
	return current.Source{API: client, OrganizationID: server.OrganizationID(), Mask: p.runner.Mask}, nil
}
