package apply

import "astro-apply/internal/plan"

// second is the write of j that sets what its first one could not wait for.
func second(j *job, of map[*plan.Change]*job) *job {
	j.awaited = true
	s := &job{change: j.change, needs: []*job{j}, first: j, done: make(chan struct{}), Outcome: Outcome{Change: j.change, Live: j.Live}}
	for _, n := range j.change.Later {
		s.needs = append(s.needs, of[n])
		of[n].awaited = true
	}
	return s
}
