package apply

import (
	"fmt"
	"slices"
	"strings"
)

// refuseCycle refuses every write if the jobs wait for each other in a cycle. The
// first n jobs are not second ones.
func (r *applier) refuseCycle(n int) {
	if r.cycleErr = findCycle(r.jobs); r.cycleErr == nil {
		return
	}
	r.jobs = r.jobs[:n]
	for _, j := range r.jobs {
		j.dependencies = nil // nothing to wait for
	}
}

// findCycle returns an error that names jobs of which each waits for the next one,
// and the last for the first; nil if there are none. plan.Make refuses cycles, so
// one that gets here is a fault of this program.
func findCycle(jobs []*job) error {
	checked := map[*job]bool{}
	var visit func(j *job, trail []*job) []*job
	visit = func(j *job, trail []*job) []*job {
		if i := slices.Index(trail, j); i >= 0 {
			return append(slices.Clone(trail[i:]), j)
		}
		if checked[j] {
			return nil
		}
		for _, needed := range j.dependencies {
			if cycle := visit(needed, append(trail, j)); cycle != nil {
				return cycle
			}
		}
		checked[j] = true
		return nil
	}
	for _, j := range jobs {
		if cycle := visit(j, nil); cycle != nil {
			names := make([]string, len(cycle))
			for i, j := range cycle {
				names[i] = j.change.Resource.String()
			}
			return fmt.Errorf("nothing was written, because the plan contains a cycle, %s; this is a fault of astro-apply, please report it", strings.Join(names, " → "))
		}
	}
	return nil
}
