package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"astro-apply/internal/github"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
)

// checkReviewedPlan returns an error if the plan has changes that are not in the plan
// of the pull request whose merge created the run's commit.
func checkReviewedPlan(ctx context.Context, s *setup, p *plan.Plan) error {
	rest, err := newRESTClient(s)
	if err != nil {
		return err
	}
	branch := s.event.Branch()
	if branch == "" {
		return fmt.Errorf("this run is for %q, but only a commit on a branch can be traced to a merged pull request; "+
			"run on the branch", s.event.Ref)
	}
	merge, err := rest.FindMergedPullRequest(ctx, s.event.SHA, branch)
	if err != nil {
		return err
	}
	if merge == nil {
		return fmt.Errorf("commit %s is not from a pull request that was merged into %s, so it has no reviewed plan; "+
			"merge the change with a pull request", s.event.SHA, branch)
	}
	comments, err := rest.ListOwnComments(ctx, merge.Number)
	if err != nil {
		return err
	}
	own := commentMarker(s)
	comment, shown := findPlanComment(comments, own)
	switch {
	case comment == nil:
		return fmt.Errorf("pull request %d has no comment with a plan of this manifest%s, so no plan was reviewed; "+
			"plan again on a new pull request, with comment: true and the same inputs as this run, including github-token",
			merge.Number, describeOtherNames(s, comments, own))
	case !shown.IsPrefixOf(comment.Body):
		return fmt.Errorf("the comment with the plan in pull request %d was edited, or another version of astro-apply wrote it; this plan was not reviewed, so plan again on a new pull request", merge.Number)
	case comment.UpdatedAt.IsZero() || merge.MergedAt.IsZero():
		return fmt.Errorf("GitHub didn't return the time of the plan in pull request %d, or the time of the merge, so the plan doesn't count as reviewed; run again, or plan again on a new pull request", merge.Number)
	case !comment.UpdatedAt.Before(merge.MergedAt):
		return fmt.Errorf("the plan in pull request %d was made at %s, not before the merge at %s, so it was not reviewed; plan again on a new pull request",
			merge.Number, comment.UpdatedAt.Format(time.RFC3339), merge.MergedAt.Format(time.RFC3339))
	case shown.Head == "" || shown.Head != merge.HeadSHA:
		return fmt.Errorf("the plan in pull request %d is for commit %s, but commit %s was merged, so its plan was not reviewed; plan again on a new pull request", merge.Number, shown.Head, merge.HeadSHA)
	case shown.Digest == "":
		return fmt.Errorf("pull request %d was merged without a plan; fix the errors that its comment shows, and plan again on a new pull request", merge.Number)
	}
	return checkWithinReview(p, shown, merge.Number)
}

// describeOtherNames returns the name that no comment has, if comments have plans of this
// manifest with other names; "" if they have none.
func describeOtherNames(s *setup, comments []github.Comment, own report.Marker) string {
	others := 0
	for _, c := range comments {
		m, ok := report.ParseMarker(report.PlanMarker, c.Body)
		if ok && m.Manifest == own.Manifest && m.Name != own.Name {
			others++
		}
	}
	switch {
	case others == 0:
		return ""
	case own.Name == "":
		return fmt.Sprintf(" without a name, only %d with a name (input name)", others)
	}
	return fmt.Sprintf(" with the name %q, only %d with another name or none (input name)", s.config.Name, others)
}

// findPlanComment returns the comment with the plan of this manifest and name, or nil. It
// prefers the comment of this workflow, then the oldest. own is the marker of this run.
func findPlanComment(comments []github.Comment, own report.Marker) (comment *github.Comment, shown report.Marker) {
	for i := range comments {
		m, ok := report.ParseMarker(report.PlanMarker, comments[i].Body)
		if !ok || m.Manifest != own.Manifest || m.Name != own.Name {
			continue
		}
		if comment == nil || shown.Workflow != own.Workflow && m.Workflow == own.Workflow {
			comment, shown = &comments[i], m
		}
	}
	return comment, shown
}

// checkWithinReview returns an error if the plan has changes that the plan in the
// comment doesn't have.
func checkWithinReview(p *plan.Plan, shown report.Marker, number int) error {
	review, err := shown.DecodeReview()
	if err != nil {
		return fmt.Errorf("pull request %d: %w; this plan was not reviewed, so plan again on a new pull request", number, err)
	}
	if review == nil {
		matches, err := p.MatchesDigest(shown.Digest)
		if err == nil && !matches {
			err = fmt.Errorf("the plan differs from the one in pull request %d, which was too large for its comment, so the differences are unknown; plan again on a new pull request", number)
		}
		return err
	}
	unreviewed, err := p.UnreviewedChanges(review)
	switch {
	case err != nil:
		return fmt.Errorf("pull request %d: %w", number, err)
	case len(unreviewed) == 0:
		return nil
	}
	return fmt.Errorf("the plan has changes that were not reviewed in pull request %d:\n%s\nPlan again on a new pull request, or apply manually without require-reviewed-plan", number, strings.Join(unreviewed, "\n"))
}
