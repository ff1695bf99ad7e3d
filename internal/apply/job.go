package apply

import "astro-apply/internal/plan"

// job is one change under way. Others read passed, once done is closed: that is
// when it can be used, which may be before it is over.
type job struct {
	change        *plan.Change
	dependencies  []*job
	hasDependents bool            // something that has work to do waits for it
	firstWrite    *job            // the job that this one completes, once its references are known
	wasSent       bool            // a write of it left
	hasImpact     bool            // an update changes a field that affects the running resource
	deletedIDs    map[string]bool // ids of deleted resources; updates leave out items that refer to them
	ready         chan struct{}
	result        *Outcome
	finished      chan struct{}
	Outcome
}

// releaseDependents lets those that wait for the job go on.
func (j *job) releaseDependents() {
	if j.result == nil {
		outcome := j.Outcome
		j.result = &outcome
		close(j.ready)
	}
}

func newJob(c *plan.Change) *job {
	return &job{change: c, ready: make(chan struct{}), finished: make(chan struct{}), Outcome: Outcome{Change: c, Live: c.Live}}
}

// statusPhrases says in a sentence what became of something.
var statusPhrases = map[Status]string{
	Failed: "failed", Unconfirmed: "was not ready in time", Skipped: "was skipped", Stopped: "was not reached",
}

func (j *job) setFailed(err error) { j.Status, j.Err = Failed, err }
