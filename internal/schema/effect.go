package schema

// Effect is what a change of a field does to what is running.
type Effect uint8

// The effects, the harmless first.
const (
	Quiet    Effect = iota // nothing notices
	Restarts               // the components that use it start anew; tasks that run are let finish
	Disrupts               // something works in another way from then on, or no longer
)
