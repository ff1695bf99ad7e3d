package resource

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"astro-apply/internal/schema"
)

// Roles in the Organization, as teams, users and invites have them.
func organizationRoleType() schema.Type {
	return schema.EnumType("ORGANIZATION_OWNER", "ORGANIZATION_OBSERVE_ADMIN", "ORGANIZATION_OBSERVE_MEMBER", "ORGANIZATION_BILLING_ADMIN", "ORGANIZATION_MEMBER")
}

// The references of whatever is granted on a Workspace or a Deployment.
var (
	workspaceRef      = schema.Ref{Kind: "workspace", NameField: "workspace"}
	deploymentRef     = schema.Ref{Kind: "deployment", NameField: "deployment", Scoped: true}
	roleRef           = schema.Ref{Kind: "customRole", ByName: true, IsBuiltin: isBuiltinRole}
	deploymentRoleRef = schema.Ref{Kind: "customRole", ByName: true, IsBuiltin: isBuiltinRole, Filter: &schema.Condition{Field: "scopeType", In: []string{"DEPLOYMENT"}}}
	dagRoleRef        = schema.Ref{Kind: "customRole", ByName: true, IsBuiltin: isBuiltinRole, Filter: &schema.Condition{Field: "scopeType", In: []string{"DAG"}}}
)

// knownRole tells the roles that Astro has by itself, also those to come, from
// custom ones by how they are written.
var builtinRoleRegexp = regexp.MustCompile(`^[A-Z]+(_[A-Z]+)+$`)

func isBuiltinRole(name string) bool { return builtinRoleRegexp.MatchString(name) }

// grantFields are the roles that a call of their own replaces all at once.
func grantFields() []schema.Field {
	const part, phase = "roles", schema.Update
	role := func(to *schema.Ref, doc string) schema.Field {
		return schema.Field{Name: "role", Type: nonEmptyType(), Behavior: schema.Required, Ref: to, Doc: doc}
	}
	return []schema.Field{
		{
			Name: "workspaceRoles", EndpointName: part, Behavior: phase, Doc: "Roles in Workspaces.",
			Type: schema.KeyedType(
				[]string{"workspaceId"},
				schema.Field{Name: "workspaceId", Type: schema.TextType(0), Behavior: schema.Required, Ref: &workspaceRef, Doc: "The Workspace."},
				schema.Field{
					Name: "role", Behavior: schema.Required, Doc: "The role in it.",
					Type: schema.EnumType("WORKSPACE_OWNER", "WORKSPACE_OPERATOR", "WORKSPACE_AUTHOR", "WORKSPACE_MEMBER", "WORKSPACE_ACCESSOR"),
				},
			),
		},
		{
			Name: "deploymentRoles", EndpointName: part, Behavior: phase, Doc: "Roles in Deployments. Each needs a role in the Deployment's Workspace, too.",
			Type: schema.KeyedType(
				[]string{"deploymentId"},
				schema.Field{Name: "deploymentId", Type: schema.TextType(0), Behavior: schema.Required, Ref: &deploymentRef, Doc: "The Deployment."},
				role(&deploymentRoleRef, "DEPLOYMENT_ADMIN, or the name of a custom role."),
			),
		},
		{
			Name: "dagRoles", EndpointName: part, Behavior: phase, Type: dagRolesType(role(&dagRoleRef, "DAG_VIEWER, DAG_AUTHOR, or the name of a custom role.")),
			Doc: "Roles for DAGs, by id or by tag. Each needs a role in the Deployment, too.",
		},
	}
}

func dagRolesType(role schema.Field) schema.Type {
	t := schema.KeyedType(
		[]string{"deploymentId", "dagId", "dagTag"},
		schema.Field{Name: "deploymentId", Type: schema.TextType(0), Behavior: schema.Required, Ref: &deploymentRef, Doc: "The Deployment."},
		schema.Field{Name: "dagId", Type: nonEmptyType(), Doc: "The DAG's id; either it or dagTag."},
		schema.Field{Name: "dagTag", Type: nonEmptyType(), Doc: "The tag of the DAGs; either it or dagId."},
		role,
	)
	t.KeyFunc = roleScope
	return t
}

// roleScope names what a role is for, "" while an id of it is not known. The
// empty words are for a role in what its holder belongs to.
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
	if role.Get("workspace") != nil || role.Get("deployment") != nil { // not looked up yet
		return ""
	}
	return out
}

// outerRoleRule demands that each of some roles comes with one in what it lies in:
// the API refuses a role in a Deployment without one in its Workspace, and a
// role for DAGs without one in their Deployment.
func outerRoleRule(list, id, above, aboveID string, outer func(id *schema.Node) string, why string) Rule {
	return Rule{Fields: []string{list, above}, NeedsCurrent: true, Check: func(o *schema.Node) string {
		for _, role := range itemsOf(o.Get(list)) {
			if role.Get(id) == nil {
				continue // the schema reports it
			}
			held := outer(role.Get(id)) == "" && len(itemsOf(o.Get(above))) > 0 // of one that is not known, some may be right
			for _, r := range itemsOf(o.Get(above)) {
				held = held || r.Get(aboveID).ScalarText() == outer(role.Get(id))
			}
			if !held {
				return fmt.Sprintf("%s: %s %s, so add it to %s", list, displayName(role.Get(id)), why, above)
			}
		}
		return ""
	}}
}

// flattenGrants tells as absent what the API tells as empty.
func flattenGrants(live *schema.Node) {
	for _, role := range itemsOf(live.Get("dagRoles")) {
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
		outerRoleRule("deploymentRoles", "deploymentId", "workspaceRoles", "workspaceId", func(id *schema.Node) string { return id.ParentID }, "needs a role in its Workspace, too"),
		outerRoleRule("dagRoles", "deploymentId", "deploymentRoles", "deploymentId", (*schema.Node).ScalarText, "needs a role in the Deployment, too"),
	}
}

// dagSelectorRule demands that each role of a list is for DAGs by id or by tag.
func dagSelectorRule(list string, needed bool) Rule {
	id, tag := list+"[].dagId", list+"[].dagTag"
	never := []Combination{{{Field: id}, {Field: tag}}}
	if needed {
		never = append(never, Combination{{Field: id, Negated: true}, {Field: tag, Negated: true}})
	}
	return Rule{Fields: []string{list}, ForbiddenCombinations: never, Check: func(o *schema.Node) string {
		roles := o.Get(list)
		if roles == nil {
			return ""
		}
		for _, role := range roles.Items {
			id, tag := role.Get("dagId") != nil, role.Get("dagTag") != nil
			switch {
			case id && tag:
				return list + ": dagId and dagTag exclude each other; keep one of them"
			case needed && !id && !tag:
				return list + ": each role needs dagId or dagTag"
			}
		}
		return ""
	}}
}

// displayName is what people call the object of a reference.
func displayName(id *schema.Node) string {
	if id.Form == schema.Unknown {
		return strings.TrimPrefix(id.Text, "id of ")
	}
	return cmp.Or(id.DisplayName, id.Text)
}
