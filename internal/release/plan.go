package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// planRelease determines the version, and shows the release notes.
func (r *release) planRelease(ctx context.Context) error {
	repository, _, err := r.client.Repositories.Get(ctx, r.owner, r.name)
	if err != nil {
		return fmt.Errorf("repository %s: %w", r.Repository, err)
	}
	if branch := "refs/heads/" + repository.GetDefaultBranch(); r.Ref != branch {
		return fmt.Errorf("a release must be from %s, not from %s: choose that branch when you run the workflow", branch, r.Ref)
	}
	released, err := r.releasedVersions(ctx)
	if err != nil {
		return err
	}
	version, err := nextVersion(r.Version, released)
	if err != nil {
		return err
	}
	changes, err := r.commitsSince(ctx, previousVersion(version, released))
	if err != nil {
		return err
	}
	if err := r.runner.AppendSummary(fmt.Sprintf("## v%s\n\n%s", version, releaseNotes(changes))); err != nil {
		return err
	}
	return errors.Join(r.setOutput("version", version.String()), r.setOutput("image", "ghcr.io/"+strings.ToLower(r.Repository)))
}
