package resource

import "astro-apply/internal/schema"

// organization is always there, and is neither created nor deleted. What an
// update needs is never guessed: a wrong value would lock people out, or send
// the bills elsewhere.
func organization() *Kind {
	const item = "/organizations/{organizationId}"
	const vital = schema.RequiredUpdate | schema.MustBeKnown
	return &Kind{
		Name:    "organization",
		Title:   "Organization",
		Section: "organization",
		Doc:     "The Organization itself. A mapping, not a list; it takes neither id nor state.",
		Single:  true,
		Get:     Call{"GET", item},
		Parts:   []Part{{Call: Call{"POST", item}}},
		Ending:  &Ending{"trialExpiresAt", "its trial", "choose a plan in the Astro UI"},
		Fields: []schema.Field{
			{Name: "name", Type: name(50), Behavior: vital, Doc: "The Organization's name."},
			{Name: "billingEmail", Type: email(), Behavior: vital, Doc: "Where bills are sent."},
			{
				Name: "isScimEnabled", Type: schema.BoolType(), Behavior: vital, Impact: schema.Disrupts,
				ChangeWarning: func(old, wanted *schema.Node) string {
					if old.Is("true") && wanted.Is("false") {
						return "the identity provider no longer manages users and teams"
					}
					return "the identity provider manages users and teams from now on"
				},
				Doc: "Whether an identity provider manages users and teams.",
			},
			{Name: "allowEnhancedSupportAccess", Type: schema.BoolType(), Doc: "Whether Astronomer's support may look at what the Organization has."},
			{Name: "hasAiFeaturesDisabled", Type: schema.BoolType(), Doc: "Whether AI features are off."},
			{Name: "shouldEnforceDedicatedClusters", Type: schema.BoolType(), Doc: "Whether Deployments may only run on dedicated clusters."},
		},
	}
}
