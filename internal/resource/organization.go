package resource

import "astro-apply/internal/schema"

// organizationKind always exists: it can't be created or deleted. An update must know
// every required value (MustBeKnown): a guessed one could lock users out or send invoices
// to the wrong address.
func organizationKind() *Kind {
	const item = "/organizations/{organizationId}"
	const vital = schema.RequiredUpdate | schema.MustBeKnown
	return &Kind{
		Name:            "organization",
		Title:           "Organization",
		Section:         "organization",
		Doc:             "The Organization itself. A mapping, not a list; it takes neither id nor state.",
		Singleton:       true,
		Get:             Endpoint{"GET", item},
		UpdateEndpoints: []UpdateEndpoint{{Endpoint: Endpoint{"POST", item}}},
		Expiry:          &Expiry{"trialExpiresAt", "its trial", "choose a plan in the Astro UI"},
		Fields: []schema.Field{
			{Name: "name", Type: nameType(50), Behavior: vital, Doc: "The Organization's name."},
			{Name: "billingEmail", Type: emailType(), Behavior: vital, Doc: "Where bills are sent."},
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
