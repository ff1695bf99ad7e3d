package simulator

import (
	"slices"
	"strings"
)

var (
	organizationRoles = []string{"ORGANIZATION_OWNER", "ORGANIZATION_OBSERVE_ADMIN", "ORGANIZATION_OBSERVE_MEMBER", "ORGANIZATION_BILLING_ADMIN", "ORGANIZATION_MEMBER"}
	workspaceRoles    = []string{"WORKSPACE_OWNER", "WORKSPACE_OPERATOR", "WORKSPACE_AUTHOR", "WORKSPACE_MEMBER", "WORKSPACE_ACCESSOR"}

	grantLists  = []string{"workspaceRoles", "deploymentRoles", "dagRoles"}
	grantFields = []field{
		{name: "organizationRole", enum: organizationRoles},
		{name: "workspaceRoles", shape: listShape, of: []field{{name: "workspaceId", required: true}, {name: "role", required: true, enum: workspaceRoles}}},
		{name: "deploymentRoles", shape: listShape, of: []field{{name: "deploymentId", required: true}, {name: "role", required: true}}},
		{name: "dagRoles", shape: listShape, of: []field{{name: "deploymentId", required: true}, {name: "role", required: true}, {name: "dagId"}, {name: "dagTag"}}},
	}
)

// judgeGrants holds roles against each other and against what is there (notes 1.8).
func (s *Server) judgeGrants(body map[string]any) *problem {
	inWorkspace, inDeployment, seen := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, g := range groups(body, "workspaceRoles") {
		id := text(g, "workspaceId")
		if s.collections[kindWorkspace].find(id) == nil {
			return invalid("Workspace '%s' does not exist", id)
		}
		if inWorkspace[id] {
			return invalid("more than one role in Workspace '%s'", id)
		}
		inWorkspace[id] = true
	}
	for _, g := range groups(body, "deploymentRoles") {
		id := text(g, "deploymentId")
		o := s.collections[kindDeployment].find(id)
		switch {
		case o == nil:
			return invalid("Deployment '%s' does not exist", id)
		case inDeployment[id]:
			return invalid("more than one role in Deployment '%s'", id)
		case !inWorkspace[o.text("workspaceId")]:
			return invalid("a role in Deployment '%s' needs a role in its Workspace", id)
		case !s.grantable(text(g, "role"), "DEPLOYMENT", "DEPLOYMENT_ADMIN"):
			return invalid("role '%s' does not exist", text(g, "role"))
		}
		inDeployment[id] = true
	}
	for _, g := range groups(body, "dagRoles") {
		id, dag, tag := text(g, "deploymentId"), text(g, "dagId"), text(g, "dagTag")
		key := strings.Join([]string{id, dag, tag}, "\x00")
		switch {
		case !inDeployment[id]:
			return invalid("a role for DAGs needs a role in Deployment '%s'", id)
		case (dag == "") == (tag == ""):
			return invalid("a role for DAGs needs either dagId or dagTag")
		case seen[key]:
			return invalid("more than one role for a DAG")
		case !s.grantable(text(g, "role"), "DAG", "DAG_VIEWER", "DAG_AUTHOR"):
			return invalid("role '%s' does not exist", text(g, "role"))
		}
		seen[key] = true
	}
	return nil
}

// grantable tells whether a role is built in, or a custom one of the scope.
func (s *Server) grantable(name, scope string, known ...string) bool {
	return slices.Contains(known, name) || slices.ContainsFunc(s.collections[kindRole].objects, func(o *object) bool {
		return o.text("name") == name && o.text("scopeType") == scope
	})
}

// replaceGrants sets all roles: a list that isn't sent is emptied.
func replaceGrants(state, body map[string]any) {
	for _, name := range grantLists {
		delete(state, name)
		if list, ok := body[name].([]any); ok {
			state[name] = list
		}
	}
	if role := text(body, "organizationRole"); role != "" {
		state["organizationRole"] = role
	}
}

// viewGrants tells roles in an order of the server's own, and empty lists not at all.
func viewGrants(view map[string]any) {
	sortBy(view, "workspaceRoles", "workspaceId")
	sortBy(view, "deploymentRoles", "deploymentId")
	sortBy(view, "dagRoles", "role")
	dropEmpty(view, grantLists...)
}

// subjectRoles is what a change of roles answers.
func subjectRoles(o *object) map[string]any {
	view := map[string]any{}
	for _, name := range append([]string{"organizationRole"}, grantLists...) {
		if v, ok := o.state[name]; ok {
			view[name] = v
		}
	}
	return plain(view)
}

// revoke drops the roles in a Workspace or a Deployment that is gone.
func (s *Server) revoke(id string) {
	for _, kind := range []string{kindUser, kindTeam} {
		for _, o := range s.collections[kind].objects {
			for _, name := range grantLists {
				list, _ := o.state[name].([]any)
				o.state[name] = slices.DeleteFunc(slices.Clone(list), func(v any) bool {
					g, _ := v.(map[string]any)
					return text(g, "workspaceId") == id || text(g, "deploymentId") == id
				})
			}
		}
	}
}
