package kind

import (
	"time"

	"astro-apply/internal/schema"
)

const userCollection = "/organizations/{organizationId}/users"

// userKind manages only the roles of a user: invites create users, and people delete them
// in the Astro UI. Omitting a role list never removes roles.
func userKind() *Kind {
	const item = userCollection + "/{id}"
	return &Kind{
		Name:    "user",
		Title:   "user",
		Section: "users",
		Doc:     "Roles of a user of the Organization.",
		Manual: map[string]string{
			"create": "invite the user in the section invites; the user must accept",
			"delete": "remove the user in the Astro UI, or declare [] for the roles to remove",
		},
		Identity:        []string{"username"},
		Endpoints:       Endpoints{List: ListEndpoint{Path: userCollection, Member: "users"}, Get: Endpoint{"GET", item}},
		UpdateEndpoints: []UpdateEndpoint{{Name: "roles", Endpoint: Endpoint{"POST", item + "/roles"}}},
		Flatten:         flattenGrants,
		Inheritance:     teamInheritance("organizationRole", "workspaceRoles", "deploymentRoles", "dagRoles"),
		Precondition: func(g ProposedChange) Refusal {
			switch status := g.Live.Get("status"); {
			case status.Is("ACTIVE"):
				return Refusal{}
			case g.Live == nil, status.Is("PENDING"):
				return Refusal{
					Reason:    "the user hasn't accepted the invite yet; the first run after the user accepts it sets the roles",
					Temporary: true,
				}
			default:
				return Refusal{Reason: "the user's status is " + status.Show() + ", but only ACTIVE users can have roles; remove the user from the manifest"}
			}
		},
		Advice: func(live *schema.Node, _ time.Time) string {
			status := live.Get("status")
			if status == nil || status.Is("ACTIVE") || status.Is("PENDING") {
				return ""
			}
			return "the user's status is " + status.Show() + ", so the roles have no effect; remove the user from the manifest"
		},
		Fields: append([]schema.Field{
			{
				Name: "username", Type: emailType(), Behavior: schema.Create | schema.Immutable, EndpointName: "roles",
				Remedy: "declare the other user instead", Doc: "Email address of the user.",
			},
			{
				Name: "organizationRole", Type: organizationRoleType(), EndpointName: "roles", Behavior: schema.Update | schema.RequiredUpdate | schema.MustBeKnown,
				Doc: "Organization role of the user.",
			},
		}, grantFields()...),
		Rules: grantRules(),
	}
}

// teamInheritance declares the fields in which a response about a user can contain roles
// from the user's Teams.
func teamInheritance(fields ...string) *Inheritance {
	return &Inheritance{
		Kind: "team", Path: userCollection + "/{id}/teams", Member: "teams", Fields: fields, BaselineValue: "ORGANIZATION_MEMBER",
	}
}

// inviteKind has no API calls to list or read invites: an invited person appears in the
// list of users.
func inviteKind() *Kind {
	return &Kind{
		Name:     "invite",
		Title:    "invite",
		Section:  "invites",
		Doc:      "Invite to the Organization. Existing and already invited users aren't invited again.",
		Manual:   map[string]string{"delete": "the API doesn't list invites; withdraw it in the Astro UI, and remove it from the manifest"},
		Identity: []string{"inviteeEmail"},
		Unique:   true, // a second invite to the same address doesn't create a second user
		Endpoints: Endpoints{
			List:   ListEndpoint{Path: userCollection, Member: "users"},
			Create: Endpoint{"POST", "/organizations/{organizationId}/invites"},
		},
		Inheritance: teamInheritance("role"),
		Flatten: func(live *schema.Node) {
			if live.Get("id") == nil { // response to a create, not a user
				live.Set("id", live.GetPath("invitee.id"))
				live.Set("id", live.Get("userId"))
				live.Set("username", live.GetPath("invitee.username"))
			}
		},
		Advice: func(live *schema.Node, _ time.Time) string {
			if !live.Get("status").Is("PENDING") {
				return ""
			}
			return "not accepted yet; if the invite has expired (the API doesn't return its expiry time), withdraw it in the Astro UI and run again"
		},
		Fields: []schema.Field{
			{
				Name: "inviteeEmail", ResponsePath: "username", Type: emailType(), Behavior: schema.Create | schema.RequiredCreate | schema.Immutable,
				Remedy: "declare another invite instead", Doc: "Email address to invite.",
			},
			{
				Name: "role", ResponsePath: "organizationRole", Type: organizationRoleType(), Behavior: schema.Create | schema.RequiredCreate | schema.IgnoreChanges,
				Remedy: "the invite is already sent or accepted; change the role in the section users",
				Doc:    "Initial Organization role.",
			},
		},
	}
}
