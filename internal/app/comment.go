package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"astro-apply/internal/config"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
)

// commentMarker returns the marker by which a run finds the comment of an earlier run
// and updates it. There is one comment per step of a workflow, manifest, name and
// Organization. The jobs of a matrix are the same step, so they need different names.
func commentMarker(s *setup) report.Marker {
	workflow, _, _ := strings.Cut(s.env.WorkflowRef, "@")
	step := strings.Join([]string{workflow, s.env.Job, s.env.Action}, " ")
	m := report.Marker{
		Workflow: plan.DigestOf([]byte(step)), Manifest: plan.DigestOf([]byte(manifestIdentity(s))), Head: s.event.HeadSHA,
	}
	if s.config.Name != "" {
		m.Name = plan.DigestOf([]byte(s.config.Name))
	}
	if s.env.RunID != 0 {
		m.Run = fmt.Sprintf("%d/%d", s.env.RunID, s.env.RunAttempt)
	}
	return m
}

// manifestIdentity returns the inputs that determine which resources a plan is about.
// Runs with different identities have different comments, and one doesn't count as the
// review of the other.
func manifestIdentity(s *setup) string {
	c := s.config
	files := []string{"inline"}
	if c.Manifest == "" {
		files = nil
		for _, f := range c.Files {
			files = append(files, path.Clean(f))
		}
	}
	parts := slices.Concat(slices.Sorted(slices.Values(files)), []string{"only"}, slices.Sorted(slices.Values(c.Only)))
	organization := cmp.Or(s.caller.OrganizationID, string(c.OrganizationID))
	return strings.Join(append(parts, string(c.Workspace), organization, string(c.APIURL)), "\n")
}

// publishComment creates or updates the comment about the run: the plan on an open pull
// request, or the result after the merge. It never fails the run, because the job summary
// has the same. If the run has nothing to comment on, the log has the reason.
func publishComment(ctx context.Context, s *setup, r *report.Run) {
	if s.config == nil || s.event.Name != s.env.EventName { // an invalid input; another job may have the comment of its default
		return
	}
	kind, reason := chooseComment(s)
	wanted := bool(s.config.Comment)
	switch {
	case reason != "" && (wanted || bool(s.config.RequireReviewedPlan) && s.event.Name == "merge_group"):
		s.runner.Print("no comment: " + reason)
	case reason != "" || !wanted:
	case kind == report.ResultMarker:
		if err := writeResultComment(ctx, s, r); err != nil {
			s.runner.Print(fmt.Sprintf("no comment with the result: %v", err))
		}
	default:
		if err := writePlanComment(ctx, s, r); err != nil {
			s.runner.Annotate(describeCommentError(s, err))
		}
	}
}

// chooseComment returns what the run comments, or the reason why it comments nothing.
func chooseComment(s *setup) (kind report.MarkerKind, whyNone string) {
	e := s.event
	switch {
	case e.PullRequest != 0 && e.Action == "closed":
		return "", fmt.Sprintf("pull request %d is closed", e.PullRequest)
	case e.PullRequest != 0:
		return report.PlanMarker, ""
	case e.Name == "merge_group":
		return "", "the pull request is in the merge queue; with require-reviewed-plan: true, " +
			"the apply after the merge checks that this plan was reviewed"
	case e.Name == "":
		return "", "no workflow event started this run"
	case e.Name == "issue_comment":
		return "", "event issue_comment runs at the default branch, not at the commit of a pull request"
	case e.Name == "schedule":
		return "", "a schedule started this run, not a pull request"
	case s.choice.mode != config.ModeApply || e.Branch() == "":
		return "", "event " + e.Name + " belongs to no pull request, and only an apply on a branch comments its result"
	}
	return report.ResultMarker, ""
}

