package apply

import (
	"fmt"
	"strings"

	"astro-apply/internal/plan"
)

// refuseCycle refuses every write if jobs wait for each other in a cycle. plan.Make refuses cycles, so a cycle in the
// jobs is a bug in this program. The first n jobs are the jobs without a deferred write.
func (r *applier) refuseCycle(n int) {
	cycle := plan.VisitDependenciesFirst(r.jobs, (*job).waitsFor, func(*job) {})
	if cycle == nil {
		return
	}
	var names []string
	for _, j := range append(cycle, cycle[0]) {
		names = append(names, j.change.Resource.String())
	}
	r.cycleErr = fmt.Errorf("nothing was written, because the plan contains a cycle: %s; "+
		"this is a bug in astro-apply, please report it", strings.Join(names, " → "))
	r.jobs = r.jobs[:n]
	for _, j := range r.jobs {
		j.dependencies = nil // otherwise, the jobs in the cycle would wait forever
	}
}
