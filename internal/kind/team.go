package kind

import "astro-apply/internal/schema"

func teamKind() *Kind {
	const item = "/organizations/{organizationId}/teams/{id}"
	return &Kind{
		Name:      "team",
		Title:     "Team",
		Section:   "teams",
		Doc:       "A group of users who share roles.",
		Gate:      &Gate{"organization", schema.Condition{Field: "isScimEnabled", In: []string{"false"}}},
		Identity:  []string{"name"},
		Endpoints: usualEndpoints(item, ListEndpoint{Member: "teams", Filters: []string{"name"}}),
		UpdateEndpoints: []UpdateEndpoint{
			{Endpoint: Endpoint{"POST", item}},
			{Name: "members", SubList: &SubList{
				Path: item + "/members", Member: "teamMembers", ValueMember: "userId", KeyMember: "userId",
				Add:       ItemsCall{Endpoint{"POST", item + "/members"}, "memberIds"},
				Remove:    ItemsCall{Endpoint: Endpoint{"DELETE", item + "/members/{member}"}},
				BatchSize: 100,
			}},
			{Name: "roles", Endpoint: Endpoint{"POST", item + "/roles"}},
		},
		Flatten: flattenGrants,
		Precondition: func(g ProposedChange) Refusal {
			its := g.After == nil || g.ChangesField("name") || g.ChangesField("description") || g.ChangesField("memberIds") // its roles are given here
			if g.Live.Get("isIdpManaged").Is("true") && its {
				return Refusal{Reason: "an identity provider manages the name, description and members of this Team; change them there, and declare only the roles"}
			}
			return Refusal{}
		},
		Fields: append([]schema.Field{
			{Name: "name", Type: nameType(0), Behavior: schema.RequiredCreate | schema.RequiredUpdate, Doc: "Name of the Team."},
			{Name: "description", Type: schema.TextType(0), Doc: "Description of the Team."},
			{
				Name: "memberIds", Type: schema.SetType(nonEmptyType()), EndpointName: "members", Ref: &schema.Ref{Kind: "user", NameField: "members"},
				Doc: "Users in the Team. members is a list of email addresses, memberIds is a list of ids.",
			},
			{
				Name: "organizationRole", Type: organizationRoleType(), EndpointName: "roles", Behavior: schema.RequiredUpdate | schema.MustBeKnown,
				Doc: "Organization role of the members.",
			},
		}, grantFields()...),
		Rules: grantRules(),
	}
}
