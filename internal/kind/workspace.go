package kind

import "astro-apply/internal/schema"

func workspaceKind() *Kind {
	const item = "/organizations/{organizationId}/workspaces/{id}"
	return &Kind{
		Name:            "workspace",
		Title:           "Workspace",
		Section:         "workspaces",
		Doc:             "A group of Deployments with common access.",
		Identity:        []string{"name"},
		Endpoints:       usualEndpoints(item, ListEndpoint{Member: "workspaces", Filters: []string{"name"}}),
		UpdateEndpoints: []UpdateEndpoint{{Endpoint: Endpoint{"POST", item}}},
		UIPath:          "/{id}",

		Visibility: "only an Organization Owner can create Workspaces and see all of them; use a token with that role",
		// A cluster determines cloud and region; the API refuses a request with both.
		Flatten: func(live *schema.Node) {
			if live.Get("defaultClusterId").ScalarText() != "" {
				live.Delete("defaultCloudProvider")
				live.Delete("defaultRegion")
			}
		},
		Fields: []schema.Field{
			{
				Name: "name", Type: nameType(50), Behavior: schema.RequiredCreate | schema.RequiredUpdate,
				Doc: "Name of the Workspace.",
			},
			{
				Name: "description", Type: schema.TextType(0), Behavior: schema.RequiredUpdate,
				Doc: "Description of the Workspace.",
			},
			{
				Name: "cicdEnforcedDefault", Type: schema.BoolType(), Behavior: schema.RequiredUpdate,
				Doc: "Let new Deployments accept deploys only from CI/CD.",
			},
			// The API documentation doesn't state what an update does to a default
			// destination that it omits, so an update sends the current one.
			{
				Name: "defaultClusterId", Type: schema.TextType(0), Ref: &schema.Ref{Kind: "cluster", NameField: "defaultCluster", Deferrable: true},
				Doc: "Default cluster for new Deployments.",
			},
			{
				Name: "defaultCloudProvider", Type: schema.EnumType("AWS", "AZURE", "GCP"),
				Doc: "Default cloud provider for new Deployments, together with defaultRegion.",
			},
			{
				Name: "defaultRegion", Type: nonEmptyType(),
				Doc: "Default region for new Deployments, together with defaultCloudProvider.",
			},
		},
		Rules: []Rule{
			exclusiveFieldsRule("defaultClusterId", "defaultCloudProvider", "defaultRegion"),
			togetherRule("defaultCloudProvider", "defaultRegion"),
		},
	}
}
