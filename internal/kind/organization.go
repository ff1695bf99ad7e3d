package kind

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
		Doc:             "Settings of the Organization. This section is a mapping, not a list, and takes neither id nor state.",
		Singleton:       true,
		Endpoints:       Endpoints{Get: Endpoint{"GET", item}},
		UpdateEndpoints: []UpdateEndpoint{{Endpoint: Endpoint{"POST", item}}},
		Expiry:          expiryAt("trialExpiresAt", "its trial", "choose an Astro subscription in the Astro UI"),
		Fields: []schema.Field{
			{Name: "name", Type: nameType(50), Behavior: vital, Doc: "Name of the Organization."},
			{Name: "billingEmail", Type: emailType(), Behavior: vital, Doc: "Email address for invoices."},
			{
				Name: "isScimEnabled", Type: schema.BoolType(), Behavior: vital, Impact: schema.Disrupts,
				ChangeWarning: func(old, wanted *schema.Node) string {
					if old.Is("true") && wanted.Is("false") {
						return "the identity provider no longer manages users and Teams"
					}
					return "the identity provider manages users and Teams from now on"
				},
				Doc: "Let an identity provider manage users and Teams (SCIM).",
			},
			{Name: "allowEnhancedSupportAccess", Type: schema.BoolType(), Doc: "Allow Astronomer support to view the Organization's resources."},
			{Name: "hasAiFeaturesDisabled", Type: schema.BoolType(), Doc: "Turn off AI features."},
			{Name: "shouldEnforceDedicatedClusters", Type: schema.BoolType(), Doc: "Allow Deployments only on dedicated clusters."},
		},
	}
}
