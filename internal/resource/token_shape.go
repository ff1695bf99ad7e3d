package resource

import "astro-apply/internal/schema"

// expandAPIToken is the body of a create, which takes the token's role in what it
// belongs to and no other.
func expandAPIToken(fields, _ *schema.Node, _ string) *schema.Node {
	out := fields.Clone()
	roles := out.Get("roles")
	for _, name := range []string{"scope", "workspaceId", "deploymentId", "roles"} {
		out.Delete(name)
	}
	scope, entity := scopeAndEntity(fields)
	out.Set("scope", schema.String(scope))
	out.Set("entityId", entity)
	for _, role := range roles.Items {
		if roleScope(role) == "itself" {
			out.Set("role", role.Get("role"))
		}
	}
	return out
}

// scopeAndEntity is what a token belongs to; nil is the Organization.
func scopeAndEntity(token *schema.Node) (scope string, entity *schema.Node) {
	switch {
	case token.Get("deploymentId") != nil:
		return "DEPLOYMENT", token.Get("deploymentId")
	case token.Get("workspaceId") != nil:
		return "WORKSPACE", token.Get("workspaceId")
	}
	return "ORGANIZATION", nil
}

// expandTokenRoles tells roles as the API does: by type and id of what they are for.
func expandTokenRoles(fields, token *schema.Node, organizationID string) *schema.Node {
	list := &schema.Node{Form: schema.List, Pos: fields.Get("roles").Pos}
	for _, role := range fields.Get("roles").Items {
		scope, entity := scopeAndEntity(role)
		if roleScope(role) == "itself" {
			scope, entity = scopeAndEntity(token)
		}
		if entity == nil {
			entity = schema.String(organizationID)
		}
		out := &schema.Node{Form: schema.Map, Pos: role.Pos}
		out.Set("role", role.Get("role"))
		for name, kind := range map[string]string{"dagId": "DAG", "dagTag": "DAG_TAG"} {
			if dag := role.Get(name); dag != nil {
				out.Set("deploymentId", entity)
				scope, entity = kind, dag
			}
		}
		out.Set("entityType", schema.String(scope))
		out.Set("entityId", entity)
		list.Items = append(list.Items, out)
	}
	out := &schema.Node{Form: schema.Map, Pos: fields.Pos}
	out.Set("roles", list)
	return out
}

// flattenExpiry says what an answer says by leaving the period out.
func flattenExpiry(live *schema.Node) {
	if live.Get("expiryPeriodInDays") == nil {
		live.Set("expiryPeriodInDays", schema.Int(0))
	}
}

// flattenToken tells an answer in the manifest's words. What a token belongs
// to is only told by the role that it has there.
func flattenToken(live *schema.Node) {
	flattenExpiry(live)
	roles, scope := live.Get("roles"), live.Get("scope").ScalarText()
	if roles == nil || roles.Form != schema.List {
		return
	}
	list, met := &schema.Node{Form: schema.List}, false
	for _, role := range roles.Items {
		entity, kind := role.Get("entityId"), role.Get("entityType").ScalarText()
		out := &schema.Node{Form: schema.Map}
		out.Set("role", role.Get("role"))
		place := map[string]string{"WORKSPACE": "workspaceId", "DEPLOYMENT": "deploymentId", "DAG": "dagId", "DAG_TAG": "dagTag", "TAG": "dagTag"}[kind]
		switch own := kind == scope && !met; {
		case own && place != "":
			met = true
			live.Set(place, entity)
		case own:
			met = true
		case place != "":
			out.Set(place, entity)
		}
		if kind != "DEPLOYMENT" {
			out.Set("deploymentId", role.Get("deploymentId"))
		}
		list.Items = append(list.Items, out)
	}
	live.Set("roles", list)
}
