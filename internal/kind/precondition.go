package kind

import (
	"net/netip"

	"astro-apply/internal/schema"
)

// ProposedChange is a change that a kind's Precondition can refuse.
type ProposedChange struct {
	Live, After  *schema.Node            // before the change (nil for a create) and after it (nil for a delete)
	ChangesField func(field string) bool // reports whether the change affects a field
	Caller       Caller

	// IntermediateStates are the states of a list between the requests, if the change needs
	// several. They are set only for a SubList with IsAddedFirst.
	IntermediateStates []*schema.Node
}

// Refusal is the reason why a change isn't made; the zero value means that the change is
// allowed. A temporary refusal ends without a change of the manifest, so a later run makes
// the change.
type Refusal struct {
	Reason    string
	Temporary bool
}

// Caller describes who makes the API calls.
type Caller struct {
	TokenID      string     // id of the API token, "" if it isn't known
	Address      netip.Addr // the address that Astro sees, if known
	GitHubHosted bool       // the run uses a GitHub-hosted runner, whose address changes with each job
}
