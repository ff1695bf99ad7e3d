package kind

import "astro-apply/internal/schema"

// TopLevelFields returns the fields that a manifest can have in addition to its sections.
func TopLevelFields() []schema.Field {
	return []schema.Field{
		{Name: "organizationId", Type: schema.TextType(0), Doc: "ID of the Organization. Rarely needed, because the token belongs to one Organization."},
		{
			Name: "workspaceId", Type: schema.TextType(0), Ref: &schema.Ref{Kind: "workspace", NameField: "workspace"},
			Doc: "Default Workspace for resources in this document that don't set one.",
		},
	}
}

// MetaArguments returns the fields that every resource can have in addition to the fields
// of its kind.
func MetaArguments() []schema.Field {
	return []schema.Field{
		{Name: "id", Type: idType(), Doc: "ID of an existing resource. A different name then renames the resource."},
		{Name: "state", Type: schema.EnumType("present", "absent"), Doc: "Set absent to delete the resource. Deleting also needs input allow-delete: true."},
		{Name: "protect", Type: schema.BoolType(), Doc: "Forbid deleting the resource or removing items from its lists."},
	}
}
