package main

import (
	"context"
	"fmt"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	api "github.com/google/go-github/v90/github"

	"astro-apply/internal/github"
)

// commitRelease checks the image and makes the release commit: the one that the
// workflow was started on, with an action.yml that runs the image. No branch
// and no tag names it yet, so nobody gets it before it was tried.
func (r *release) commitRelease(ctx context.Context) error {
	action, err := r.readAction(ctx, r.Commit)
	if err != nil {
		return err
	}
	how, err := parseRuns(action)
	if err != nil {
		return err
	}
	pinned, err := pinImage(action, r.Image)
	if err != nil {
		return err
	}
	sizes, err := inspectImage(r.Image, imageOrigin{r.Version, r.Commit, how.Entrypoint}, r.registryOptions(ctx)...)
	if err != nil {
		return err
	}
	for _, platform := range platforms {
		r.runner.Print(fmt.Sprintf("%s: %.2f MB", platform, float64(sizes[platform])/1e6))
	}
	from, _, err := r.client.Git.GetCommit(ctx, r.owner, r.name, r.Commit)
	if err != nil {
		return fmt.Errorf("commit %s: %w", r.Commit, err)
	}
	tree, _, err := r.client.Git.CreateTree(ctx, r.owner, r.name, from.GetTree().GetSHA(), []*api.TreeEntry{{
		Path: new("action.yml"), Mode: new("100644"), Type: new("blob"), Content: new(string(pinned)),
	}})
	if err != nil {
		return fmt.Errorf("make the tree: %w", err)
	}
	made, _, err := r.client.Git.CreateCommit(ctx, r.owner, r.name, api.Commit{
		Message: new("release: v" + r.Version), Tree: tree, Parents: []*api.Commit{{SHA: &r.Commit}},
	}, nil)
	if err != nil {
		return fmt.Errorf("make the commit: %w", err)
	}
	if !made.GetVerification().GetVerified() {
		r.runner.Annotate(github.Annotation{Level: github.Warning, Title: "release", Message: fmt.Sprintf("commit %s is not signed: GitHub signs what a workflow's own token makes", made.GetSHA())})
	}
	return r.setOutput("commit", made.GetSHA())
}

// registryOptions are the options for the image's registry. GitHub's takes the job's
// token, and needs it until the package is public.
func (r *release) registryOptions(ctx context.Context) []remote.Option {
	return []remote.Option{
		remote.WithContext(ctx),
		remote.WithAuth(&authn.Basic{Username: r.owner, Password: r.Token}),
	}
}
