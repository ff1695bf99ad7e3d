package resource

import "astro-apply/internal/schema"

const inviteNotAccepted = "the invitation is not accepted yet; the roles are set by the first run after that"

// userKind manages only the roles of a user: invites create users, and people delete them
// in the Astro UI. Omitting a role list never removes roles.
func userKind() *Kind {
	const collection = "/organizations/{organizationId}/users"
	const item = collection + "/{id}"
	return &Kind{
		Name:            "user",
		Title:           "user",
		Section:         "users",
		Doc:             "What a user of the Organization may do.",
		NotCreatable:    "invite them in the section invites, and let them accept",
		NotDeletable:    "remove the user in the Astro UI, or declare [] for the roles that are to go",
		Identity:        []string{"username"},
		List:            ListEndpoint{Path: collection, Member: "users"},
		Get:             Endpoint{"GET", item},
		UpdateEndpoints: []UpdateEndpoint{{Name: "roles", Endpoint: Endpoint{"POST", item + "/roles"}}},
		Flatten:         flattenGrants,
		Inheritance:     teamInheritance("organizationRole", "workspaceRoles", "deploymentRoles", "dagRoles"),
		Precondition: func(g ProposedChange) Refusal {
			switch status := g.Live.Get("status"); {
			case status.Is("ACTIVE"):
				return Refusal{}
			case status.Is("PENDING"):
				return Refusal{Reason: inviteNotAccepted, Temporary: true}
			default:
				return Refusal{Reason: "the user's status is " + status.Show() + ", and only an ACTIVE one can be given roles; remove the user from the manifest"}
			}
		},
		Advice: func(live *schema.Node) string {
			status := live.Get("status")
			if status == nil || status.Is("ACTIVE") || status.Is("PENDING") {
				return ""
			}
			return "the user's status is " + status.Show() + ", so the roles have no effect; remove the user from the manifest"
		},
		Fields: append([]schema.Field{
			{
				Name: "username", Type: emailType(), Behavior: schema.Create | schema.Immutable, EndpointName: "roles",
				Remedy: "Declare the other user instead", Doc: "The user's e-mail address.",
			},
			{
				Name: "organizationRole", Type: organizationRoleType(), EndpointName: "roles", Behavior: schema.Update | schema.RequiredUpdate | schema.MustBeKnown,
				Doc: "The role in the Organization.",
			},
		}, grantFields()...),
		Rules: grantRules(),
	}
}

// teamInheritance declares the fields in which a response about a user can contain roles
// from the user's Teams.
func teamInheritance(fields ...string) *Inheritance {
	return &Inheritance{
		Title: "Team", Path: "/organizations/{organizationId}/users/{id}/teams", Member: "teams",
		Get: Endpoint{"GET", "/organizations/{organizationId}/teams/{id}"}, Fields: fields, BaselineValue: "ORGANIZATION_MEMBER",
	}
}

// inviteKind has no API calls to list or read invites: an invited person appears in the
// list of users.
func inviteKind() *Kind {
	const collection = "/organizations/{organizationId}/invites"
	return &Kind{
		Name:         "invite",
		Title:        "invite",
		Section:      "invites",
		Doc:          "An invitation to the Organization. Whoever is in it, or was invited, is not invited again.",
		CreatesKind:  "user",
		NotDeletable: "the API doesn't tell an invite again; withdraw it in the Astro UI, and remove it from the manifest",
		Identity:     []string{"inviteeEmail"},
		Unique:       true, // a second invite to the same address doesn't create a second user
		List:         ListEndpoint{Path: "/organizations/{organizationId}/users", Member: "users"},
		Create:       Endpoint{"POST", collection},
		Inheritance:  teamInheritance("role"),
		Flatten: func(live *schema.Node) {
			if live.Get("id") == nil { // response to a create, not a user
				live.Set("id", live.GetPath("invitee.id"))
				live.Set("id", live.Get("userId"))
				live.Set("username", live.GetPath("invitee.username"))
			}
		},
		Advice: func(live *schema.Node) string {
			if !live.Get("status").Is("PENDING") {
				return ""
			}
			return "not accepted yet; an invitation expires, and the API doesn't return when: if it has, withdraw it in the Astro UI and run again"
		},
		Fields: []schema.Field{
			{
				Name: "inviteeEmail", ResponsePath: "username", Type: emailType(), Behavior: schema.Create | schema.RequiredCreate | schema.Immutable,
				Remedy: "Declare another invite instead", Doc: "The e-mail address of whoever is invited.",
			},
			{
				Name: "role", ResponsePath: "organizationRole", Type: organizationRoleType(), Behavior: schema.Create | schema.RequiredCreate | schema.IgnoreChanges,
				Remedy: "the invite is out or accepted, so the role is changed in the section users",
				Doc:    "The role in the Organization to begin with.",
			},
		},
	}
}
