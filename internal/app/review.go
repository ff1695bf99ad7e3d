package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/config"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
)

// marker identifies the comment that a run keeps, and finds again: one for each
// workflow, and in it for each manifest and Organization.
func (p *process) marker() report.Marker {
	workflow, _, _ := strings.Cut(p.Getenv("GITHUB_WORKFLOW_REF"), "@") // owner/name/.github/workflows/x.yml@ref
	step := strings.Join([]string{workflow, p.Getenv("GITHUB_JOB"), p.Getenv("GITHUB_ACTION")}, " ")
	return report.Marker{Workflow: plan.Sum([]byte(step)), Manifest: plan.Sum([]byte(p.manifest())), Head: p.event.HeadSHA}
}

// manifest says what a plan is of: whatever makes another run's plan one of
// something else.
func (p *process) manifest() string {
	c := p.config
	files := []string{"inline"}
	if c.Manifest == "" {
		files = nil
		for _, f := range c.Files {
			files = append(files, path.Clean(f))
		}
	}
	parts := slices.Concat(slices.Sorted(slices.Values(files)), []string{"only"}, slices.Sorted(slices.Values(c.Only)))
	caller, err := astro.ParseToken(p.token)
	if err != nil {
		caller = astro.Caller{}
	}
	return strings.Join(append(parts, string(c.Workspace), cmp.Or(caller.OrganizationID, string(c.OrganizationID)), string(c.APIURL)), "\n")
}

// comment keeps the pull request's comment up to date. What keeps it from that
// is told, and is no reason to fail.
func (p *process) comment(ctx context.Context) {
	if !bool(p.config.Comment) || p.event.PullRequest == 0 || p.event.Action == "closed" {
		return
	}
	if err := p.keepComment(ctx); err != nil {
		why := "the plan is in the job summary only"
		if _, ok := errors.AsType[*github.Refused](err); ok && p.event.Fork {
			why += "; a pull request from a fork gets a token that may only read"
		}
		p.runner.Annotate(github.Annotation{Level: github.Notice, Title: "astro-apply: no comment", Message: err.Error() + "; " + why})
	}
}

func (p *process) keepComment(ctx context.Context) error {
	m := p.marker()
	if p.report.Plan != nil && !p.report.Broken() {
		if err := m.Show(p.report.Plan); err != nil {
			return err
		}
	}
	rest, err := p.rest()
	if err != nil {
		return err
	}
	body, err := p.report.Comment(m, p.page(), p.runner.Scrub)
	if err != nil {
		return err
	}
	kept, err := rest.Keep(ctx, p.event.PullRequest, func(body string) bool {
		other, ok := report.ReadMarker(body)
		return ok && other.Same(m)
	}, body)
	if err == nil {
		p.runner.Print(fmt.Sprintf("comment %s: %s", kept.Action, kept.URL))
	}
	return err
}

// page is where the runs of the pull request's commit are: the same for each of
// them, so that the same plan is the same comment.
func (p *process) page() string {
	server := p.Getenv("GITHUB_SERVER_URL")
	if server == "" || p.event.Repository == "" {
		return ""
	}
	return fmt.Sprintf("%s/%s/pull/%d/checks?sha=%s", server, p.event.Repository, p.event.PullRequest, p.event.HeadSHA)
}

func (p *process) rest() (*github.REST, error) {
	if p.config.GitHubToken == "" {
		return nil, errors.New("the input github-token is empty")
	}
	if err := checkProxy(p.Getenv); err != nil {
		return nil, err
	}
	return github.NewREST(p.Getenv, string(p.config.GitHubToken), p.runner.Secrets(), p.GitHub)
}

// reviewed makes sure that a run does nothing that was not in the plan of the
// pull request that brought its commit.
func (p *process) reviewed(ctx context.Context) error {
	if !bool(p.config.Reviewed) || p.report.Mode != string(config.Apply) || p.report.Simulated || p.report.Counts().Changed() == 0 {
		return nil
	}
	if err := p.compareReviewed(ctx); err != nil {
		return fmt.Errorf("require-reviewed-plan: %w", err)
	}
	return nil
}

func (p *process) compareReviewed(ctx context.Context) error {
	rest, err := p.rest()
	if err != nil {
		return err
	}
	merge, err := rest.Merged(ctx, p.event.SHA, p.event.RefName)
	if err != nil {
		return err
	}
	if merge == nil {
		return fmt.Errorf("commit %s came to %s by no pull request, so nobody reviewed a plan", p.event.SHA, p.event.RefName)
	}
	comments, err := rest.Comments(ctx, merge.Number)
	if err != nil {
		return err
	}
	comment, shown := p.shown(comments)
	switch {
	case comment == nil:
		return fmt.Errorf("pull request %d has no comment with a plan of this manifest; plan it there with comment: true and the same inputs", merge.Number)
	case !shown.Starts(comment.Body):
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
	return p.within(shown, merge.Number)
}

// shown returns the comment with the plan of this manifest, nil if there is none:
// that of this workflow, or else the oldest.
func (p *process) shown(comments []github.Comment) (comment *github.Comment, shown report.Marker) {
	mine := p.marker()
	for i := range comments {
		m, ok := report.ReadMarker(comments[i].Body)
		if !ok || m.Manifest != mine.Manifest || comment != nil && (shown.Workflow == mine.Workflow || m.Workflow != mine.Workflow) {
			continue
		}
		comment, shown = &comments[i], m
	}
	return comment, shown
}

// within returns an error if the plan does more than the one that was shown.
func (p *process) within(shown report.Marker, number int) error {
	review, err := shown.Review()
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
	beyond, err := p.report.Plan.Beyond(review)
	switch {
	case err != nil:
		return fmt.Errorf("pull request %d: %w", number, err)
	case len(beyond) == 0:
		return nil
	}
	return fmt.Errorf("the plan is not the one that was reviewed in pull request %d:\n%s\nPlan again on a new pull request, or apply by hand without the input", number, strings.Join(beyond, "\n"))
}
