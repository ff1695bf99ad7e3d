package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/config"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/resource"
)

// grace is what calls in flight still get after a signal: the runner kills
// the process 10 seconds after the first one, and the report must be out by then.
const grace = 5 * time.Second

// reconcile compares what is declared with what is live and, in mode apply,
// makes them the same.
func (p *process) reconcile(ctx context.Context, declared *resource.Declaration) error {
	connect := p.astro
	if p.report.Simulated {
		connect = p.simulated
	}
	source, err := connect(declared)
	if err != nil {
		return err
	}
	rotate, err := p.rotates(declared)
	if err != nil {
		return err
	}
	if p.report.Mode == string(config.Drift) {
		rotate = nil // what is to be made anew is no drift
	}
	policy := plan.Policy{
		AllowDelete: bool(p.config.AllowDelete), Now: time.Now(), Rotate: rotate, Caller: p.caller(),
		// Secrets that are to be written again are no drift.
		WriteSecrets: bool(p.config.WriteSecrets) && p.report.Mode != string(config.Drift),
	}
	p.plan(ctx, source, declared, policy)
	p.show()
	if p.report.Mode == string(config.Apply) && !p.report.Broken() && ctx.Err() == nil {
		p.apply(ctx, source, policy)
	}
	return nil
}

// caller is what is known of whoever makes the calls.
func (p *process) caller() resource.Caller {
	address, _ := netip.ParseAddr(string(p.config.CallerAddress)) // checked when it was read; "" is none
	c := resource.Caller{Address: address, Hosted: p.Getenv("RUNNER_ENVIRONMENT") == "github-hosted" && !p.report.Simulated}
	if caller, err := astro.ParseToken(p.token); err == nil && !p.report.Simulated {
		c.TokenID = caller.TokenID
	}
	return c
}

func (p *process) apply(ctx context.Context, source resource.Source, policy plan.Policy) {
	if p.report.Counts().Changed() > 0 {
		p.runner.Group("Apply")
		defer p.runner.EndGroup()
	}
	p.report.Outcomes = apply.Run(ctx, source, p.report.Plan, apply.Options{
		Policy: policy,
		Wait:   bool(p.config.Wait),
		Done:   func(o apply.Outcome) { p.runner.Print(report.Line(o)) },
		Said:   p.runner.Print, Deliver: p.deliver,
	})
	p.stopped(ctx)
}

// plan reads what is live and plans. What was found in a list and differs is
// read once more by id: a list may show less than an update then overwrites.
func (p *process) plan(ctx context.Context, source resource.Source, declared *resource.Declaration, policy plan.Policy) {
	world := source.Read(ctx, declared)
	p.report.Plan = plan.Make(source.OrganizationID, declared, world, policy)
	if stale := p.report.Plan.Stale(); len(stale) > 0 && ctx.Err() == nil {
		source.Refresh(ctx, world, stale)
		p.report.Plan = plan.Make(source.OrganizationID, declared, world, policy)
	}
	if p.stopped(ctx) {
		p.report.Plan = nil // half a view of what is live is no base for a plan
		if err := waiting(declared, world); err != nil {
			p.report.Stopped = fmt.Errorf("%w, while reading: %w", p.report.Stopped, err)
		}
		return
	}
	p.report.Plan.Refuse(p.outputSinks(p.report.Plan.Issues(policy))...)
	for _, secret := range p.report.Plan.Secrets() {
		p.runner.Mask(secret)
	}
}

// waiting is the last word of a call that kept the run from going on, if there
// is one.
func waiting(declared *resource.Declaration, world *resource.World) error {
	for _, o := range declared.Objects {
		if e, ok := errors.AsType[*astro.Error](world.Failed[o]); ok && !e.Unsent {
			return e
		}
	}
	return nil
}

func (p *process) stopped(ctx context.Context) bool {
	p.report.Stopped = context.Cause(ctx)
	return p.report.Stopped != nil
}

// astro connects to the Astro API.
func (p *process) astro(declared *resource.Declaration) (resource.Source, error) {
	if strings.TrimSpace(p.token) == "" {
		return resource.Source{}, errors.New("the environment variable " + TokenVariable + " is not set: put the API token into env: of the step, " +
			"from a secret, as in ASTRO_API_TOKEN: ${{ secrets.ASTRO_API_TOKEN }}; pull requests from forks and Dependabot get no secrets")
	}
	caller, err := astro.ParseToken(p.token)
	if err != nil {
		return resource.Source{}, fmt.Errorf("%s: %w", TokenVariable, err)
	}
	if left := time.Until(caller.ExpiresAt); !caller.ExpiresAt.IsZero() && left <= 0 {
		return resource.Source{}, fmt.Errorf("the token in %s expired at %s; create another one and update the secret", TokenVariable, caller.ExpiresAt.Format(time.RFC3339))
	}
	organization, err := p.organization(declared, caller)
	if err != nil {
		return resource.Source{}, err
	}
	p.report.Interface = ui(string(p.config.APIURL))
	client, err := p.client(string(p.config.APIURL), p.token)
	if err != nil {
		return resource.Source{}, err
	}
	return resource.Source{
		API: client, OrganizationID: organization,
		Reach: resource.Reach{WorkspaceIDs: caller.WorkspaceIDs, DeploymentIDs: caller.DeploymentIDs},
	}, nil
}

func (p *process) client(address, token string) (*astro.Client, error) {
	var mu sync.Mutex
	return astro.New(astro.Options{
		BaseURL: address, Token: token, Scrub: p.runner.Scrub, Version: p.Version, Transport: p.Transport, Grace: grace,
		Warn: func(text string) { p.runner.Print("warning: " + text) },
		Trace: func(a astro.Attempt) {
			p.runner.Debug(fmt.Sprintf("%s %s: %d, attempt %d, %s, requestId %s",
				a.Method, a.Path, a.StatusCode, a.Attempt, a.Duration.Round(time.Millisecond), cmp.Or(a.RequestID, "none")))
			mu.Lock()
			defer mu.Unlock()
			if a.Err != nil && a.RequestID != "" && !slices.Contains(p.report.RequestIDs, a.RequestID) {
				p.report.RequestIDs = append(p.report.RequestIDs, a.RequestID)
			}
		},
	})
}

// organization is the Organization to manage: all that name one must agree.
func (p *process) organization(declared *resource.Declaration, caller astro.Caller) (string, error) {
	id, from := caller.OrganizationID, "the token"
	for _, named := range []struct{ id, from string }{
		{declared.OrganizationID.Value(), "organizationId in the manifest"},
		{string(p.config.OrganizationID), "input organization-id"},
	} {
		switch {
		case named.id == "":
		case id != "" && named.id != id:
			return "", fmt.Errorf("%s is %s, but %s is for Organization %s", named.from, named.id, from, id)
		default:
			id, from = named.id, named.from
		}
	}
	if id == "" {
		return "", errors.New("the token doesn't say which Organization it is for; set the input organization-id")
	}
	return id, nil
}

// ui is the address of the Astro UI that belongs to an API, "" if unknown.
func ui(api string) string {
	u, err := url.Parse(api)
	if err != nil || !strings.HasPrefix(u.Host, "api.") {
		return ""
	}
	return u.Scheme + "://cloud." + strings.TrimPrefix(u.Host, "api.")
}
