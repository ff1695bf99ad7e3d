package app

import (
	"fmt"
	"strings"
	"time"

	"astro-apply/internal/github"
	"astro-apply/internal/report"
)

// publisher writes reports to the log and to the runner's files.
type publisher struct {
	runner     *github.Runner
	onRunner   bool
	lastResult string // last result line in the log
	errors     string // the errors that the log has already
}

// printPlan prints the risk, the result line, the errors and the plan, before any change.
// It prints nothing for a report without a plan.
func (p *publisher) printPlan(r *report.Run) {
	if r.Plan == nil {
		return
	}
	if risk := r.Risk(); risk != "" {
		p.runner.Print(risk)
	}
	p.errors = r.ErrorsText()
	if r.Counts().Changed() > 0 || p.errors != "" { // otherwise the line at the end is enough
		p.printResultOnce(r.ResultLine())
	}
	if p.errors != "" {
		p.runner.Print(strings.TrimSuffix(p.errors, "\n"))
	}
	if text := r.PlanText(); report.IsLong(text) {
		p.runner.PrintGroup("Plan", text)
	} else if text != "" {
		p.runner.Print(strings.TrimSuffix(text, "\n"))
	}
	p.runner.PrintGroup("Unmanaged", r.UnmanagedText())
}

// printExport prints the variables to set, and what the files don't contain.
func (p *publisher) printExport(r *report.Run) {
	p.runner.PrintGroup("Secrets to set", r.VariablesText())
	p.runner.PrintGroup("Not exported", r.SkippedText())
}

// printResultOnce prints a result line, unless it is the same as the last one.
func (p *publisher) printResultOnce(line string) {
	if line != p.lastResult {
		p.runner.Print(line)
	}
	p.lastResult = line
}

// publishReport publishes the report and returns the exit code. It writes the log first,
// then annotations, outputs and job summary: some runners lose the files of outputs and
// summary, so the log must be complete.
func (p *publisher) publishReport(r *report.Run) (code int) {
	p.printResultOnce(r.ResultLine())
	if r.Duration >= time.Second {
		p.runner.Print("Took " + r.Duration.Round(time.Second).String() + ".")
	}
	findings := strings.TrimPrefix(r.FindingsText(), p.errors) // the errors come first
	if p.onRunner {
		p.runner.PrintGroup("Findings", findings)
		for _, a := range r.Annotations() {
			p.runner.Annotate(a)
		}
	} else if findings != "" {
		p.runner.Print(findings)
	}
	p.runner.PrintGroup("For Astronomer support", r.SupportText())
	r.LogErr = p.runner.LogErr()
	if r.HasFailed() {
		code = 1
	}
	for _, err := range p.writeRunnerFiles(r) { // only a warning: all changes are made, and the log is complete
		p.runner.Annotate(github.Annotation{
			Level: github.Warning, Title: "astro-apply",
			Message: err.Error() + "; later steps can't read it, but the log is complete",
		})
	}
	return code
}

// writeRunnerFiles writes the outputs and the job summary. An error in one doesn't
// prevent the other.
func (p *publisher) writeRunnerFiles(r *report.Run) (errs []error) {
	outputs, err := r.Outputs()
	if err != nil {
		errs = append(errs, err)
	}
	for _, o := range outputs {
		if err := p.runner.SetRedactedOutput(o.Name, o.Value); err != nil {
			errs = append(errs, fmt.Errorf("outputs: %w", err))
			break // the remaining outputs go to the same file
		}
	}
	if err := p.runner.AppendSummary(r.Summary()); err != nil {
		errs = append(errs, err)
	}
	return errs
}
