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

// placeholders replaces variables that aren't set, for an in-memory Astro API.
var placeholders = manifest.Environment{AllowUnset: true, Placeholder: placeholderValue}

func placeholderValue(name string) string { return placeholderPrefix + name }

// dryRun applies the manifest to an in-memory Astro API. It is for runs without a
// token, which can't compare the manifest with Astro: requests that the in-memory API
// refuses, Astro would refuse as well. A refusal that depends on resources in Astro or
// on the values of variables, which the run doesn't know, is only a warning. The error
// explains why the dry run is incomplete.
func dryRun(ctx context.Context, s *setup, sources []manifest.Source) ([]schema.Problem, error) {
	s.runner.Print("dry run: applying the manifest to an in-memory Astro API")
	declared, _ := loadManifests(s, sources, placeholders)
	if slices.ContainsFunc(declared.Problems, isError) {
		return nil, errors.New("no dry run: the manifest depends on variables that are not set in this run")
	}
	// Its requests never reach Astro, so Astronomer support can't look up the failed ones.
	source, err := connectSimulator(s, declared, astro.Options{Unpaced: true}, &requestLog{})
	if err != nil {
		return nil, fmt.Errorf("no dry run: %w", err)
	}
	policy := plan.Policy{AllowDelete: bool(s.config.AllowDelete), Now: time.Now()}
	dryPlan := plan.Make(source.OrganizationID, source.Read(ctx, declared), policy)
	problems := problemsOfDryPlan(dryPlan)
	if ctx.Err() == nil && !slices.ContainsFunc(problems, isError) {
		outcomes := apply.Run(ctx, source, dryPlan, apply.Options{Policy: policy, SaveSecret: discardSecret})
		problems = append(problems, refusals(outcomes)...)
	}
	if ctx.Err() != nil {
		return problems, fmt.Errorf("the dry run was not finished: %w", context.Cause(ctx))
	}
	return problems, nil
}

func isError(problem schema.Problem) bool { return !problem.Warning }

// problemsOfDryPlan returns the problems of a plan. It excludes resources with a problem
// from the plan: their declaration can't create them, but they may exist in Astro, so such
// a problem is only a warning.
func problemsOfDryPlan(dryPlan *plan.Plan) []schema.Problem {
	isResourceProblem := map[schema.Problem]bool{}
	for _, c := range dryPlan.Changes {
		for _, problem := range c.Problems {
			problem.Message = c.Resource.String() + ": " + problem.Message
			isResourceProblem[problem] = true
			c.Action, c.Err = plan.Errored, errors.New("not part of the dry run")
		}
	}
	problems := slices.Clone(dryPlan.Problems)
	for i, problem := range problems {
		if isResourceProblem[problem] {
			problems[i].Warning = true
			problems[i].Message += "; ignore this if the resource already exists in Astro"
		}
	}
	return problems
}

// refusals returns a problem for each change that the in-memory API refused.
func refusals(outcomes []apply.Outcome) (problems []schema.Problem) {
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
		problems = append(problems, problem)
	}
	return problems
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
