package kind

// Readiness is how far the API is with a change that it accepted.
type Readiness struct {
	Phase           Phase
	Reason          string // the status that the API returns, with details
	IsReferenceable bool   // resources that refer to this one can be created even though it isn't ready
}

// Phase is the phase of a change that the API accepted.
type Phase uint8

// The phases. Pending can still become Ready without another change, even if a
// health check fails now; Failed can't.
const (
	Ready Phase = iota
	Pending
	Failed
)
