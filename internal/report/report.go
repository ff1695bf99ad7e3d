// Package report turns a run into what people and later steps see: log text,
// annotations, the job summary and outputs. It is pure: it returns texts, and
// keeps to the runner's budgets.
package report

import (
	"fmt"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
	"astro-apply/internal/redact"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// Run is everything that is known of a run when it ends.
type Run struct {
	Mode       string // "" when the run ended before it was chosen
	ModeReason string // that mode
	// NotApplied is for a run that its user may expect to apply, and that only plans: why, and how to apply, with names in backticks; "" for others.
	NotAppliedReason string
	Simulated        bool
	DryRun           bool // carried out on an API in memory, for lack of a token
	InlineManifest   bool // the manifest is an input, so its places are in no file
	TargetCount      int  // how many of them the run is about, 0: all
	DeclaredCount    int  // objects
	Problems         []schema.Problem
	Errors           []error         // that belong to no place in a manifest
	LogErr           error           // why the log is incomplete, nil if it isn't
	Notices          []string        // notices that belong to no place in a manifest
	Plan             *plan.Plan      // nil: nothing was compared
	Outcomes         []apply.Outcome // nil: nothing was applied
	ReviewErr        error           // why the plan, which could be carried out, was not
	FailOnDrift      bool
	UIURL            string                       // address of the Astro UI, "" if unknown
	FailedRequests   []FailedRequest              // those that were refused or lost
	Unmanaged        []resource.UnmanagedResource // looked for in mode drift only
	Export           *ExportResult                // in mode export, once it is there
	Duration         time.Duration
	Secrets          *redact.Secrets // replaced before a value is cut
	StopErr          error           // why the run was ended early, nil if it wasn't
}

// HasBlockingErrors reports whether something is wrong that keeps anything from being
// written: with the inputs, the manifest or the token.
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

// countUnusable counts the objects that exist and don't work.
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

// ResultLine is the result in one line.
func (r *Run) ResultLine() string {
	c := r.Counts()
	switch {
	case r.Mode == "validate" && len(r.Errors) == 0 && r.HasBlockingErrors():
		return fmt.Sprintf("The manifest has %s.", countedNoun(r.errorCount(), "error"))
	case len(r.Errors) > 0 || r.Plan == nil && r.HasBlockingErrors():
		return fmt.Sprintf("Stopped: %s. Nothing was compared with Astro, and nothing written.", countedNoun(r.errorCount(), "error"))
	case r.Plan != nil && len(r.Plan.Problems) > 0:
		return fmt.Sprintf("Nothing was written: the manifest has %s that only the live state shows.", countedNoun(len(r.Plan.Problems), "error"))
	case r.Export != nil && r.StopErr == nil:
		return r.exportResultLine()
	case r.ReviewErr != nil:
		return "Nothing was written: the plan is not one that was reviewed. " + r.countsText(true)
	case r.Mode == "validate" && r.DryRun:
		return fmt.Sprintf("The manifest is valid: %s declared, and rehearsed on an Astro API in memory. Nothing was compared with what is live.", countedNoun(r.DeclaredCount, "object"))
	case r.Mode == "validate":
		return fmt.Sprintf("The manifest is valid: %s declared. Nothing was compared with Astro.", countedNoun(r.DeclaredCount, "object"))
	case r.Outcomes != nil && r.StopErr != nil:
		return fmt.Sprintf("Stopped early (%v): %d of %d done, safe to run again. %s", r.StopErr, len(r.Outcomes)-c.Unsuccessful(), len(r.Outcomes), r.countsText(false))
	case r.StopErr != nil:
		return fmt.Sprintf("Stopped early (%v); nothing was written.", r.StopErr)
	case r.Outcomes != nil && c.Failed > 0:
		return fmt.Sprintf("%d of %s not applied. %s", c.Failed, countedNoun(len(r.Outcomes), "object"), r.countsText(false))
	case r.Outcomes != nil && c.Unconfirmed > 0:
		return "Accepted, but not all of it confirmed: " + r.countsText(false)
	case r.Outcomes != nil && c.Changed() == 0:
		return "Nothing to do: " + r.countsText(false)
	case r.Outcomes != nil:
		return "Applied: " + r.countsText(false)
	case r.Mode == "drift" && r.HasDrift():
		return "Drift: " + r.countsText(true) + r.extraDriftText()
	case r.Mode == "drift" && c.Failed > 0:
		return "No drift found, but not everything could be compared: " + r.countsText(true)
	case r.Mode == "drift":
		return "No drift: " + r.countsText(true)
	case c.Changed() == 0 && c.Failed == 0:
		return "Plan: nothing to do. " + r.countsText(true)
	}
	return "Plan: " + r.countsText(true)
}

// extraDriftText describes the drift that is no change: undeclared items that are kept, and resources that don't work.
func (r *Run) extraDriftText() string {
	text := ""
	n := 0
	for _, c := range r.Plan.Changes {
		if len(c.Kept) > 0 {
			n++
		}
	}
	if n > 0 {
		text = fmt.Sprintf(" Undeclared items are live in %s.", countedNoun(n, "object"))
	}
	if n := r.countUnusable(); n > 0 {
		text += fmt.Sprintf(" %s %s expired or failed.", countedNoun(n, "object"), verbForm(n, "has", "have"))
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
