// Package report renders the result of a run for people and for later steps: log text,
// annotations, the job summary, the comment and outputs. It only returns texts; it
// writes nothing. Its texts are within the limits of GitHub's runner.
package report

import (
	"fmt"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/current"
	"astro-apply/internal/plan"
	"astro-apply/internal/redact"
	"astro-apply/internal/schema"
)

// Run holds the facts about a run that the reports show.
type Run struct {
	Mode       string // "" if the run ended before it chose a mode
	ModeReason string // why the run chose Mode
	// NotAppliedReason explains why the run only plans, and how to apply, with names in
	// backticks. It is set only if the user may have expected an apply.
	NotAppliedReason string
	Simulated        bool
	DryRun           bool // the run had no token and applied the manifest to an in-memory API
	InlineManifest   bool // the manifest is an input, so its positions aren't in a file
	TargetCount      int  // number of declared resources that the input only selects; 0: all
	DeclaredCount    int  // number of declared resources
	Problems         []schema.Problem
	Errors           []error         // errors without a position in a manifest
	LogErr           error           // why the log is incomplete; nil if it is complete
	Notices          []string        // notices without a position in a manifest
	Plan             *plan.Plan      // nil if the run compared nothing
	Outcomes         []apply.Outcome // nil if the run applied nothing
	ReviewErr        error           // why the run refused to apply a plan without errors
	FailOnDrift      bool
	UIURL            string                      // address of the Astro UI, "" if unknown
	FailedRequests   []FailedRequest             // requests that Astro refused or didn't answer
	Unmanaged        []current.UnmanagedResource // only mode drift looks for them
	Export           *ExportResult               // only in mode export; nil before the export is complete
	Duration         time.Duration
	Secrets          *redact.Secrets // values to redact; the reports redact before they cut a value
	StopErr          error           // why the run ended early; nil if it didn't
}

// HasBlockingErrors reports whether an error in the inputs, the manifest or the token
// keeps the run from writing anything.
func (r *Run) HasBlockingErrors() bool {
	if len(r.Errors) > 0 || r.ReviewErr != nil {
		return true
	}
	for _, p := range r.Problems {
		if !p.Warning {
			return true
		}
	}
	return r.Plan != nil && len(r.Plan.Problems) > 0
}

// HasDrift reports whether Astro differs from the manifest, or a declared resource doesn't work.
func (r *Run) HasDrift() bool { return r.differsFromManifest() || r.countUnusable() > 0 }

// countUnusable returns the number of resources that exist and don't work.
func (r *Run) countUnusable() (n int) {
	if r.Plan == nil {
		return 0
	}
	for _, c := range r.Plan.Changes {
		if c.UnusableReason != "" {
			n++
		}
	}
	return n
}

// differsFromManifest reports whether Astro differs from the manifest.
func (r *Run) differsFromManifest() bool {
	if r.Plan == nil {
		return false
	}
	for _, c := range r.Plan.Changes {
		if len(c.Kept) > 0 {
			return true
		}
	}
	return r.Plan.Count(plan.Create, plan.Update, plan.Delete, plan.DeletePrevented) > 0
}

// HasFailed reports whether the step has to fail.
func (r *Run) HasFailed() bool {
	counts := r.Counts()
	return r.HasBlockingErrors() || r.LogErr != nil || counts.Unsuccessful() > 0 || r.StopErr != nil || r.Mode == "drift" && r.HasDrift() && r.FailOnDrift || r.exportDiffers()
}

// ResultLine returns the result of the run in one line.
func (r *Run) ResultLine() string {
	c := r.Counts()
	switch {
	case r.Mode == "validate" && len(r.Errors) == 0 && r.HasBlockingErrors():
		return fmt.Sprintf("The manifest has %s.", countedNoun(r.errorCount(), "error"))
	case len(r.Errors) > 0 || r.Plan == nil && r.HasBlockingErrors():
		return fmt.Sprintf("Stopped: %s. This run compared nothing with Astro and changed nothing.", countedNoun(r.errorCount(), "error"))
	case r.Plan != nil && len(r.Plan.Problems) > 0:
		return fmt.Sprintf("No changes made: the comparison with Astro found %s in the manifest.", countedNoun(len(r.Plan.Problems), "error"))
	case r.Export != nil && r.StopErr == nil:
		return r.exportResultLine()
	case r.ReviewErr != nil:
		return "No changes made: this plan was not reviewed. " + r.countsText(true)
	case r.Mode == "validate" && r.DryRun:
		return fmt.Sprintf("The manifest is valid: %s. The dry run on an in-memory Astro API is complete. This run compared nothing with Astro.", countedNoun(r.DeclaredCount, "resource"))
	case r.Mode == "validate":
		return fmt.Sprintf("The manifest is valid: %s. This run compared nothing with Astro.", countedNoun(r.DeclaredCount, "resource"))
	case r.Outcomes != nil && r.StopErr != nil:
		return fmt.Sprintf("Stopped early (%v): %d of %d done, safe to run again. %s", r.StopErr, len(r.Outcomes)-c.Unsuccessful(), len(r.Outcomes), r.countsText(false))
	case r.StopErr != nil:
		return fmt.Sprintf("Stopped early (%v); no changes made.", r.StopErr)
	case r.Outcomes != nil && c.Failed > 0:
		return fmt.Sprintf("%d of %s not applied. %s", c.Failed, countedNoun(len(r.Outcomes), "resource"), r.countsText(false))
	case r.Outcomes != nil && c.Unconfirmed > 0:
		return "Accepted, but not everything is confirmed: " + r.countsText(false)
	case r.Outcomes != nil && c.Changed() == 0:
		return "No changes: " + r.countsText(false)
	case r.Outcomes != nil:
		return "Applied: " + r.countsText(false)
	case r.Mode == "drift" && r.HasDrift():
		return "Drift: " + r.countsText(true) + r.extraDriftText()
	case r.Mode == "drift" && c.Failed > 0:
		return "No drift found, but not everything could be compared: " + r.countsText(true)
	case r.Mode == "drift":
		return "No drift: " + r.countsText(true)
	case c.Changed() == 0 && c.Failed == 0:
		return "Plan: no changes. " + r.countsText(true)
	}
	return "Plan: " + r.countsText(true)
}

// extraDriftText describes the drift that a plan doesn't change: undeclared items that
// an apply keeps, and resources that don't work.
func (r *Run) extraDriftText() string {
	text := ""
	n := 0
	for _, c := range r.Plan.Changes {
		if len(c.Kept) > 0 {
			n++
		}
	}
	if n > 0 {
		text = fmt.Sprintf(" %s %s undeclared items.", countedNoun(n, "resource"), verbForm(n, "has", "have"))
	}
	if n := r.countUnusable(); n > 0 {
		text += fmt.Sprintf(" %s %s expired or failed.", countedNoun(n, "resource"), verbForm(n, "has", "have"))
	}
	return text
}

func (r *Run) errorCount() int {
	n := len(r.Errors)
	for _, p := range r.Problems {
		if !p.Warning {
			n += max(1, p.Unlisted)
		}
	}
	return n
}

func countedNoun(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
