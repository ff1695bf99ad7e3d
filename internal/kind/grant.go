package kind

import (
	"cmp"
	"fmt"
	"regexp"

	"astro-apply/internal/schema"
)

// organizationRoleType is the type of a role in the Organization, which Teams, users and invites have.
func organizationRoleType() schema.Type {
	return schema.EnumType("ORGANIZATION_OWNER", "ORGANIZATION_OBSERVE_ADMIN", "ORGANIZATION_OBSERVE_MEMBER", "ORGANIZATION_BILLING_ADMIN", "ORGANIZATION_MEMBER")
}

// The references that a grant on a Workspace, a Deployment or a DAG consists of.
var (
	workspaceRef      = schema.Ref{Kind: "workspace", NameField: "workspace"}
	deploymentRef     = schema.Ref{Kind: "deployment", NameField: "deployment", Scoped: true}
	roleRef           = schema.Ref{Kind: "customRole", ByName: true, IsBuiltin: isBuiltinRole}
	deploymentRoleRef = schema.Ref{Kind: "customRole", ByName: true, IsBuiltin: isBuiltinRole, Filter: &schema.Condition{Field: "scopeType", In: []string{"DEPLOYMENT"}}}
	dagRoleRef        = schema.Ref{Kind: "customRole", ByName: true, IsBuiltin: isBuiltinRole, Filter: &schema.Condition{Field: "scopeType", In: []string{"DAG"}}}
)

// builtinRoleRegexp distinguishes Astro's built-in roles from custom roles by their spelling, so that future ones
// are recognized, too.
var builtinRoleRegexp = regexp.MustCompile(`^[A-Z]+(_[A-Z]+)+$`)

func isBuiltinRole(name string) bool { return builtinRoleRegexp.MatchString(name) }

// grantFields returns the fields that hold roles. One separate call replaces all of them at once.
func grantFields() []schema.Field {
	const endpoint, behavior = "roles", schema.Update
	role := func(ref *schema.Ref, doc string) schema.Field {
		return schema.Field{Name: "role", Type: nonEmptyType(), Behavior: schema.Required, Ref: ref, Doc: doc}
	}
	return []schema.Field{
		{
			Name: "workspaceRoles", EndpointName: endpoint, Behavior: behavior, Doc: "Roles in Workspaces.",
			Type: schema.KeyedType(
				[]string{"workspaceId"},
				schema.Field{Name: "workspaceId", Type: schema.TextType(0), Behavior: schema.Required, Ref: &workspaceRef, Doc: "Workspace that the role applies to."},
				schema.Field{
					Name: "role", Behavior: schema.Required, Doc: "Role in the Workspace.",
					Type: schema.EnumType("WORKSPACE_OWNER", "WORKSPACE_OPERATOR", "WORKSPACE_AUTHOR", "WORKSPACE_MEMBER", "WORKSPACE_ACCESSOR"),
				},
			),
		},
		{
			Name: "deploymentRoles", EndpointName: endpoint, Behavior: behavior, Doc: "Roles in Deployments. Each also needs a role in the Deployment's Workspace.",
			Type: schema.KeyedType(
				[]string{"deploymentId"},
				schema.Field{Name: "deploymentId", Type: schema.TextType(0), Behavior: schema.Required, Ref: &deploymentRef, Doc: "Deployment that the role applies to."},
				role(&deploymentRoleRef, "DEPLOYMENT_ADMIN, or the name of a custom role."),
			),
		},
		{
			Name: "dagRoles", EndpointName: endpoint, Behavior: behavior, Type: dagRolesType(role(&dagRoleRef, "DAG_VIEWER, DAG_AUTHOR, or the name of a custom role.")),
			Doc: "Roles for DAGs, by ID or by tag. Each also needs a role in the Deployment.",
		},
	}
}

