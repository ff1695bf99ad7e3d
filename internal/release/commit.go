package main

import (
	"context"
	"fmt"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	api "github.com/google/go-github/v90/github"

	"astro-apply/internal/github"
)

// commitRelease checks the image and creates the release commit. Its parent is the commit
// on which the workflow started, and its action.yml runs the image. No branch and no tag
// contains the release commit yet, so users don't get it before the workflow has tried it.
func (r *release) commitRelease(ctx context.Context) error {
	action, err := r.readAction(ctx, r.Commit)
	if err != nil {
		return err
	}
	runs, err := parseRuns(action)
	if err != nil {
		return err
	}
	pinned, err := pinImage(action, r.Image)
	if err != nil {
		return err
	}
	sizes, err := inspectImage(r.Image, imageOrigin{r.Version, r.Commit, runs.Entrypoint}, r.registryOptions(ctx)...)
	if err != nil {
		return err
	}
	for _, platform := range platforms {
		r.runner.Print(fmt.Sprintf("%s: %.2f MB", platform, float64(sizes[platform])/1e6))
	}
	parent, _, err := r.client.Git.GetCommit(ctx, r.owner, r.name, r.Commit)
	if err != nil {
		return fmt.Errorf("commit %s: %w", r.Commit, err)
	}
	tree, _, err := r.client.Git.CreateTree(ctx, r.owner, r.name, parent.GetTree().GetSHA(), []*api.TreeEntry{{
		Path: new("action.yml"), Mode: new("100644"), Type: new("blob"), Content: new(string(pinned)),
	}})
	if err != nil {
		return fmt.Errorf("create the tree: %w", err)
	}
	releaseCommit, _, err := r.client.Git.CreateCommit(ctx, r.owner, r.name, api.Commit{
		Message: new("release: v" + r.Version), Tree: tree, Parents: []*api.Commit{{SHA: &r.Commit}},
	}, nil)
	if err != nil {
		return fmt.Errorf("create the commit: %w", err)
	}
	if !releaseCommit.GetVerification().GetVerified() {
		r.runner.Annotate(github.Annotation{Level: github.Warning, Title: "release", Message: fmt.Sprintf("commit %s is not signed; use the token of the workflow, because GitHub signs the commits that it creates", releaseCommit.GetSHA())})
	}
	return r.setOutput("commit", releaseCommit.GetSHA())
}

// registryOptions returns the options for the registry of the image. GitHub's registry
// accepts the token of the job, and requires it until the package is public.
func (r *release) registryOptions(ctx context.Context) []remote.Option {
	return []remote.Option{
		remote.WithContext(ctx),
		remote.WithAuth(&authn.Basic{Username: r.owner, Password: r.Token}),
	}
}
