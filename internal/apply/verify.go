package apply

import (
	"context"
)

// verifyStored warns about each field that Astro stores with another value than the written one. Without the warning,
// every later run would write the field again, and no message would explain it. The response to an update may lack
// fields, so verifyStored reads the resource once more before it reports a difference.
func (r *applier) verifyStored(ctx context.Context, j *job) {
	if j.firstWrite == nil && len(j.change.Deferred) > 0 { // verifyStored runs after the deferred write
		return
	}
	o := j.change.Resource
	warnings := StorageWarnings(o, j.Live, r.Policy)
	if len(warnings) > 0 && (o.Kind.Get.Path != "" || o.Kind.Singleton) {
		live, err := r.source.GetResource(ctx, o, j.Live.ID)
		if err != nil {
			return // the next run compares again
		}
		warnings = StorageWarnings(o, live, r.Policy)
	}
	j.Warnings = append(j.Warnings, warnings...)
}
