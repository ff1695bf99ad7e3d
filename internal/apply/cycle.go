package apply

import (
	"fmt"
	"slices"
	"strings"
)

// refuseCycle refuses every write if the jobs wait for each other in a cycle. The
// first n jobs are the jobs without a deferred write.
func (r *applier) refuseCycle(n int) {
	if r.cycleErr = findCycle(r.jobs); r.cycleErr == nil {
		return
	}
	r.jobs = r.jobs[:n]
	for _, j := range r.jobs {
		j.dependencies = nil // otherwise, the jobs in the cycle would wait forever
	}
}

// findCycle returns an error with the names of jobs that wait for each other in a
// cycle, or nil. plan.Make refuses cycles, so a cycle in the jobs is a bug in this
// program.
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
		for _, dependency := range j.dependencies {
			if cycle := visit(dependency, append(trail, j)); cycle != nil {
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
			return fmt.Errorf("nothing was written, because the plan contains a cycle: %s; this is a bug in astro-apply, please report it", strings.Join(names, " → "))
		}
	}
	return nil
}
