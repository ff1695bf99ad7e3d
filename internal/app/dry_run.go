package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/desired"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

const placeholderPrefix = "simulated-"

// placeholderValue returns the value that a dry run uses for a variable that isn't set.
func placeholderValue(name string) string { return placeholderPrefix + name }

// performDryRun applies the manifest to an in-memory Astro API. It is for runs without a
// token, which can't compare the manifest with Astro: requests that the in-memory API
// refuses, Astro would refuse as well. A refusal that depends on resources in Astro or
// on the values of variables, which the run doesn't know, is only a warning.
func (p *pipeline) performDryRun(runCtx context.Context, sources []manifest.Source) {
	p.runner.Print("dry run: applying the manifest to an in-memory Astro API")
	declared := p.parseManifests(sources, manifest.Environment{
		Lookup: p.Getenv, AllowUnset: true, Placeholder: placeholderValue,
	})
	if slices.ContainsFunc(declared.Problems, func(problem schema.Problem) bool { return !problem.Warning }) {
		p.report.Notices = append(p.report.Notices, "no dry run: the manifest depends on variables that are not set in this run")
		return
	}
	p.inDryRun = true
	source, err := p.connectSimulator(declared)
	if err != nil {
		p.report.Notices = append(p.report.Notices, "no dry run: "+err.Error())
		return
	}
	timeout := time.Duration(p.config.Timeout)
	ctx, cancel := context.WithTimeoutCause(runCtx, timeout, fmt.Errorf("timed out after %s", timeout))
	defer cancel()
	policy := plan.Policy{AllowDelete: bool(p.config.AllowDelete), Now: time.Now()}
	dryPlan := plan.Make(source.OrganizationID, source.Read(ctx, declared), policy)
	isResourceProblem := map[schema.Problem]bool{}
	for _, c := range dryPlan.Changes {
		for _, problem := range c.Problems {
			problem.Message = c.Resource.String() + ": " + problem.Message
			isResourceProblem[problem] = true
			c.Action, c.Err = plan.Errored, errors.New("not part of the dry run")
		}
	}
	for _, problem := range dryPlan.Problems {
		if isResourceProblem[problem] { // the declaration can't create the resource, but it may exist in Astro
			problem.Warning = true
			problem.Message += "; ignore this if the resource already exists in Astro"
		}
		p.report.Problems = append(p.report.Problems, problem)
	}
	if ctx.Err() == nil && !p.report.HasBlockingErrors() {
		p.reportRefusals(apply.Run(ctx, source, dryPlan, apply.Options{Policy: policy, SaveSecret: func(*desired.Resource, string) error { return nil }}))
	}
	p.report.DryRun = ctx.Err() == nil
	switch {
	case p.recordStop(runCtx):
	case ctx.Err() != nil:
		p.report.Notices = append(p.report.Notices, "the dry run was not finished: "+context.Cause(ctx).Error())
	}
	p.report.FailedRequests = nil // these requests never reached Astro, so its support can't look them up
	schema.SortProblems(p.report.Problems)
}

// reportRefusals adds a problem for each change that the in-memory API refused.
func (p *pipeline) reportRefusals(outcomes []apply.Outcome) {
	for _, o := range outcomes {
		refusal := astro.AsError(o.Err)
		if o.Status != apply.Failed || !refusal.IsRejection() {
			continue
		}
		// A refused value is wrong, so that is an error. A refused create is a warning:
		// the resource may exist in Astro and have the values that the manifest omits.
		problem := schema.Problem{Pos: o.Change.Resource.Pos, Message: refusal.Message, Warning: true}
		why := "the resource may already exist in Astro"
		for _, f := range refusal.FieldErrors {
			if pos, ok := o.RequestBody.PositionOf(f.Field); ok {
				problem.Pos, problem.Message = pos, f.Field+": "+strings.TrimPrefix(f.Message, f.Field+" ")
				why = placeholderReason(o.Change.Resource)
				problem.Warning = why != ""
			}
		}
		problem.Message = o.Change.Resource.String() + ": refused in the dry run: " + problem.Message
		if problem.Warning {
			problem.Message += "; this may be wrong, because " + cmp.Or(placeholderReason(o.Change.Resource), why)
		}
		p.report.Problems = append(p.report.Problems, problem)
	}
}

// placeholderReason returns why a refusal of the resource may be wrong: it contains the
// placeholder of an unset variable, or an id that the in-memory API doesn't know. It
// returns "" if neither is the case. Nested secrets don't count, since most are unset in
// a fork and the in-memory API doesn't check their values; a secret in a field at the
// top level counts.
func placeholderReason(o *desired.Resource) (why string) {
	hasPlaceholder := func(n *schema.Node) bool {
		return slices.ContainsFunc(n.VariableValues, func(s string) bool { return strings.HasPrefix(s, placeholderPrefix) })
	}
	o.Body.Walk(func(n *schema.Node) {
		if !n.Sensitive && hasPlaceholder(n) {
			why = "a variable is not set in this run"
		}
	})
	for _, m := range o.Body.Members {
		if m.Value.Form == schema.Text && hasPlaceholder(m.Value) {
			why = "a variable is not set in this run"
		}
	}
	for _, r := range o.Refs {
		if r.Name == "" && r.ID != "" && r.Declared == nil {
			why = "the dry run doesn't know the resource with the id " + r.ID
		}
	}
	return why
}
