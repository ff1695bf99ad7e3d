package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// plan decides the version, and shows what would be released.
func (r *release) plan(ctx context.Context) error {
	repository, _, err := r.client.Repositories.Get(ctx, r.owner, r.name)
	if err != nil {
		return fmt.Errorf("repository %s: %w", r.Repository, err)
	}
	if branch := "refs/heads/" + repository.GetDefaultBranch(); r.Ref != branch {
		return fmt.Errorf("releases are made of %s, not of %s: choose it where you run the workflow", branch, r.Ref)
	}
	released, err := r.released(ctx)
	if err != nil {
		return err
	}
	version, err := next(r.Version, released)
	if err != nil {
		return err
	}
	changes, err := r.since(ctx, before(version, released))
	if err != nil {
		return err
	}
	if err := r.runner.AppendSummary(fmt.Sprintf("## v%s\n\n%s", version, notes(changes))); err != nil {
		return err
	}
	return errors.Join(r.tell("version", version.String()), r.tell("image", "ghcr.io/"+strings.ToLower(r.Repository)))
}
