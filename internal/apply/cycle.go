package apply

import (
	"fmt"
	"strings"

	"astro-apply/internal/plan"
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
	cycle := plan.VisitDependenciesFirst(jobs, (*job).waitsFor, func(*job) {})
	if cycle == nil {
		return nil
	}
	var names []string
	for _, j := range append(cycle, cycle[0]) {
		names = append(names, j.change.Resource.String())
	}
	return fmt.Errorf("nothing was written, because the plan contains a cycle: %s; "+
		"this is a bug in astro-apply, please report it", strings.Join(names, " → "))
}

func (j *job) waitsFor() []*job { return j.dependencies }