// describeCommentError explains that the plan isn't in a comment.
func describeCommentError(s *setup, err error) github.Annotation {
	a := github.Annotation{Level: github.Notice, Title: "astro-apply: no comment"}
	consequence := "the plan is only in the job summary"
	if _, ok := errors.AsType[*github.PermissionError](err); ok && s.event.FromFork {
		consequence += "; a pull request from a fork gets a read-only token"
	}
	if stale := staleCommentNote(err, s.event.HeadSHA); stale != "" {
		a.Level, a.Title, consequence = github.Warning, "astro-apply: outdated comment", stale
	}
	a.Message = err.Error() + "; " + consequence
	return a
}

// staleCommentNote describes the outdated plan that an earlier comment still shows
// because of err, "" if there is no such comment.
func staleCommentNote(err error, head string) string {
	const again = "; the plan of this run is in the job summary; run the job again to update the comment"
	stale, ok := errors.AsType[*github.StaleCommentError](err)
	if !ok {
		return ""
	}
	old, _ := report.ParseMarker(report.PlanMarker, stale.Body)
	if old.Head == "" {
		return "if the pull request has a comment with a plan, that plan is older than commit " + head + again
	}
	return "the comment still shows an older plan, of commit " + old.Head + again
}

func writePlanComment(ctx context.Context, s *setup, r *report.Run) error {
	m := commentMarker(s)
	if r.Plan != nil && !r.HasBlockingErrors() {
		if err := m.SetPlan(r.Plan); err != nil {
			return err
		}
	}
	rest, err := newRESTClient(s)
	if err != nil {
		return err
	}
	// A change after the merge would look like a plan that was not reviewed.
	merged, err := rest.IsMerged(ctx, s.event.PullRequest)
	if err != nil {
		return err
	}
	if merged {
		s.runner.Print(fmt.Sprintf("comment not changed: pull request %d is already merged", s.event.PullRequest))
		return nil
	}
	body, err := r.Comment(m, checksURL(s))
	if err != nil {
		return err
	}
	showsSame := func(old string) bool { return github.IsSameBody(report.WithoutRun(old), report.WithoutRun(body)) }
	return upsertComment(ctx, s, rest, s.event.PullRequest, m, github.StickyComment{Body: body, IsCurrent: showsSame})
}

// upsertComment writes a comment with marker m, which identifies the comment of an
// earlier run.
func upsertComment(
	ctx context.Context, s *setup, rest *github.REST, pullRequest int, m report.Marker, c github.StickyComment,
) error {
	c.Matches = func(body string) bool {
		other, ok := report.ParseMarker(m.Kind, body)
		return ok && other.MarksSameComment(m)
	}
	result, err := rest.UpsertComment(ctx, pullRequest, c)
	if err != nil {
		return err
	}
	s.runner.Print(fmt.Sprintf("comment %s: %s", result.Action, result.URL))
	old, _ := report.ParseMarker(m.Kind, result.OldBody)
	if m.Run != "" && (old.Run == m.Run || result.Action == github.Created && hasDuplicate(ctx, rest, pullRequest, m)) {
		s.runner.Annotate(github.Annotation{
			Level: github.Warning, Title: "astro-apply: comment of another job",
			Message: "another job of this workflow run writes the same comment, so the pull request doesn't show the comments of both jobs, " +
				"or won't after the next run; set input name to a different value in each job, for example name: ${{ matrix.stage }}",
		})
	}
	return nil
}

// hasDuplicate reports whether another job of the same run created a comment with the same
// marker at the same time.
func hasDuplicate(ctx context.Context, rest *github.REST, pullRequest int, m report.Marker) bool {
	comments, _ := rest.ListOwnComments(ctx, pullRequest) // only a warning depends on them
	count := 0
	for _, c := range comments {
		if other, ok := report.ParseMarker(m.Kind, c.Body); ok && other.MarksSameComment(m) && other.Run == m.Run {
			count++
		}
	}
	return count > 1
}

// checksURL returns the URL of the checks for the pull request's commit. It is the same
// for every run on the commit, so that a comment with the same plan is not updated.
func checksURL(s *setup) string {
	if s.env.Repository == "" {
		return ""
	}
	repository := s.env.ServerURL + "/" + s.env.Repository
	return fmt.Sprintf("%s/pull/%d/checks?sha=%s", repository, s.event.PullRequest, s.event.HeadSHA)
}
