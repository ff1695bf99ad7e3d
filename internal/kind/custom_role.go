package kind

import "astro-apply/internal/schema"

func customRoleKind() *Kind {
	const item = "/organizations/{organizationId}/roles/{id}"
	return &Kind{
		Name:            "customRole",
		Title:           "custom role",
		Section:         "customRoles",
		Doc:             "A set of permissions that can be granted on a Deployment or a DAG.",
		Identity:        []string{"name"},
		Endpoints:       usualEndpoints(item, ListEndpoint{Member: "roles"}),
		UpdateEndpoints: []UpdateEndpoint{{Endpoint: Endpoint{"POST", item}}},
		Fields: []schema.Field{
			{
				Name: "name", Type: nameType(0), Behavior: schema.RequiredCreate | schema.RequiredUpdate,
				ChangeWarning: func(_, _ *schema.Node) string {
					return "grants refer to a role by its name, so existing grants may be lost"
				},
				Doc: "Name of the role. Grants refer to the role by this name.",
			},
			{Name: "description", Type: schema.TextType(0), Doc: "Description of the role."},
			{
				Name: "scopeType", Type: schema.EnumType("DEPLOYMENT", "DAG"), Behavior: schema.Create | schema.RequiredCreate | schema.Immutable,
				Remedy: "create a role with another name, grant it, then delete this one",
				Doc:    "Type of the resource that the role can be granted on.",
			},
			{
				Name: "permissions", Type: permissionsType(), Behavior: schema.RequiredCreate | schema.RequiredUpdate,
				Doc: "Permissions of the role, such as deployment.get.",
			},
			{
				// The API doesn't document whether an update without restrictions keeps
				// them, so an update sends the current ones.
				Name: "restrictedWorkspaceIds", Type: schema.SetType(nonEmptyType()), EmptyMeans: "every Workspace", Ref: &schema.Ref{Kind: "workspace", NameField: "restrictedWorkspaces"},
				Doc: "Workspaces that the role is restricted to. [] means every Workspace.",
			},
		},
	}
}

func permissionsType() schema.Type {
	t := schema.SetType(nonEmptyType())
	t.ItemCount = &schema.Range{Min: 1}
	return t
}