func dagRolesType(role schema.Field) schema.Type {
	t := schema.KeyedType(
		[]string{"deploymentId", "dagId", "dagTag"},
		schema.Field{Name: "deploymentId", Type: schema.TextType(0), Behavior: schema.Required, Ref: &deploymentRef, Doc: "Deployment that the role applies to."},
		schema.Field{Name: "dagId", Type: nonEmptyType(), Doc: "ID of the DAG. Set either dagId or dagTag."},
		schema.Field{Name: "dagTag", Type: nonEmptyType(), Doc: "Tag of the DAGs. Set either dagTag or dagId."},
		role,
	)
	t.KeyFunc = roleScope
	return t
}

// roleScope returns a key for the resource or DAGs that a role is granted on, "" while one of the ids is unknown.
// The key is "itself" for a role on the token's own scope.
func roleScope(role *schema.Node) string {
	out := "itself"
	for _, name := range []string{"workspaceId", "deploymentId", "dagId", "dagTag"} {
		switch n := role.Get(name); {
		case n == nil:
		case n.Form != schema.Text:
			return ""
		case out == "itself":
			out = name + " " + n.Text
		default:
			out += ", " + name + " " + n.Text
		}
	}
	if role.Get("workspace") != nil || role.Get("deployment") != nil { // the name isn't resolved yet
		return ""
	}
	return out
}

// outerRoleRule requires for each role in a list a role on the parent in outerList:
// the API refuses a role in a Deployment without one in its Workspace, and a
// role for DAGs without one in their Deployment.
func outerRoleRule(list, id, outerList, outerID string, parentID func(id *schema.Node) string, why string) Rule {
	return Rule{CheckedFields: []string{list, outerList}, Scope: CompleteResource, Check: func(o *schema.Node) string {
		for _, role := range o.Get(list).ListItems() {
			if role.Get(id) == nil {
				continue // schema.Check reports it
			}
			parent := parentID(role.Get(id))
			hasOuterRole := parent == "" && len(o.Get(outerList).ListItems()) > 0 // if the parent is unknown, any outer role may be the right one
			for _, r := range o.Get(outerList).ListItems() {
				hasOuterRole = hasOuterRole || r.Get(outerID).ScalarText() == parent
			}
			if !hasOuterRole {
				return fmt.Sprintf("%s: the role for %s %s; add one to %s", list, displayName(role.Get(id)), why, outerList)
			}
		}
		return ""
	}}
}

// flattenGrants deletes the fields that the API returns empty although they are not set.
func flattenGrants(live *schema.Node) {
	for _, role := range live.Get("dagRoles").ListItems() {
		for _, name := range []string{"dagId", "dagTag"} {
			if role.Get(name).Is("") {
				role.Delete(name)
			}
		}
	}
}

func grantRules() []Rule {
	return []Rule{
		dagSelectorRule("dagRoles", true),
		outerRoleRule("deploymentRoles", "deploymentId", "workspaceRoles", "workspaceId", func(id *schema.Node) string { return id.ParentID }, "also needs a role in its Workspace"),
		outerRoleRule("dagRoles", "deploymentId", "deploymentRoles", "deploymentId", (*schema.Node).ScalarText, "also needs a role in the Deployment"),
	}
}

// dagSelectorRule refuses a role with both dagId and dagTag, and, if required is true, a role with neither.
func dagSelectorRule(list string, required bool) Rule {
	id, tag := list+"[].dagId", list+"[].dagTag"
	both := Combination{[]FieldCondition{{Field: id}, {Field: tag}}, list + ": set either dagId or dagTag, not both"}
	neither := Combination{
		[]FieldCondition{{Field: id, Negated: true}, {Field: tag, Negated: true}}, list + ": each role must set either dagId or dagTag",
	}
	if required {
		return Rule{Forbidden: []Combination{both, neither}}
	}
	return Rule{Forbidden: []Combination{both}}
}

// displayName returns the name for messages of the resource that an id refers to.
func displayName(id *schema.Node) string {
	return cmp.Or(id.Address, id.DisplayName, id.Text)
}
