package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// checkDuplicate reports a resource with the identity of the one that was just
// created: two runs that look for it at the same moment both find none, and both
// create one. Nothing is deleted, since both may be in use already. Where no other
// change waits for it, checkDuplicates does that, with fewer calls.
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

// checkDuplicates checks, with one list per kind and place, the resources that
// were created and that no other change waited for.
func (r *applier) checkDuplicates(ctx context.Context) {
	var objects []*resource.Resource
	for _, j := range r.uncheckedCreates {
		objects = append(objects, j.change.Resource)
	}
	namesakes := r.source.FindAllMatches(ctx, objects)
	for _, j := range r.uncheckedCreates {
		found := namesakes[j.change.Resource]
		if err := r.duplicateError(ctx, j, found.Live, found.Err); err != nil && j.Status.IsOK() {
			j.setFailed(err)
			if r.OnOutcome != nil {
				r.OnOutcome(j.Outcome)
			}
		}
	}
}

// duplicateError names the ids of all resources that have the identity of j. Where
// they can't be listed (err), that is a warning.
func (r *applier) duplicateError(ctx context.Context, j *job, found []*resource.Live, err error) error {
	if err != nil {
		if ctx.Err() == nil {
			j.Warnings = append(j.Warnings, schema.Problem{Pos: j.change.Resource.Pos, Warning: true, Message: fmt.Sprintf(
				"created, id %s, but the list that would show another one of the same name can't be read: %v; check in Astro that there is only one", j.Live.ID, err)})
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
	return fmt.Errorf("this run created the one with id %s, and another run probably created one of the same name at the same time, id %s; "+
		"remove one of them in Astro, and run again", j.Live.ID, strings.Join(others, ", "))
}
