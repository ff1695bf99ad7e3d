package apply

import (
	"context"

	"astro-apply/internal/plan"
)

// verify warns about each field that Astro stores in another way than it was
// written: every later run would write it again, with nothing that says why. An
// answer that lacks a field, such as one about a part of the object, doesn't tell
// that, so what differs in it is read once more.
func (r *run) verify(ctx context.Context, j *job) {
	if j.first == nil && len(j.change.Later) > 0 { // the second write is verified
		return
	}
	o := j.change.Object
	j.Warnings = plan.Stored(o, j.Live, r.Policy)
	if len(j.Warnings) == 0 || o.Kind.Get.Path == "" && !o.Kind.Single {
		return
	}
	j.Warnings = nil
	if live, err := r.source.Get(ctx, o, j.Live.ID); err == nil { // else the next run finds it out
		j.Warnings = plan.Stored(o, live, r.Policy)
	}
}
