package apply

import "astro-apply/internal/plan"

// job is one change under way. Others read passed, once done is closed: that is
// when it can be used, which may be before it is over.
type job struct {
	change  *plan.Change
	needs   []*job
	awaited bool            // something that has work to do waits for it
	first   *job            // the job that this one completes, once its references are known
	sent    bool            // a write of it left
	effect  bool            // an update changes a field that affects the running resource
	stale   map[string]bool // ids of deleted resources; updates leave out items that refer to them
	done    chan struct{}
	passed  *Outcome
	over    chan struct{}
	Outcome
}

// pass lets those that wait for the job go on.
func (j *job) pass() {
	if j.passed == nil {
		outcome := j.Outcome
		j.passed = &outcome
		close(j.done)
	}
}

func newJob(c *plan.Change) *job {
	return &job{change: c, done: make(chan struct{}), over: make(chan struct{}), Outcome: Outcome{Change: c, Live: c.Live}}
}

// verb says in a sentence what became of something.
var verb = map[Status]string{
	Failed: "failed", Unconfirmed: "was not ready in time", Skipped: "was skipped", Stopped: "was not reached",
}

func (j *job) fail(err error) { j.Status, j.Err = Failed, err }
