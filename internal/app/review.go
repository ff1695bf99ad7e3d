package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"astro-apply/internal/config"
	"astro-apply/internal/github"
	"astro-apply/internal/report"
)

// requireReviewedPlan returns an error if the plan has changes that are not in the plan
// of the pull request whose merge created the run's commit.
func (p *pipeline) requireReviewedPlan(ctx context.Context) error {
	if !bool(p.config.RequireReviewedPlan) || p.report.Mode != string(config.ModeApply) || p.report.Simulated || p.report.Counts().Changed() == 0 {
		return nil
	}
	if err := p.checkReviewedPlan(ctx); err != nil {
		return fmt.Errorf("require-reviewed-plan: %w", err)
	}
	return nil
}

func (p *pipeline) checkReviewedPlan(ctx context.Context) error {
	rest, err := p.newRESTClient()
	if err != nil {
		return err
	}
	branch := p.event.Branch()
	if branch == "" {
		return fmt.Errorf("the run is for %q, and only a commit on a branch is known to be from a merged pull request; run on the branch", p.event.Ref)
	}
	merge, err := rest.FindMergedPullRequest(ctx, p.event.SHA, branch)
	if err != nil {
		return err
	}
	if merge == nil {
		return fmt.Errorf("commit %s is not from a pull request that was merged into %s, so nobody reviewed a plan", p.event.SHA, branch)
	}
	comments, err := rest.ListOwnComments(ctx, merge.Number)
	if err != nil {
		return err
	}
	comment, shown := p.findPlanComment(comments)
	switch {
	case comment == nil:
		return fmt.Errorf("pull request %d has no comment with a plan of this manifest; plan it there with comment: true and the same inputs, github-token included", merge.Number)
	case !shown.IsPrefixOf(comment.Body):
		return fmt.Errorf("the comment with the plan in pull request %d was edited, or another version of astro-apply wrote it; nobody reviewed this plan, so plan again on a pull request", merge.Number)
	case comment.UpdatedAt.IsZero() || merge.MergedAt.IsZero():
		return fmt.Errorf("GitHub doesn't report whether the plan in pull request %d was made before the merge; nobody reviewed it, so run again or plan again on a pull request", merge.Number)
	case !comment.UpdatedAt.Before(merge.MergedAt):
		return fmt.Errorf("the plan in pull request %d was made at %s, not before it was merged at %s; nobody reviewed it",
			merge.Number, comment.UpdatedAt.Format(time.RFC3339), merge.MergedAt.Format(time.RFC3339))
	case shown.Head == "" || shown.Head != merge.HeadSHA:
		return fmt.Errorf("the plan in pull request %d is of commit %s, and %s was merged; its plan was not reviewed", merge.Number, shown.Head, merge.HeadSHA)
	case shown.Digest == "":
		return fmt.Errorf("pull request %d was merged without a plan: its comment says what was wrong", merge.Number)
	}
	return p.checkWithinReview(shown, merge.Number)
}

// findPlanComment returns the comment with the plan of this manifest, nil if there is
// none. It prefers the comment of this workflow, then the oldest.
func (p *pipeline) findPlanComment(comments []github.Comment) (comment *github.Comment, shown report.Marker) {
	own := p.commentMarker()
	for i := range comments {
		m, ok := report.ParseMarker(comments[i].Body)
		if !ok || m.Manifest != own.Manifest || comment != nil && (shown.Workflow == own.Workflow || m.Workflow != own.Workflow) {
			continue
		}
		comment, shown = &comments[i], m
	}
	return comment, shown
}

// checkWithinReview returns an error if the plan has changes that the plan in the
// comment doesn't have.
func (p *pipeline) checkWithinReview(shown report.Marker, number int) error {
	review, err := shown.DecodeReview()
	if err != nil {
		return fmt.Errorf("pull request %d: %w; nobody reviewed this plan, so plan again on a pull request", number, err)
	}
	if review == nil {
		matches, err := p.report.Plan.MatchesDigest(shown.Digest)
		if err == nil && !matches {
			err = fmt.Errorf("the plan is not the one in pull request %d, which was too large for its comment, so the differences are unknown; plan again on a pull request", number)
		}
		return err
	}
	unreviewed, err := p.report.Plan.UnreviewedChanges(review)
	switch {
	case err != nil:
		return fmt.Errorf("pull request %d: %w", number, err)
	case len(unreviewed) == 0:
		return nil
	}
	return fmt.Errorf("the plan is not the one that was reviewed in pull request %d:\n%s\nPlan again on a new pull request, or apply by hand without the input", number, strings.Join(unreviewed, "\n"))
}
