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
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

const placeholderPrefix = "simulated-"

// placeholderValue takes the place of a variable that is not set.
func placeholderValue(name string) string { return placeholderPrefix + name }

// performDryRun carries the manifest out on an Astro API in memory, where there is no
// token to compare it with the real one: what that refuses, Astro would, too.
// What it can't know is a remark: what is live, and what variables hold.
func (p *pipeline) performDryRun(run context.Context, sources []manifest.Source) {
	p.runner.Print("rehearsing on an Astro API in memory; nothing is compared with what is live")
	declared := p.parseManifests(sources, manifest.Environment{
		Lookup: p.Getenv, AllowUnset: true, Placeholder: placeholderValue,
	})
	if slices.ContainsFunc(declared.Problems, func(problem schema.Problem) bool { return !problem.Warning }) {
		p.report.Notices = append(p.report.Notices, "not rehearsed: the manifest depends on variables that are not set here")
		return
	}
	p.inDryRun = true
	source, err := p.connectSimulator(declared)
	if err != nil {
		p.report.Notices = append(p.report.Notices, "not rehearsed: "+err.Error())
		return
	}
	timeout := time.Duration(p.config.Timeout)
	ctx, cancel := context.WithTimeoutCause(run, timeout, fmt.Errorf("the timeout of %s is over", timeout))
	defer cancel()
	policy := plan.Policy{AllowDelete: bool(p.config.AllowDelete), Now: time.Now()}
	rehearsed := plan.Make(source.OrganizationID, declared, source.ReadCurrent(ctx, declared), policy)
	remarks := map[schema.Problem]bool{}
	for _, c := range rehearsed.Changes {
		for _, problem := range c.Problems {
			problem.Message = c.Resource.String() + ": " + problem.Message
			remarks[problem] = true
			c.Action, c.Err = plan.Errored, errors.New("not rehearsed")
		}
	}
	for _, problem := range rehearsed.Problems {
		if remarks[problem] { // a new object lacks something; this one may be live
			problem.Warning = true
			problem.Message += ", if it is not there yet"
		}
		p.report.Problems = append(p.report.Problems, problem)
	}
	if ctx.Err() == nil && !p.report.HasBlockingErrors() {
		p.reportRefusals(apply.Run(ctx, source, rehearsed, apply.Options{Policy: policy, SaveSecret: func(*resource.Resource, string) error { return nil }}))
	}
	p.report.DryRun = ctx.Err() == nil
	switch {
	case p.recordStop(run):
	case ctx.Err() != nil:
		p.report.Notices = append(p.report.Notices, "the rehearsal was not finished: "+context.Cause(ctx).Error())
	}
	p.report.FailedRequests = nil // nobody's support knows of them
	schema.SortProblems(p.report.Problems)
}

// reportRefusals reports what the API in memory refused.
func (p *pipeline) reportRefusals(outcomes []apply.Outcome) {
	for _, o := range outcomes {
		refusal, ok := errors.AsType[*astro.Error](o.Err)
		if o.Status != apply.Failed || !ok || refusal.StatusCode/100 != 4 {
			continue
		}
		// A value that is refused is wrong; a new object that is refused may be one
		// that is live and has what this one lacks.
		problem := schema.Problem{Pos: o.Change.Resource.Pos, Message: refusal.Message, Warning: true}
		why := "it may be live already"
		for _, f := range refusal.FieldErrors {
			if at, ok := o.RequestBody.PositionOf(f.Field); ok {
				problem.Pos, problem.Message = at, f.Field+": "+strings.TrimPrefix(f.Message, f.Field+" ")
				why = placeholderReason(o.Change.Resource)
				problem.Warning = why != ""
			}
		}
		problem.Message = o.Change.Resource.String() + ": refused in the rehearsal: " + problem.Message
		if problem.Warning {
			problem.Message += ", which may not hold because " + cmp.Or(placeholderReason(o.Change.Resource), why)
		}
		p.report.Problems = append(p.report.Problems, problem)
	}
}

// placeholderReason says what of an object only stands in for what isn't known here, "" if
// nothing does. Secrets are mostly not set in a fork, and are judged by nobody:
// only where one is a field of its own it counts.
func placeholderReason(o *resource.Resource) (why string) {
	stands := func(n *schema.Node) bool {
		return slices.ContainsFunc(n.VariableValues, func(s string) bool { return strings.HasPrefix(s, placeholderPrefix) })
	}
	o.Body.Walk(func(n *schema.Node) {
		if !n.Sensitive && stands(n) {
			why = "a variable is not set here"
		}
	})
	for _, m := range o.Body.Members {
		if m.Value.Form == schema.Text && stands(m.Value) {
			why = "a variable is not set here"
		}
	}
	for _, r := range o.Refs {
		if r.Name == "" && r.ID != "" && r.Declared == nil {
			why = "what has the id " + r.ID + " is not known here"
		}
	}
	return why
}
