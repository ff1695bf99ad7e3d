package resource

import (
	"net/netip"

	"astro-apply/internal/schema"
)

// ProposedChange is a change that a kind may refuse.
type ProposedChange struct {
	Live, After  *schema.Node            // before, nil for a new object, and after, nil for one that goes
	ChangesField func(field string) bool // the change is about that field
	Caller       Caller

	// Between are the states of a list that takes several requests: after each
	// request but the last one. Only of a list with Elements.First.
	IntermediateStates []*schema.Node
}

// Refusal is why a change is not made; the zero one is none. One that is Later
// ends by itself, so the change is left for another run.
type Refusal struct {
	Reason    string
	Temporary bool
}

// Caller is what is known of who makes the calls.
type Caller struct {
	TokenID      string     // of an API token
	Address      netip.Addr // as Astro sees it, where that is known
	GitHubHosted bool       // a runner of GitHub, whose address is another one in each job
}
