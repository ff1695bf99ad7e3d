package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"astro-apply/internal/astro"
	"astro-apply/internal/plan"
)

// leaveOut reports whether a refused update sent back items that refer to
// resources that no longer exist. The next attempt leaves them out.
func (r *run) leaveOut(ctx context.Context, j *job, request plan.Request, err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	if !ok || e.OutcomeUncertain || request.Body == nil || e.StatusCode != http.StatusBadRequest && e.StatusCode != http.StatusNotFound {
		return false
	}
	stale := r.source.StaleIDs(ctx, j.change.Resource, request.Body)
	maps.DeleteFunc(stale, func(id string, _ bool) bool { return j.stale[id] })
	if len(stale) == 0 {
		return false
	}
	if r.Said != nil {
		r.Said(fmt.Sprintf("%s: Astro refused the update; it is sent again without the items that refer to deleted resources: %s",
			j.change.Resource, strings.Join(slices.Sorted(maps.Keys(stale)), ", ")))
	}
	if j.stale == nil {
		j.stale = map[string]bool{}
	}
	maps.Copy(j.stale, stale)
	return true
}
