package resource

import "astro-apply/internal/schema"

func teamKind() *Kind {
	const collection = "/organizations/{organizationId}/teams"
	const item = collection + "/{id}"
	return &Kind{
		Name:       "team",
		Title:      "Team",
		Section:    "teams",
		Doc:        "People who get roles together.",
		GovernedBy: "organization.isScimEnabled",
		Identity:   []string{"name"},
		List:       ListEndpoint{Path: collection, Member: "teams", NameParam: "names"},
		Get:        Endpoint{"GET", item},
		Create:     Endpoint{"POST", collection},
		Delete:     Endpoint{"DELETE", item},
		UpdateEndpoints: []UpdateEndpoint{
			{Endpoint: Endpoint{"POST", item}},
			{Name: "members", ListPatch: &ListPatch{Add: Endpoint{"POST", item + "/members"}, Remove: Endpoint{"DELETE", item + "/members/{member}"}, BatchSize: 100}},
			{Name: "roles", Endpoint: Endpoint{"POST", item + "/roles"}},
		},
		SubLists: []SubList{{Field: "memberIds", Path: item + "/members", Member: "teamMembers", ValueMember: "userId", KeyMember: "userId", DisplayNameMember: "username"}},
		Flatten:  flattenGrants,
		Precondition: func(g ProposedChange) Refusal {
			its := g.After == nil || g.ChangesField("name") || g.ChangesField("description") || g.ChangesField("memberIds") // its roles are given here
			if g.Live.Get("isIdpManaged").Is("true") && its {
				return Refusal{Reason: "an identity provider manages this Team, so its name, description and members are changed there; declare no more than its roles"}
			}
			return Refusal{}
		},
		Fields: append([]schema.Field{
			{Name: "name", Type: nameType(0), Behavior: schema.RequiredCreate | schema.RequiredUpdate, Doc: "The Team's name."},
			{Name: "description", Type: schema.TextType(0), Doc: "What the Team is for."},
			{
				Name: "memberIds", Type: schema.SetType(nonEmptyType()), EndpointName: "members", Ref: &schema.Ref{Kind: "user", NameField: "members"},
				Doc: "Who is in the Team, as members by e-mail address.",
			},
			{
				Name: "organizationRole", Type: organizationRoleType(), EndpointName: "roles", Behavior: schema.RequiredUpdate | schema.MustBeKnown,
				Doc: "The role in the Organization.",
			},
		}, grantFields()...),
		Rules: grantRules(),
	}
}
