package app

import (
	"context"
	"fmt"

	"astro-apply/internal/github"
	"astro-apply/internal/report"
)

// writeResultComment shows the result of an apply on the pull request that brought its
// commit. A second comment does that, because a change of the comment with the plan would
// make the plan count as not reviewed, also for another attempt of this run.
func writeResultComment(ctx context.Context, s *setup, r *report.Run) error {
	rest, err := newRESTClient(s)
	if err != nil {
		return err
	}
	merge, err := rest.FindMergedPullRequest(ctx, s.event.SHA, s.event.Branch())
	if err != nil {
		return err
	}
	if merge == nil {
		s.runner.Print("no comment: no merged pull request brought commit " + s.event.SHA + " to " + s.event.Branch())
		return nil
	}
	m := commentMarker(s)
	m.Kind, m.Failed = report.ResultMarker, r.HasFailed()
	body, err := r.ResultComment(m, runURL(s))
	if err != nil {
		return err
	}
	// A run that had nothing to do doesn't replace the result of the run that did it.
	hasOtherResult := func(old string) bool {
		shown, ok := report.ParseMarker(m.Kind, old)
		return ok && shown.Head == m.Head && !shown.Failed && !m.Failed && r.Counts().Changed() == 0
	}
	return upsertComment(ctx, s, rest, merge.Number, m, github.StickyComment{Body: body, IsCurrent: hasOtherResult})
}

// runURL returns the URL of this attempt of the workflow run, "" if it is unknown.
func runURL(s *setup) string {
	if s.env.Repository == "" || s.env.RunID == 0 {
		return ""
	}
	run := s.env.ServerURL + "/" + s.env.Repository + "/actions/runs/"
	return fmt.Sprintf("%s%d/attempts/%d", run, s.env.RunID, max(1, s.env.RunAttempt))
}
