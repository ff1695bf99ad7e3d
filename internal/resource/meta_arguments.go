package resource

import "astro-apply/internal/schema"

// TopLevelFields returns the fields that a manifest can have in addition to its sections.
func TopLevelFields() []schema.Field {
	return []schema.Field{
		{Name: "organizationId", Type: schema.TextType(0), Doc: "The Organization that is managed. The token says it, so it is rarely needed."},
		{
			Name: "workspaceId", Type: schema.TextType(0), Ref: &schema.Ref{Kind: "workspace", NameField: "workspace"},
			Doc: "The Workspace of the objects in this document that name none.",
		},
	}
}

// MetaArguments returns the fields that every resource can have in addition to the fields
// of its kind.
func MetaArguments() []schema.Field {
	return []schema.Field{
		{Name: "id", Type: idType(), Doc: "The object with this id, whatever it is called; its name is then a field like any other."},
		{Name: "state", Type: schema.EnumType("present", "absent"), Doc: "absent marks the object for removal, which also needs allow-delete: true."},
		{Name: "protect", Type: schema.BoolType(), Doc: "Whether removing the object, or elements of its lists, is forbidden."},
	}
}
