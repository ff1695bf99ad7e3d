package apply

import (
	"context"

	"astro-apply/internal/plan"
)

// verifyStored warns about each field that Astro stores in another way than it was
// written: every later run would write it again, and no message would explain it.
// The answer to an update may lack fields, so verify reads the resource once more
// before it reports a difference.
func (r *applier) verifyStored(ctx context.Context, j *job) {
	if j.firstWrite == nil && len(j.change.Deferred) > 0 { // the second write is verified
		return
	}
	o := j.change.Resource
	warnings := plan.StorageWarnings(o, j.Live, r.Policy)
	if len(warnings) > 0 && (o.Kind.Get.Path != "" || o.Kind.Singleton) {
		live, err := r.source.GetResource(ctx, o, j.Live.ID)
		if err != nil {
			return // the next run compares again
		}
		warnings = plan.StorageWarnings(o, live, r.Policy)
	}
	j.Warnings = append(j.Warnings, warnings...)
}
