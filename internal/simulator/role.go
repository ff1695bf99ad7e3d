package simulator

import "slices"

// roleSpec is a kind whose update removes restrictions that it omits (unclear for the API).
func roleSpec() kindSpec {
	return kindSpec{
		name: kindRole, title: "role", path: "/roles/{customRoleId}", plural: "roles",
		defaults: object{
			"name": "role", "description": "", "scopeType": "DEPLOYMENT", "permissions": []any{"deployment.get"},
		},
		hidden: []string{"organizationId"}, omitEmpty: []string{"description"},
		list: func(s *Server, c *call) []*resource {
			c.requireOrganizationToken("list", "roles")
			scopes := c.request.URL.Query()["scopeTypes"]
			return s.filter(kindRole, func(o *resource) bool {
				return len(scopes) == 0 || slices.Contains(scopes, o.getString("scopeType"))
			})
		},
		validate: func(s *Server, c *call, _, _ *resource) {
			s.requireExisting(kindWorkspace, getList(c.body, "restrictedWorkspaceIds")...)
		},
		fill: func(_ *Server, next, _ *resource) {
			for _, name := range []string{"permissions", "restrictedWorkspaceIds"} {
				next.state[name] = sortedSet(getList(next.state, name))
			}
		},
		item: func(_ *Server, _ *call, view object) { delete(view, "permissions") },
	}
}
