package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/config"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/resource"
)

// shutdownGrace is what calls in flight still get after a signal: the runner kills
// the process 10 seconds after the first one, and the report must be out by then.
const shutdownGrace = 5 * time.Second

// reconcile compares what is declared with what is live and, in mode apply,
// makes them the same.
func (p *pipeline) reconcile(ctx context.Context, declared *resource.Desired) error {
	connect := p.connectAstro
	if p.report.Simulated {
		connect = p.connectSimulator
	}
	source, err := connect(declared)
	if err != nil {
		return err
	}
	rotate, err := p.rotationFilter(declared)
	if err != nil {
		return err
	}
	only, err := p.targetFilter(declared, rotate)
	if err != nil {
		return err
	}
	if text := p.report.TargetText(); text != "" {
		p.runner.Print(text)
	}
	if p.report.Mode == string(config.ModeDrift) {
		rotate = nil // what is to be made anew is no drift
	}
	policy := plan.Policy{
		AllowDelete: bool(p.config.AllowDelete), Now: time.Now(), Rotate: rotate, IsTarget: only, ReviewedOnly: bool(p.config.RequireReviewedPlan), Caller: p.callerInfo(),
		// Secrets that are to be written again are no drift.
		WriteSecrets: bool(p.config.WriteSecrets) && p.report.Mode != string(config.ModeDrift),
	}
	world := p.planChanges(ctx, source, declared, policy)
	if excess := source.TokenAdvice(declared, world); excess != "" && p.report.Plan != nil {
		p.report.Notices = append(p.report.Notices, "the token in "+TokenVariable+" reaches more than it has to: "+excess)
	}
	if p.report.Mode == string(config.ModeDrift) && p.report.Plan != nil && only == nil {
		p.recordUnmanaged(ctx, source, declared, world)
	}
	p.printPlan()
	if !p.report.HasBlockingErrors() {
		p.report.ReviewErr = p.requireReviewedPlan(ctx)
	}
	if p.report.Mode == string(config.ModeApply) && !p.report.HasBlockingErrors() && ctx.Err() == nil {
		p.applyPlan(ctx, source, policy)
	}
	return nil
}

func (p *pipeline) applyPlan(ctx context.Context, source resource.Source, policy plan.Policy) {
	if p.report.Counts().Changed() > 0 {
		p.runner.StartGroup("Apply")
		defer p.runner.EndGroup()
	}
	p.report.Outcomes = apply.Run(ctx, source, p.report.Plan, apply.Options{
		Policy:     policy,
		Wait:       bool(p.config.Wait),
		OnOutcome:  func(o apply.Outcome) { p.runner.Print(report.OutcomeLine(o)) },
		OnProgress: p.runner.Print, Mask: p.runner.Mask, SaveSecret: p.saveSecret,
	})
	p.recordStop(ctx)
}

// planChanges reads what is live and plans. What was found in a list and differs is
// read once more by id: a list may show less than an update then overwrites.
func (p *pipeline) planChanges(ctx context.Context, source resource.Source, declared *resource.Desired, policy plan.Policy) *resource.Current {
	world := source.ReadCurrent(ctx, declared)
	p.report.Plan = plan.Make(source.OrganizationID, declared, world, policy)
	if stale := p.report.Plan.ResourcesToRefresh(); len(stale) > 0 && ctx.Err() == nil {
		source.Refresh(ctx, world, stale)
		p.report.Plan = plan.Make(source.OrganizationID, declared, world, policy)
	}
	if p.recordStop(ctx) {
		p.report.Plan = nil // half a view of what is live is no base for a plan
		if err := unfinishedReadError(declared, world); err != nil {
			p.report.StopErr = fmt.Errorf("%w, while reading: %w", p.report.StopErr, err)
		}
		return world
	}
	p.report.Plan.AddProblems(p.checkOutputSinks(p.report.Plan.ResourcesWithNewSecret(policy))...)
	for _, secret := range p.report.Plan.NewlySensitiveTexts() {
		p.runner.Mask(secret)
	}
	p.report.Plan.Redact = p.runner.RedactString
	return world
}

// recordUnmanaged looks for what no manifest declares. That is for information: what
// can't be listed is a remark.
func (p *pipeline) recordUnmanaged(ctx context.Context, source resource.Source, declared *resource.Desired, world *resource.Current) {
	var err error
	if p.report.Unmanaged, err = source.ListUnmanaged(ctx, declared, world); err != nil {
		p.report.Notices = append(p.report.Notices, "not everything was looked at for what no manifest declares: "+err.Error())
	}
}

// unfinishedReadError is the last word of a call that kept the run from going on, if there
// is one.
func unfinishedReadError(declared *resource.Desired, world *resource.Current) error {
	for _, o := range declared.Resources {
		if e, ok := errors.AsType[*astro.Error](world.Errs[o]); ok && !e.Unsent {
			return e
		}
	}
	return nil
}

func (p *pipeline) recordStop(ctx context.Context) bool {
	p.report.StopErr = context.Cause(ctx)
	return p.report.StopErr != nil
}
