package app

import (
	"context"
	"fmt"

	"astro-apply/internal/config"
	"astro-apply/internal/github"
	"astro-apply/internal/report"
)

// driftLabel is the label by which a run finds the issue about drift.
const driftLabel = "astro-drift"

// publishDriftIssue keeps the issue about drift up to date. It never changes the result of
// the run: if it can't write the issue, a notice has the reason.
func publishDriftIssue(ctx context.Context, s *setup, r *report.Run) {
	if s.config == nil || !bool(s.config.DriftIssue) || r.Mode != config.ModeDrift {
		return
	}
	if reason := whyNoDriftIssue(s, r); reason != "" {
		s.runner.Print("drift issue not changed: " + reason)
		return
	}
	if err := writeDriftIssue(ctx, s, r); err != nil {
		s.runner.Annotate(github.Annotation{
			Level: github.Notice, Title: "astro-apply: no drift issue",
			Message: err.Error() + "; the drift is only in the job summary",
		})
	}
}

// whyNoDriftIssue returns why the result of this run says nothing about the managed
// resources, so that an issue could be wrong; "" if it does.
func whyNoDriftIssue(s *setup, r *report.Run) string {
	e := s.event
	isComplete := r.Plan != nil && !r.HasBlockingErrors() && r.StopErr == nil
	switch {
	case s.simulated:
		return "the run is a simulation"
	case e.PullRequest != 0 || e.UntrustedEvent != "" || !e.OnDefaultBranch():
		return "the run isn't at a commit of the default branch"
	case !isComplete || !r.HasDrift() && r.Counts().Unsuccessful() > 0:
		return "not everything could be compared"
	}
	return ""
}

func writeDriftIssue(ctx context.Context, s *setup, r *report.Run) error {
	rest, err := newRESTClient(s)
	if err != nil {
		return err
	}
	m := commentMarker(s)
	m.Kind, m.Workflow, m.Run = report.DriftMarker, "", "" // one issue per manifest and name, whatever the workflow
	if m.Digest, err = r.DriftDigest(); err != nil {
		return err
	}
	matches := func(body string) bool {
		other, ok := report.ParseMarker(m.Kind, body)
		return ok && other.MarksSameComment(m)
	}
	issue, err := rest.FindOwnIssue(ctx, driftLabel, matches)
	switch {
	case err != nil:
		return err
	case m.Digest == "" && (issue == nil || !issue.IsOpen):
		return nil
	case m.Digest == "":
		return closeDriftIssue(ctx, s, r, rest, issue)
	}
	shown := *r
	if private, err := rest.IsPrivate(ctx); err != nil || !private {
		shown.HideAuthors = true // everyone can read the issue
	}
	body, err := shown.DriftIssue(m, runURL(s))
	if err != nil {
		return err
	}
	if issue == nil {
		if issue, err = rest.CreateIssue(ctx, driftLabel, r.DriftIssueTitle(), body, matches); err == nil {
			s.runner.Print("drift issue created: " + issue.URL)
		}
		return err
	}
	if err := rest.UpdateIssue(ctx, issue.Number, body, true); err != nil {
		return err
	}
	action := "updated"
	if !issue.IsOpen {
		action = "reopened"
	}
	s.runner.Print(fmt.Sprintf("drift issue %s: %s", action, issue.URL))
	if old, _ := report.ParseMarker(m.Kind, issue.Body); old.Digest == m.Digest {
		return nil
	}
	return rest.CommentOnIssue(ctx, issue.Number, r.DriftChange(runURL(s)))
}

// closeDriftIssue closes the issue after the drift has ended. The body still shows the
// last drift.
func closeDriftIssue(ctx context.Context, s *setup, r *report.Run, rest *github.REST, issue *github.Issue) error {
	body, err := report.EndDrift(issue.Body)
	if err != nil {
		return err
	}
	if err := rest.UpdateIssue(ctx, issue.Number, body, false); err != nil {
		return err
	}
	s.runner.Print("drift issue closed: " + issue.URL)
	return rest.CommentOnIssue(ctx, issue.Number, r.DriftChange(runURL(s)))
}
