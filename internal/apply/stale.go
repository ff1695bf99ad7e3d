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

// leaveOut reports whether an update was refused that sent back what refers to
// something that doesn't exist any more. The next attempt leaves that out.
func (r *run) leaveOut(ctx context.Context, j *job, request plan.Request, err error) bool {
	e, ok := errors.AsType[*astro.Error](err)
	if !ok || e.Ambiguous || request.Body == nil || e.StatusCode != http.StatusBadRequest && e.StatusCode != http.StatusNotFound {
		return false
	}
	stale := r.source.Stale(ctx, j.change.Object, request.Body)
	maps.DeleteFunc(stale, func(id string, _ bool) bool { return j.stale[id] })
	if len(stale) == 0 {
		return false
	}
	if r.Said != nil {
		r.Said(fmt.Sprintf("%s: refused, and sent again without what refers to %s, which doesn't exist any more",
			j.change.Object, strings.Join(slices.Sorted(maps.Keys(stale)), ", ")))
	}
	if j.stale == nil {
		j.stale = map[string]bool{}
	}
	maps.Copy(j.stale, stale)
	return true
}
