// Package report renders the result of a run for people and for later steps: log text,
// annotations, the job summary, the comment and outputs. It only returns texts; it
// writes nothing. Its texts are within the limits of GitHub's runner.
package report

import (
	"fmt"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/config"
	"astro-apply/internal/current"
	"astro-apply/internal/plan"
	"astro-apply/internal/redact"
	"astro-apply/internal/schema"
)

// Run holds the facts about a run that the reports show.
type Run struct {
	Mode       config.Mode // "" if the run ended before it chose a mode
	ModeReason string      // why the run chose Mode
	// NotAppliedReason explains why the run only plans, and how to apply, with names in
	// backticks. It is set only if the user may have expected an apply.
	NotAppliedReason string
	Name             string   // input name, "" if it isn't set
	Files            []string // manifest files, folders and globs as in the inputs; nil if the run reads none
	Simulated        bool
	DryRun           bool // the run had no token and applied the manifest to an in-memory API
	InlineManifest   bool // the manifest is an input, so its positions aren't in a file
	TargetCount      int  // number of declared resources that the input only selects; 0: all
	DeclaredCount    int  // number of declared resources
	Problems         []schema.Problem
	Errors           []error         // errors without a position in a manifest
	LogErr           error           // why the log is incomplete; nil if it is complete
	Notices          []string        // notices without a position in a manifest
	UnsetSecrets     []string        // names of secrets that only an apply needs
	Plan             *plan.Plan      // nil if the run compared nothing
	Outcomes         []apply.Outcome // nil if the run applied nothing
	ReviewErr        error           // why the run refused to apply a plan without errors
	RemovalsErr      error           // why the plan removes too much: an apply must not start, and a plan is only a warning
	FailOnDrift      bool
	HideAuthors      bool                        // don't name who changed a resource
	UIURL            string                      // address of the Astro UI, "" if unknown
	FailedRequests   []astro.Attempt             // requests that Astro refused or didn't answer
	Unmanaged        []current.UnmanagedResource // only mode drift looks for them
	Export           *ExportResult               // only in mode export; nil before the export is complete
	Duration         time.Duration
	Secrets          *redact.Secrets // values to redact; the reports redact before they cut a value
	StopErr          error           // why the run ended early; nil if it didn't
}

// HasBlockingErrors reports whether an error in the inputs, the manifest or the token
// keeps the run from writing anything.
func (r *Run) HasBlockingErrors() bool {
	return r.errorCount() > 0 || r.ReviewErr != nil || r.removesTooMuch() || r.Plan != nil && len(r.Plan.Problems) > 0
}

// removesTooMuch reports whether the run must not apply its plan because of what it removes.
func (r *Run) removesTooMuch() bool { return r.Mode == config.ModeApply && r.RemovalsErr != nil }

// errorCount returns the number of errors in the inputs, the manifest and the token.
func (r *Run) errorCount() int {
	n := len(r.Errors)
	for _, p := range r.Problems {
		if !p.Warning {
			n += max(1, p.Unlisted)
		}
	}
	return n
}

// HasDrift reports whether Astro differs from the manifest, or a declared resource doesn't work.
func (r *Run) HasDrift() bool { return r.countChanges(hasDrifted) > 0 }

// hasDrifted reports whether a resource differs from the manifest or doesn't work.
func hasDrifted(c *plan.Change) bool { return differsFromManifest(c) || isUnusable(c) }

func differsFromManifest(c *plan.Change) bool {
	return c.IsActive() || c.Action == plan.DeletePrevented || hasUndeclaredItems(c)
}

func (r *Run) countChanges(matches func(*plan.Change) bool) (n int) {
	if r.Plan == nil {
		return 0
	}
	for _, c := range r.Plan.Changes {
		if matches(c) {
			n++
		}
	}
	return n
}

func hasUndeclaredItems(c *plan.Change) bool { return len(c.Kept) > 0 }

// isUnusable reports whether a resource exists and doesn't work.
func isUnusable(c *plan.Change) bool { return c.UnusableReason != "" }

// HasFailed reports whether the step has to fail.
func (r *Run) HasFailed() bool {
	return r.HasBlockingErrors() || r.LogErr != nil || r.StopErr != nil || r.Counts().Unsuccessful() > 0 ||
		r.Mode == config.ModeDrift && r.FailOnDrift && r.HasDrift() || r.exportDiffers()
}

// ResultLine returns the result of the run in one line.
func (r *Run) ResultLine() string {
	c, counts, total, errs := r.Counts(), r.countsText(), len(r.Outcomes), countedNoun(r.errorCount(), "error")
	switch {
	case r.Mode == config.ModeValidate && len(r.Errors) == 0 && r.HasBlockingErrors():
		return "The manifest has " + errs + "."
	case len(r.Errors) > 0 || r.Plan == nil && r.HasBlockingErrors():
		return "Stopped: " + errs + ". This run compared nothing with Astro and changed nothing."
	case r.Plan != nil && len(r.Plan.Problems) > 0:
		errs = countedNoun(len(r.Plan.Problems), "error")
		return fmt.Sprintf("No changes made: the comparison with Astro found %s in the manifest.", errs)
	case r.Export != nil && r.StopErr == nil:
		return r.exportResultLine()
	case r.removesTooMuch():
		return "No changes made: the plan removes too much. " + counts
	case r.ReviewErr != nil:
		return "No changes made: this plan was not reviewed. " + counts
	case r.Mode == config.ModeValidate:
		text := "The manifest is valid: " + countedNoun(r.DeclaredCount, "resource") + "."
		if r.DryRun {
			text += " The dry run on an in-memory Astro API is complete."
		}
		return text + " This run compared nothing with Astro."
	case r.Outcomes != nil && r.StopErr != nil:
		done := total - c.Unsuccessful()
		return fmt.Sprintf("Stopped early (%v): %d of %d done, safe to run again. %s", r.StopErr, done, total, counts)
	case r.StopErr != nil:
		return fmt.Sprintf("Stopped early (%v); no changes made.", r.StopErr)
	case r.Outcomes != nil && c[apply.Failed] > 0:
		return fmt.Sprintf("%d of %s not applied. %s", c[apply.Failed], countedNoun(total, "resource"), counts)
	case r.Outcomes != nil && c[apply.Unconfirmed] > 0:
		return "Accepted, but not everything is confirmed: " + counts
	case r.Outcomes != nil && c.Changed() == 0:
		return "No changes: " + counts
	case r.Outcomes != nil:
		return "Applied: " + counts
	case r.Mode == config.ModeDrift && r.HasDrift():
		return "Drift: " + counts + r.extraDriftText()
	case r.Mode == config.ModeDrift && c[apply.Failed] > 0:
		return "No drift found, but not everything could be compared: " + counts
	case r.Mode == config.ModeDrift:
		return "No drift: " + counts
	case c.Changed() == 0 && c[apply.Failed] == 0:
		return "Plan: no changes. " + counts
	}
	return "Plan: " + counts
}

// extraDriftText describes the drift that a plan doesn't change: undeclared items that
// an apply keeps, and resources that don't work.
func (r *Run) extraDriftText() string {
	text := ""
	if n := r.countChanges(hasUndeclaredItems); n > 0 {
		text = fmt.Sprintf(" %s %s undeclared items.", countedNoun(n, "resource"), verbForm(n, "has", "have"))
	}
	if n := r.countChanges(isUnusable); n > 0 {
		text += fmt.Sprintf(" %s %s expired or failed.", countedNoun(n, "resource"), verbForm(n, "has", "have"))
	}
	return text
}

func countedNoun(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func verbForm(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
