package resource

import "astro-apply/internal/schema"

func team() *Kind {
	const collection = "/organizations/{organizationId}/teams"
	const item = collection + "/{id}"
	return &Kind{
		Name:     "team",
		Title:    "Team",
		Section:  "teams",
		Doc:      "People who get roles together.",
		Under:    "organization.isScimEnabled",
		Identity: []string{"name"},
		List:     Query{Path: collection, Member: "teams", Names: "names"},
		Get:      Call{"GET", item},
		Create:   Call{"POST", collection},
		Delete:   Call{"DELETE", item},
		Parts: []Part{
			{Call: Call{"POST", item}},
			{Name: "members", Elements: &Elements{Add: Call{"POST", item + "/members"}, Remove: Call{"DELETE", item + "/members/{member}"}, Most: 100}},
			{Name: "roles", Call: Call{"POST", item + "/roles"}},
		},
		Details:   []Detail{{Field: "memberIds", Path: item + "/members", Member: "teamMembers", Item: "userId", Key: "userId", Called: "username"}},
		Canonical: canonicalGrants,
		Guard: func(g Guarded) Refusal {
			its := g.After == nil || g.Touches("name") || g.Touches("description") || g.Touches("memberIds") // its roles are given here
			if g.Live.Get("isIdpManaged").Is("true") && its {
				return Refusal{Why: "an identity provider manages this Team, so its name, description and members are changed there; declare no more than its roles"}
			}
			return Refusal{}
		},
		Fields: append([]schema.Field{
			{Name: "name", Type: name(0), Behavior: schema.RequiredCreate | schema.RequiredUpdate, Doc: "The Team's name."},
			{Name: "description", Type: schema.TextType(0), Doc: "What the Team is for."},
			{
				Name: "memberIds", Type: schema.SetType(nonEmpty()), EndpointName: "members", Ref: &schema.Ref{Kind: "user", NameField: "members"},
				Doc: "Who is in the Team, as members by e-mail address.",
			},
			{
				Name: "organizationRole", Type: organizationRole(), EndpointName: "roles", Behavior: schema.RequiredUpdate | schema.MustBeKnown,
				Doc: "The role in the Organization.",
			},
		}, grants()...),
		Rules: grantRules(),
	}
}
