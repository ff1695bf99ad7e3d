package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/Masterminds/semver/v3"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	api "github.com/google/go-github/v90/github"
)

// publishRelease creates the tag and the release of the release commit, and moves the
// floating tags such as v1. It skips steps that are already done, so it can be run again
// after a failure.
func (r *release) publishRelease(ctx context.Context) error {
	version, err := semver.StrictNewVersion(r.Version)
	if err != nil {
		return fmt.Errorf("VERSION %q: %w", r.Version, err)
	}
	image, err := r.releaseImage(ctx)
	if err != nil {
		return err
	}
	released, err := r.releasedVersions(ctx)
	if err != nil {
		return err
	}
	previous := previousVersion(version, released)
	changes, err := r.commitsSince(ctx, previous)
	if err != nil {
		return err
	}
	tag, previousTag := "v"+r.Version, ""
	if previous != nil {
		previousTag = "v" + previous.String()
	}
	text := releaseNotes(changes) + r.usageText(tag, image, previousTag)
	if err := r.createTag(ctx, tag); err != nil {
		return err
	}
	// Tag the image after the commit, because createTag fails if another release has the tag.
	if err := r.tagImage(ctx, image); err != nil {
		return err
	}
	isPrerelease, newest := version.Prerelease() != "", latestStable(released)
	isLatest := !isPrerelease && (newest == nil || !newest.GreaterThan(version))
	url, err := r.createRelease(ctx, api.CreateReleaseRequest{
		TagName: tag, Name: &tag, Body: &text, Prerelease: &isPrerelease, MakeLatest: new(strconv.FormatBool(isLatest)),
	})
	if err != nil {
		return err
	}
	for _, name := range floatingTags(version, released) {
		if err := r.moveTag(ctx, name); err != nil {
			return err
		}
	}
	if err := r.runner.AppendSummary(fmt.Sprintf("## [%s](%s)\n\n%s", tag, url, text)); err != nil {
		return err
	}
	return r.setOutput("url", url)
}

// releaseImage returns the image of the release commit. It checks that the commit is one:
// its only parent is the commit on which the workflow started.
func (r *release) releaseImage(ctx context.Context) (string, error) {
	releaseCommit, _, err := r.client.Git.GetCommit(ctx, r.owner, r.name, r.ReleaseCommit)
	if err != nil {
		return "", fmt.Errorf("release commit %q: %w", r.ReleaseCommit, err)
	}
	if len(releaseCommit.Parents) != 1 || releaseCommit.Parents[0].GetSHA() != r.Commit {
		return "", fmt.Errorf("release commit %s: its parent must be %s", r.ReleaseCommit, r.Commit)
	}
	action, err := r.readAction(ctx, r.ReleaseCommit)
	if err != nil {
		return "", err
	}
	runs, err := parseRuns(action)
	if err != nil {
		return "", err
	}
	if runs.pinnedImage() == "" {
		return "", fmt.Errorf("release commit %s: action.yml builds its image from %q; run the command commit again", r.ReleaseCommit, runs.Image)
	}
	return runs.pinnedImage(), nil
}

// tagImage adds a tag to the image in the registry, so that a clean-up of untagged images
// doesn't delete it.
func (r *release) tagImage(ctx context.Context, image string) error {
	ref, err := name.NewDigest(image)
	if err != nil {
		return err
	}
	index, err := remote.Index(ref, r.registryOptions(ctx)...)
	if err != nil {
		return fmt.Errorf("image %s: %w", image, err)
	}
	if err := remote.Tag(ref.Context().Tag(r.Version), index, r.registryOptions(ctx)...); err != nil {
		return fmt.Errorf("image %s: tag %s: %w", image, r.Version, err)
	}
	return nil
}

// createTag creates the tag. It never moves an existing one.
func (r *release) createTag(ctx context.Context, tag string) error {
	_, _, err := r.client.Git.CreateRef(ctx, r.owner, r.name, api.CreateRef{Ref: "refs/tags/" + tag, SHA: r.ReleaseCommit})
	if !isRefConflict(err) {
		return wrapError("create tag "+tag, err)
	}
	existing, _, getErr := r.client.Git.GetRef(ctx, r.owner, r.name, "tags/"+tag)
	if getErr != nil {
		return wrapError("create tag "+tag, errors.Join(err, getErr))
	}
	if got := existing.GetObject().GetSHA(); got != r.ReleaseCommit {
		return fmt.Errorf("tag %s already exists on %s, not on %s: release the next version", tag, got, r.ReleaseCommit)
	}
	return nil
}

// createRelease creates the release, unless it exists, and returns its address.
func (r *release) createRelease(ctx context.Context, request api.CreateReleaseRequest) (string, error) {
	existing, _, err := r.client.Repositories.GetReleaseByTag(ctx, r.owner, r.name, request.TagName)
	if err == nil {
		return existing.GetHTMLURL(), nil
	}
	if !hasStatus(err, http.StatusNotFound) {
		return "", wrapError("get release "+request.TagName, err)
	}
	created, _, err := r.client.Repositories.CreateRelease(ctx, r.owner, r.name, request)
	if err != nil {
		return "", wrapError("create release "+request.TagName, err)
	}
	return created.GetHTMLURL(), nil
}

// moveTag moves a floating tag to the release commit, or creates the tag there.
func (r *release) moveTag(ctx context.Context, tag string) error {
	_, _, err := r.client.Git.UpdateRef(ctx, r.owner, r.name, "tags/"+tag, api.UpdateRef{SHA: r.ReleaseCommit, Force: new(true)})
	if !isRefConflict(err) && !hasStatus(err, http.StatusNotFound) {
		return wrapError("move tag "+tag, err)
	}
	if _, _, createErr := r.client.Git.CreateRef(ctx, r.owner, r.name, api.CreateRef{Ref: "refs/tags/" + tag, SHA: r.ReleaseCommit}); createErr != nil {
		return wrapError("move tag "+tag, errors.Join(createErr, err))
	}
	return nil // the tag is new
}

// wrapError adds the attempted step to err; it returns nil for nil. For a forbidden step it
// adds a reason that GitHub doesn't return: the token of a workflow can't tag a commit
// whose workflows differ from those of the default branch.
func wrapError(step string, err error) error {
	switch {
	case err == nil:
		return nil
	case hasStatus(err, http.StatusForbidden):
		return fmt.Errorf("%s: %w; give the job contents: write; if a workflow has changed on the default branch since, release its newest commit instead", step, err)
	}
	return fmt.Errorf("%s: %w", step, err)
}
