package app

import (
	"context"
	"fmt"
	"time"

	"astro-apply/internal/config"
	"astro-apply/internal/github"
)

// printPlan prints the plan before anything is done.
func (p *pipeline) printPlan() {
	if p.report.Plan == nil {
		return
	}
	grade := p.report.Risk()
	if p.report.Mode == string(config.ModeDrift) && grade != "" {
		grade = "To apply the manifest would be " + grade
	}
	if grade != "" && !p.report.HasBlockingErrors() {
		p.runner.Print(grade)
	}
	p.printResultOnce(p.report.ResultLine())
	p.printGroup("Plan", p.report.PlanText())
	p.printGroup("Unmanaged", p.report.UnmanagedText())
}

// printGroup prints text, if there is any, as a foldable part of the log.
func (p *pipeline) printGroup(title, text string) {
	if text == "" {
		return
	}
	p.runner.StartGroup(title)
	p.runner.Print(text)
	p.runner.EndGroup()
}

// printResultOnce prints the result in a sentence, unless it was the last one said.
func (p *pipeline) printResultOnce(sentence string) {
	if sentence != p.printedResult {
		p.runner.Print(sentence)
	}
	p.printedResult = sentence
}

// publishReport reports the run everywhere it is looked for, the log first: some
// runners lose the files. It returns the exit code.
func (p *pipeline) publishReport(ctx context.Context) int {
	r := &p.report
	p.runner.EndGroup()
	p.printResultOnce(r.ResultLine())
	if r.Duration >= time.Second {
		p.runner.Print("Took " + r.Duration.Round(time.Second).String() + ".")
	}
	if !p.runner.IsGitHubActions() {
		for _, f := range r.Findings() {
			p.runner.Annotate(github.Annotation{Level: f.Level, File: f.Pos.File, Line: f.Pos.Line, Col: f.Pos.Col, Title: f.Title, Message: f.Message})
		}
	} else {
		p.printGroup("Findings", r.FindingsText())
		for _, a := range r.Annotations() {
			p.runner.Annotate(a)
		}
	}
	p.printGroup("For Astronomer support", r.SupportText())
	r.LogErr = p.runner.LogErr()
	code := 0
	if r.HasFailed() {
		code = 1
	}
	for _, err := range p.writeRunnerFiles() { // no change is undone for it, and the log has everything
		p.runner.Annotate(github.Annotation{
			Level: github.Warning, Title: "astro-apply",
			Message: err.Error() + "; later steps can't read it, but the log has everything",
		})
	}
	if p.config != nil {
		p.publishComment(ctx)
	}
	return code
}

// writeRunnerFiles writes the outputs and the summary, each even if the other one fails.
func (p *pipeline) writeRunnerFiles() (errs []error) {
	outputs, err := p.report.Outputs()
	if err != nil {
		errs = append(errs, err)
	}
	for _, o := range outputs {
		if err := p.runner.SetRedactedOutput(o.Name, o.Value); err != nil {
			errs = append(errs, fmt.Errorf("outputs: %w", err))
			break // the others fail in the same way
		}
	}
	if err := p.runner.AppendSummary(p.report.Summary()); err != nil {
		errs = append(errs, err)
	}
	return errs
}
