package apply

import "astro-apply/internal/plan"

// second is the write of j that sets what its first one could not wait for.
func second(j *job, of map[*plan.Change]*job) *job {
	j.awaited = true
	s := newJob(j.change)
	s.needs, s.first = []*job{j}, j
	for _, n := range j.change.Later {
		s.needs = append(s.needs, of[n])
		of[n].awaited = true
	}
	return s
}
