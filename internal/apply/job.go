package apply

import "astro-apply/internal/plan"

// job executes one change, or the deferred write of a change. result is valid once ready is closed. finished may be
// closed later, because a resource can be usable for its dependents before it is healthy.
type job struct {
	change        *plan.Change
	dependencies  []*job
	hasDependents bool            // another job with a write waits for this one
	firstWrite    *job            // for a deferred write: the job of the first write
	wasSent       bool            // at least one write was sent
	hasImpact     bool            // an update changes a field that affects the running resource
	deletedIDs    map[string]bool // ids of deleted resources; updates leave out items that refer to them
	ready         chan struct{}
	result        *Outcome
	finished      chan struct{}
	Outcome
}

// releaseDependents copies the outcome to result and closes ready, so that dependents continue. Only the first call has
// an effect.
func (j *job) releaseDependents() {
	if j.result == nil {
		outcome := j.Outcome
		j.result = &outcome
		close(j.ready)
	}
}

func newJob(c *plan.Change) *job {
	return &job{
		change: c, deletedIDs: map[string]bool{}, ready: make(chan struct{}), finished: make(chan struct{}),
		Outcome: Outcome{Change: c, Live: c.Live},
	}
}

// waitFor makes j wait for another job.
func (j *job) waitFor(other *job) {
	j.dependencies = append(j.dependencies, other)
	other.hasDependents = other.hasDependents || j.change.IsActive()
}

func (j *job) waitsFor() []*job { return j.dependencies }

// statusPhrases contains the predicates for the sentence "needs X, which …".
var statusPhrases = map[Status]string{
	Failed: "failed", Unconfirmed: "was not confirmed", Skipped: "was skipped", Stopped: "was not started",
}

func (j *job) setFailed(err error) { j.Status, j.Err = Failed, err }
