package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/schema"
)

// checkDuplicate returns an error if Astro has another resource with the identity of the new one. Two runs that look
// for a missing resource at the same moment both create it. The run deletes neither, because both may already be in
// use. If no other change waits for the resource, checkDuplicates checks it later, with fewer calls.
func (r *applier) checkDuplicate(ctx context.Context, j *job) error {
	o := j.change.Resource
	switch {
	case o.Kind.Unique:
		return nil
	case !j.hasDependents:
		r.mu.Lock()
		defer r.mu.Unlock()
		r.uncheckedCreates = append(r.uncheckedCreates, j)
		return nil
	}
	found, err := r.finder.FindMatches(ctx, o)
	return r.duplicateError(ctx, j, found, err)
}

// checkDuplicates checks the new resources that no other change waited for, with one list per kind and parent.
func (r *applier) checkDuplicates(ctx context.Context) {
	var resources []*desired.Resource
	for _, j := range r.uncheckedCreates {
		resources = append(resources, j.change.Resource)
	}
	matches := r.source.FindAllMatches(ctx, resources)
	for _, j := range r.uncheckedCreates {
		found, err := matches(j.change.Resource)
		if err := r.duplicateError(ctx, j, found, err); err != nil && j.Status.IsOK() {
			j.setFailed(err)
			r.OnOutcome(j.Outcome)
		}
	}
}

// duplicateError returns an error with the ids of all resources with the identity of j, or nil if there is only one. If
// the list failed with err, duplicateError adds a warning to j instead.
func (r *applier) duplicateError(ctx context.Context, j *job, found []*current.Live, err error) error {
	if err != nil {
		if ctx.Err() == nil {
			message := fmt.Sprintf("created (id %s), but this run can't check for a duplicate, "+
				"because the list can't be read: %v; "+
				"check in Astro that there is only one with this name", j.Live.ID, err)
			j.Warnings = append(j.Warnings, schema.Problem{Pos: j.change.Resource.Pos, Warning: true, Message: message})
		}
		return nil
	}
	var others []string
	for _, other := range found {
		if other.ID != j.Live.ID {
			others = append(others, other.ID)
		}
	}
	if len(others) == 0 {
		return nil
	}
	slices.Sort(others)
	return fmt.Errorf("duplicate: this run created the one with id %s, and another run probably created one "+
		"of the same name at the same time (id %s); delete one of them in Astro and run again",
		j.Live.ID, strings.Join(others, ", "))
}
