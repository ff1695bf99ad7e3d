package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"astro-apply/internal/astro"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
)

// commentMarker returns the marker by which a run finds the comment of an earlier run
// and updates it. There is one comment per step of a workflow, manifest and
// Organization.
func (p *pipeline) commentMarker() report.Marker {
	workflow, _, _ := strings.Cut(p.env.WorkflowRef, "@")
	step := strings.Join([]string{workflow, p.env.Job, p.env.Action}, " ")
	return report.Marker{Workflow: plan.DigestOf([]byte(step)), Manifest: plan.DigestOf([]byte(p.manifestIdentity())), Head: p.event.HeadSHA}
}

// manifestIdentity returns the inputs that determine which resources a plan is about.
// Runs with different identities have different comments, and one doesn't count as the
// review of the other.
func (p *pipeline) manifestIdentity() string {
	c := p.config
	files := []string{"inline"}
	if c.Manifest == "" {
		files = nil
		for _, f := range c.Files {
			files = append(files, path.Clean(f))
		}
	}
	parts := slices.Concat(slices.Sorted(slices.Values(files)), []string{"only"}, slices.Sorted(slices.Values(c.Only)))
	caller, err := astro.ParseToken(p.astroToken)
	if err != nil {
		caller = astro.TokenInfo{}
	}
	return strings.Join(append(parts, string(c.Workspace), cmp.Or(caller.OrganizationID, string(c.OrganizationID)), string(c.APIURL)), "\n")
}

// publishComment creates or updates the comment on the pull request. If that fails, the
// run prints why and doesn't fail: the job summary has the plan as well.
func (p *pipeline) publishComment(ctx context.Context) {
	if !bool(p.config.Comment) || p.event.PullRequest == 0 || p.event.Action == "closed" {
		return
	}
	if err := p.writeComment(ctx); err != nil {
		if stale := p.staleCommentNote(err); stale != "" {
			p.runner.Annotate(github.Annotation{Level: github.Warning, Title: "astro-apply: outdated comment", Message: err.Error() + "; " + stale})
			return
		}
		consequence := "the plan is only in the job summary"
		if _, ok := errors.AsType[*github.PermissionError](err); ok && p.event.FromFork {
			consequence += "; a pull request from a fork gets a read-only token"
		}
		p.runner.Annotate(github.Annotation{Level: github.Notice, Title: "astro-apply: no comment", Message: err.Error() + "; " + consequence})
	}
}

// staleCommentNote describes the outdated plan that an earlier comment still shows
// because of err, "" if there is no such comment.
func (p *pipeline) staleCommentNote(err error) string {
	const again = "; the plan of this run is in the job summary; run the job again to update the comment"
	stale, ok := errors.AsType[*github.StaleCommentError](err)
	if !ok {
		return ""
	}
	old, _ := report.ParseMarker(stale.Body)
	if old.Head == "" {
		return "if the pull request has a comment with a plan, that plan is older than commit " + p.event.HeadSHA + again
	}
	return "the comment still shows an older plan, of commit " + old.Head + again
}

func (p *pipeline) writeComment(ctx context.Context) error {
	m := p.commentMarker()
	if p.report.Plan != nil && !p.report.HasBlockingErrors() {
		if err := m.SetPlan(p.report.Plan); err != nil {
			return err
		}
	}
	rest, err := p.newRESTClient()
	if err != nil {
		return err
	}
	body, err := p.report.Comment(m, p.checksURL())
	if err != nil {
		return err
	}
	kept, err := rest.UpsertComment(ctx, p.event.PullRequest, func(body string) bool {
		other, ok := report.ParseMarker(body)
		return ok && other.MarksSameComment(m)
	}, body)
	if err == nil {
		p.runner.Print(fmt.Sprintf("comment %s: %s", kept.Action, kept.URL))
	}
	return err
}

// checksURL returns the URL of the checks for the pull request's commit. It is the same
// for every run on the commit, so that a comment with the same plan is not updated.
func (p *pipeline) checksURL() string {
	if p.env.Repository == "" {
		return ""
	}
	repository := p.env.ServerURL + "/" + p.env.Repository
	return fmt.Sprintf("%s/pull/%d/checks?sha=%s", repository, p.event.PullRequest, p.event.HeadSHA)
}

func (p *pipeline) newRESTClient() (*github.REST, error) {
	if p.config.GitHubToken == "" {
		return nil, errors.New("input github-token is empty; set it to ${{ github.token }}, or remove it to use the default")
	}
	if p.proxyErr != nil {
		return nil, p.proxyErr
	}
	return github.NewREST(p.env, string(p.config.GitHubToken), p.runner.Secrets(), p.GitHubTransport)
}
