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
	Mode string // "" when the run ended before it was chosen
	Why  string // that mode
	// NotApplied is for a run that its user may expect to apply, and that only plans: why, and how to apply, with names in backticks; "" for others.
	NotApplied string
	Simulated  bool
	Rehearsed  bool // carried out on an API in memory, for lack of a token
	Inline     bool // the manifest is an input, so its places are in no file
	Only       int  // how many of them the run is about, 0: all
	Declared   int  // objects
	Problems   []schema.Problem
	Errors     []error         // that belong to no place in a manifest
	LogErr     error           // why the log is incomplete, nil if it isn't
	Remarks    []string        // notices that belong to no place in a manifest
	Plan       *plan.Plan      // nil: nothing was compared
	Outcomes   []apply.Outcome // nil: nothing was applied
	Refused    error           // why the plan, which could be carried out, was not
	FailDrift  bool
	Interface  string                       // address of the Astro UI, "" if unknown
	Calls      []Call                       // those that were refused or lost
	Unmanaged  []resource.UnmanagedResource // looked for in mode drift only
	Exported   *Exported                    // in mode export, once it is there
	Duration   time.Duration
	Secrets    *redact.Secrets // replaced before a value is cut
	Stopped    error           // why the run was ended early, nil if it wasn't
}

// Broken reports whether something is wrong that keeps anything from being
// written: with the inputs, the manifest or the token.
func (r *Run) Broken() bool {
	if len(r.Errors) > 0 || r.Refused != nil {
		return true
	}
	for _, p := range r.Problems {
		if !p.Warning {
			return true
		}
	}
	return r.Plan != nil && len(r.Plan.Problems) > 0
}

// Drift reports whether Astro differs from the manifest, or a declared resource doesn't work.
func (r *Run) Drift() bool { return r.deviates() || r.unusable() > 0 }

// unusable counts the objects that exist and don't work.
func (r *Run) unusable() (n int) {
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

// deviates reports whether Astro differs from the manifest.
func (r *Run) deviates() bool {
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

// Failed reports whether the step has to fail.
func (r *Run) Failed() bool {
	counts := r.Counts()
	return r.Broken() || r.LogErr != nil || counts.NotOK() > 0 || r.Stopped != nil || r.Mode == "drift" && r.Drift() && r.FailDrift || r.differs()
}

// Sentence is the result in one line.
func (r *Run) Sentence() string {
	c := r.Counts()
	switch {
	case r.Mode == "validate" && len(r.Errors) == 0 && r.Broken():
		return fmt.Sprintf("The manifest has %s.", plural(r.errorCount(), "error"))
	case len(r.Errors) > 0 || r.Plan == nil && r.Broken():
		return fmt.Sprintf("Stopped: %s. Nothing was compared with Astro, and nothing written.", plural(r.errorCount(), "error"))
	case r.Plan != nil && len(r.Plan.Problems) > 0:
		return fmt.Sprintf("Nothing was written: the manifest has %s that only the live state shows.", plural(len(r.Plan.Problems), "error"))
	case r.Exported != nil && r.Stopped == nil:
		return r.exportSentence()
	case r.Refused != nil:
		return "Nothing was written: the plan is not one that was reviewed. " + r.tally(true)
	case r.Mode == "validate" && r.Rehearsed:
		return fmt.Sprintf("The manifest is valid: %s declared, and rehearsed on an Astro API in memory. Nothing was compared with what is live.", plural(r.Declared, "object"))
	case r.Mode == "validate":
		return fmt.Sprintf("The manifest is valid: %s declared. Nothing was compared with Astro.", plural(r.Declared, "object"))
	case r.Outcomes != nil && r.Stopped != nil:
		return fmt.Sprintf("Stopped early (%v): %d of %d done, safe to run again. %s", r.Stopped, len(r.Outcomes)-c.NotOK(), len(r.Outcomes), r.tally(false))
	case r.Stopped != nil:
		return fmt.Sprintf("Stopped early (%v); nothing was written.", r.Stopped)
	case r.Outcomes != nil && c.Failed > 0:
		return fmt.Sprintf("%d of %s not applied. %s", c.Failed, plural(len(r.Outcomes), "object"), r.tally(false))
	case r.Outcomes != nil && c.Unconfirmed > 0:
		return "Accepted, but not all of it confirmed: " + r.tally(false)
	case r.Outcomes != nil && c.Changed() == 0:
		return "Nothing to do: " + r.tally(false)
	case r.Outcomes != nil:
		return "Applied: " + r.tally(false)
	case r.Mode == "drift" && r.Drift():
		return "Drift: " + r.tally(true) + r.surplus()
	case r.Mode == "drift" && c.Failed > 0:
		return "No drift found, but not everything could be compared: " + r.tally(true)
	case r.Mode == "drift":
		return "No drift: " + r.tally(true)
	case c.Changed() == 0 && c.Failed == 0:
		return "Plan: nothing to do. " + r.tally(true)
	}
	return "Plan: " + r.tally(true)
}

// surplus describes the drift that is no change: undeclared items that are kept, and resources that don't work.
func (r *Run) surplus() string {
	text := ""
	n := 0
	for _, c := range r.Plan.Changes {
		if len(c.Kept) > 0 {
			n++
		}
	}
	if n > 0 {
		text = fmt.Sprintf(" Undeclared items are live in %s.", plural(n, "object"))
	}
	if n := r.unusable(); n > 0 {
		text += fmt.Sprintf(" %s %s expired or failed.", plural(n, "object"), verb(n, "has", "have"))
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

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
