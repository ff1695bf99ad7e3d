package app

import (
	"context"
	"fmt"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/config"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
)

// shutdownGrace is how long calls may continue after a signal to stop. The runner kills
// the process 10 seconds after the signal, and the report must be complete by then.
const shutdownGrace = 5 * time.Second

// reconcile compares the desired state with the current one. In mode apply, it also
// makes the changes.
func (p *pipeline) reconcile(ctx context.Context, declared *desired.State) error {
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
	isTarget, err := p.targetFilter(declared, rotate)
	if err != nil {
		return err
	}
	if text := p.report.TargetText(); text != "" {
		p.runner.Print(text)
	}
	if p.report.Mode == string(config.ModeDrift) {
		rotate = nil // a requested rotation is not drift
	}
	policy := plan.Policy{
		AllowDelete: bool(p.config.AllowDelete), Now: time.Now(), Rotate: rotate, IsTarget: isTarget, ReviewedOnly: bool(p.config.RequireReviewedPlan), Caller: p.callerInfo(),
		// Writing unchanged secrets again is not drift.
		WriteSecrets: bool(p.config.WriteSecrets) && p.report.Mode != string(config.ModeDrift),
	}
	current := p.planChanges(ctx, source, declared, policy)
	if advice := source.TokenAdvice(current); advice != "" && p.report.Plan != nil {
		p.report.Notices = append(p.report.Notices, "the token in "+TokenVariable+" has more permissions than the manifest needs: "+advice)
	}
	if p.report.Mode == string(config.ModeDrift) && p.report.Plan != nil && isTarget == nil {
		p.recordUnmanaged(ctx, source, current)
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

func (p *pipeline) applyPlan(ctx context.Context, source current.Source, policy plan.Policy) {
	if p.report.Counts().Changed() > 0 {
		defer p.runner.StartGroup("Apply")()
	}
	p.report.Outcomes = apply.Run(ctx, source, p.report.Plan, apply.Options{
		Policy:     policy,
		Wait:       bool(p.config.Wait),
		OnOutcome:  func(o apply.Outcome) { p.runner.Print(report.OutcomeLine(o)) },
		OnProgress: p.runner.Print, Mask: p.runner.Mask, SaveSecret: p.saveSecret,
	})
	p.recordStop(ctx)
}

// planChanges reads the current state and plans. It reads resources that differ once more
// by id and plans again: an item of a list may have fewer fields than the resource, and
// an update would overwrite the missing ones.
func (p *pipeline) planChanges(ctx context.Context, source current.Source, declared *desired.State, policy plan.Policy) *current.State {
	current := source.Read(ctx, declared)
	p.report.Plan = plan.Make(source.OrganizationID, current, policy)
	if stale := p.report.Plan.ResourcesToRefresh(); len(stale) > 0 && ctx.Err() == nil {
		source.Refresh(ctx, current, stale)
		p.report.Plan = p.report.Plan.Update(current, policy, stale)
	}
	if p.recordStop(ctx) {
		p.report.Plan = nil // the current state is incomplete, so the plan would be wrong
		if err := unfinishedReadError(current); err != nil {
			p.report.StopErr = fmt.Errorf("%w, while reading: %w", p.report.StopErr, err)
		}
		return current
	}
	p.report.Plan.AddProblems(p.checkOutputSinks(p.report.Plan.ResourcesWithNewSecret(policy))...)
	for _, secret := range p.report.Plan.NewlySensitiveTexts() {
		p.runner.Mask(secret)
	}
	p.report.Plan.Redact = p.runner.RedactString
	return current
}

// recordUnmanaged adds the resources that no manifest declares to the report. They are
// for information only, so a list that can't be read is a notice, not an error.
func (p *pipeline) recordUnmanaged(ctx context.Context, source current.Source, current *current.State) {
	var err error
	if p.report.Unmanaged, err = source.ListUnmanaged(ctx, current); err != nil {
		p.report.Notices = append(p.report.Notices, "the list of resources that are not in the manifest is incomplete: "+err.Error())
	}
}

// unfinishedReadError returns the last error of a call that was still being retried when
// the run stopped, or nil. It explains why reading took so long.
func unfinishedReadError(current *current.State) error {
	for _, o := range current.Desired.Resources {
		if e := astro.AsError(current.Errs[o]); e != nil && !e.Unsent {
			return e
		}
	}
	return nil
}

// recordStop reports whether ctx has ended, and records why.
func (p *pipeline) recordStop(ctx context.Context) bool {
	p.report.StopErr = context.Cause(ctx)
	return p.report.StopErr != nil
}
