package app

import (
	"context"
	"fmt"
	"time"

	"astro-apply/internal/github"
)

// printPlan prints the risk, the result line and the plan, before any change.
func (p *pipeline) printPlan() {
	if p.report.Plan == nil {
		return
	}
	if risk := p.report.Risk(); risk != "" {
		p.runner.Print(risk)
	}
	p.printResultOnce(p.report.ResultLine())
	p.runner.PrintGroup("Plan", p.report.PlanText())
	p.runner.PrintGroup("Unmanaged", p.report.UnmanagedText())
}

// printResultOnce prints a result line, unless it is the same as the last one.
func (p *pipeline) printResultOnce(line string) {
	if line != p.printedResult {
		p.runner.Print(line)
	}
	p.printedResult = line
}

// publishReport publishes the report and returns the exit code. It writes the log first,
// then annotations, outputs, job summary and comment: some runners lose the files of
// outputs and summary, so the log must be complete.
func (p *pipeline) publishReport(ctx context.Context) int {
	r := &p.report
	p.printResultOnce(r.ResultLine())
	if r.Duration >= time.Second {
		p.runner.Print("Took " + r.Duration.Round(time.Second).String() + ".")
	}
	if p.env.OnRunner {
		p.runner.PrintGroup("Findings", r.FindingsText())
		for _, a := range r.Annotations() {
			p.runner.Annotate(a)
		}
	} else if text := r.FindingsText(); text != "" {
		p.runner.Print(text)
	}
	p.runner.PrintGroup("For Astronomer support", r.SupportText())
	r.LogErr = p.runner.LogErr()
	code := 0
	if r.HasFailed() {
		code = 1
	}
	for _, err := range p.writeRunnerFiles() { // only a warning: all changes are made, and the log is complete
		p.runner.Annotate(github.Annotation{
			Level: github.Warning, Title: "astro-apply",
			Message: err.Error() + "; later steps can't read it, but the log is complete",
		})
	}
	if p.config != nil {
		p.publishComment(ctx)
	}
	return code
}

// writeRunnerFiles writes the outputs and the job summary. An error in one doesn't
// prevent the other.
func (p *pipeline) writeRunnerFiles() (errs []error) {
	outputs, err := p.report.Outputs()
	if err != nil {
		errs = append(errs, err)
	}
	for _, o := range outputs {
		if err := p.runner.SetRedactedOutput(o.Name, o.Value); err != nil {
			errs = append(errs, fmt.Errorf("outputs: %w", err))
			break // the remaining outputs go to the same file
		}
	}
	if err := p.runner.AppendSummary(p.report.Summary()); err != nil {
		errs = append(errs, err)
	}
	return errs
}
