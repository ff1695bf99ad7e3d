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

// excludeDeletedReferences reports whether a refused update sent back items that refer to
// resources that no longer exist. The next attempt leaves them out.
func (r *applier) excludeDeletedReferences(ctx context.Context, j *job, request plan.Request, err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	if !ok || e.OutcomeUncertain || request.Body == nil || e.StatusCode != http.StatusBadRequest && e.StatusCode != http.StatusNotFound {
		return false
	}
	stale := r.source.StaleIDs(ctx, j.change.Resource, request.Body)
	maps.DeleteFunc(stale, func(id string, _ bool) bool { return j.deletedIDs[id] })
	if len(stale) == 0 {
		return false
	}
	if r.OnProgress != nil {
		r.OnProgress(fmt.Sprintf("%s: Astro refused the update; it is sent again without the items that refer to deleted resources: %s",
			j.change.Resource, strings.Join(slices.Sorted(maps.Keys(stale)), ", ")))
	}
	if j.deletedIDs == nil {
		j.deletedIDs = map[string]bool{}
	}
	maps.Copy(j.deletedIDs, stale)
	return true
}
