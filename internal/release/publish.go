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

// publishRelease gives the release commit its names: the tag, the release, v1. What
// is there already is left alone, so it may be run again after a failure.
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
	tag, compared := "v"+r.Version, ""
	if previous != nil {
		compared = "v" + previous.String()
	}
	text := releaseNotes(changes) + r.usageText(tag, image, compared)
	if err := r.createTag(ctx, tag); err != nil {
		return err
	}
	// Not before the tag, which may turn out to be another release's.
	if err := r.tagImage(ctx, image); err != nil {
		return err
	}
	early, newest := version.Prerelease() != "", latestStable(released)
	first := !early && (newest == nil || !newest.GreaterThan(version))
	url, err := r.createRelease(ctx, api.CreateReleaseRequest{
		TagName: tag, Name: &tag, Body: &text, Prerelease: &early, MakeLatest: new(strconv.FormatBool(first)),
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

// releaseImage is the image of the release commit, which must be one: made of what
// the workflow was started on.
func (r *release) releaseImage(ctx context.Context) (string, error) {
	made, _, err := r.client.Git.GetCommit(ctx, r.owner, r.name, r.ReleaseCommit)
	if err != nil {
		return "", fmt.Errorf("release commit %q: %w", r.ReleaseCommit, err)
	}
	if len(made.Parents) != 1 || made.Parents[0].GetSHA() != r.Commit {
		return "", fmt.Errorf("release commit %s isn't made of %s", r.ReleaseCommit, r.Commit)
	}
	action, err := r.readAction(ctx, r.ReleaseCommit)
	if err != nil {
		return "", err
	}
	how, err := parseRuns(action)
	if err != nil {
		return "", err
	}
	if how.pinnedImage() == "" {
		return "", fmt.Errorf("release commit %s builds its image: %q", r.ReleaseCommit, how.Image)
	}
	return how.pinnedImage(), nil
}

// tagImage names the image in the registry, too, so that no clean-up of images
// without a name takes it away.
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

// createTag makes the tag, which stays where it is for good.
func (r *release) createTag(ctx context.Context, tag string) error {
	_, _, err := r.client.Git.CreateRef(ctx, r.owner, r.name, api.CreateRef{Ref: "refs/tags/" + tag, SHA: r.ReleaseCommit})
	if !isRefConflict(err) {
		return wrapError("make tag "+tag, err)
	}
	at, _, there := r.client.Git.GetRef(ctx, r.owner, r.name, "tags/"+tag)
	if there != nil {
		return wrapError("make tag "+tag, errors.Join(err, there))
	}
	if got := at.GetObject().GetSHA(); got != r.ReleaseCommit {
		return fmt.Errorf("tag %s is on %s already, not on %s: release the next version", tag, got, r.ReleaseCommit)
	}
	return nil
}

// createRelease makes the release and returns its address.
func (r *release) createRelease(ctx context.Context, what api.CreateReleaseRequest) (string, error) {
	there, _, err := r.client.Repositories.GetReleaseByTag(ctx, r.owner, r.name, what.TagName)
	if err == nil {
		return there.GetHTMLURL(), nil
	}
	if !hasStatus(err, http.StatusNotFound) {
		return "", wrapError("release "+what.TagName, err)
	}
	made, _, err := r.client.Repositories.CreateRelease(ctx, r.owner, r.name, what)
	if err != nil {
		return "", wrapError("make release "+what.TagName, err)
	}
	return made.GetHTMLURL(), nil
}

// moveTag puts a floating tag on the release commit.
func (r *release) moveTag(ctx context.Context, tag string) error {
	_, _, err := r.client.Git.UpdateRef(ctx, r.owner, r.name, "tags/"+tag, api.UpdateRef{SHA: r.ReleaseCommit, Force: new(true)})
	if !isRefConflict(err) && !hasStatus(err, http.StatusNotFound) {
		return wrapError("move tag "+tag, err)
	}
	if _, _, again := r.client.Git.CreateRef(ctx, r.owner, r.name, api.CreateRef{Ref: "refs/tags/" + tag, SHA: r.ReleaseCommit}); again != nil {
		return wrapError("move tag "+tag, errors.Join(again, err))
	}
	return nil // it wasn't there yet
}

// wrapError names what was done, and is nil where nothing went wrong. That a token
// may not do it has a reason that GitHub doesn't tell: the workflow's own may
// not name a commit whose workflows are others than the default branch's.
func wrapError(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case hasStatus(err, http.StatusForbidden):
		return fmt.Errorf("%s: %w; the job needs contents: write, and if a workflow was changed on the default branch since, release its newest commit instead", what, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}
