package simulator

import "slices"

// judgeRole holds one role of a token against what it is for.
func (s *Server) judgeRole(role map[string]any) *problem {
	name, entity := text(role, "role"), text(role, "entityId")
	known := false
	switch text(role, "entityType") {
	case "ORGANIZATION":
		if entity != s.organization {
			return invalid("Organization '%s' is not this one", entity)
		}
		known = slices.Contains(organizationRoles, name)
	case "WORKSPACE":
		if s.collections[kindWorkspace].find(entity) == nil {
			return invalid("Workspace '%s' does not exist", entity)
		}
		known = slices.Contains(workspaceRoles, name)
	case "DEPLOYMENT":
		if s.collections[kindDeployment].find(entity) == nil {
			return invalid("Deployment '%s' does not exist", entity)
		}
		known = s.grantable(name, "DEPLOYMENT", "DEPLOYMENT_ADMIN")
	default:
		if s.collections[kindDeployment].find(text(role, "deploymentId")) == nil {
			return invalid("deploymentId is required: Deployment '%s' does not exist", text(role, "deploymentId"))
		}
		known = s.grantable(name, "DAG", "DAG_VIEWER", "DAG_AUTHOR")
	}
	if !known {
		return invalid("role '%s' does not exist", name)
	}
	return nil
}

// grantToken replaces all roles. One of them is for what the token belongs to (notes 1.6).
func (s *Server) grantToken(c call) (any, *problem) {
	o, p := s.token(c)
	if p != nil {
		return nil, p
	}
	body, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	if found := check(tokenRoleFields, body, ""); found != nil {
		return nil, invalidFields(found)
	}
	scope, own, seen := o.text("scope"), 0, map[[3]string]bool{}
	for _, role := range groups(body, "roles") {
		kind := text(role, "entityType")
		key := [3]string{kind, text(role, "entityId"), text(role, "deploymentId")}
		switch {
		case seen[key]:
			return nil, invalid("more than one role for %s '%s'", kind, key[1])
		case kind == scope && key[1] == o.text("entityId"):
			own++
		case kind == "ORGANIZATION" && scope != "ORGANIZATION", kind == "WORKSPACE" && scope == "DEPLOYMENT":
			return nil, invalid("a token of a %s can't have roles of a %s", scope, kind)
		}
		seen[key] = true
		if p := s.judgeRole(role); p != nil {
			return nil, p
		}
	}
	if own != 1 {
		return nil, invalid("exactly one role of the token's own scope is needed")
	}
	o.state["roles"] = body["roles"]
	s.touch(o, c.caller)
	return map[string]any{}, nil
}
