package simulator

import (
	"regexp"
	"slices"
)

var roleFields = []field{
	{name: "name", min: 1, wrong: blank},
	{name: "description"},
	{name: "permissions", shape: listShape, min: 1, wrong: noPermission},
	{name: "restrictedWorkspaceIds", shape: listShape},
}

var permission = regexp.MustCompile(`^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)+$`)

func noPermission(v string) string {
	if !permission.MatchString(v) {
		return "must be a permission"
	}
	return ""
}

func fillRole(state map[string]any) {
	fillIn(state, map[string]any{
		"name": "role", "description": "", "scopeType": "DEPLOYMENT", "permissions": []any{"deployment.get"}, "restrictedWorkspaceIds": []any{},
	})
	for _, name := range []string{"permissions", "restrictedWorkspaceIds"} {
		state[name] = sortedSet(state[name])
	}
}

// sortedSet is a list of texts in an order of the server's own, each once.
func sortedSet(value any) []any {
	var texts []string
	members, _ := value.([]any)
	for _, v := range members {
		if t, ok := v.(string); ok {
			texts = append(texts, t)
		}
	}
	slices.Sort(texts)
	set := []any{}
	for _, t := range slices.Compact(texts) {
		set = append(set, t)
	}
	return set
}

func roleView(o *object) map[string]any {
	view := plain(o.state)
	delete(view, "organizationId")
	dropEmpty(view, "description")
	return view
}

// roleItem is a role in a list, where the permissions are left out.
func roleItem(o *object) map[string]any {
	view := roleView(o)
	delete(view, "permissions")
	return view
}

func (s *Server) listRoles(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not list roles")
	}
	all := slices.DeleteFunc(slices.Clone(s.collections[kindRole].objects), func(o *object) bool {
		scopes := c.request.Query["scopeTypes"]
		return len(scopes) > 0 && !slices.Contains(scopes, o.text("scopeType"))
	})
	return page(c.request.Query, "roles", all, roleItem)
}

func (s *Server) role(c call) (*object, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not manage roles")
	}
	if o := s.collections[kindRole].find(c.id); o != nil {
		return o, nil
	}
	return nil, missing("role", c.id)
}

func (s *Server) readRole(c call) (any, *problem) {
	o, p := s.role(c)
	if p != nil {
		return nil, p
	}
	return roleView(o), nil
}

func (s *Server) createRole(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not create roles")
	}
	fields := append(slices.Clone(roleFields), field{name: "scopeType", enum: []string{"DEPLOYMENT", "DAG"}})
	body, p := s.roleBody(c, must(fields, "name", "permissions", "scopeType"))
	if p != nil {
		return nil, p
	}
	o := s.born(kindRole, c.caller)
	fillIn(o.state, body)
	fillRole(o.state)
	s.collections[kindRole].objects = append(s.collections[kindRole].objects, o)
	return roleView(o), nil
}

// updateRole replaces all; restrictions that aren't sent are lifted (notes 1.11 leave it open).
func (s *Server) updateRole(c call) (any, *problem) {
	o, p := s.role(c)
	if p != nil {
		return nil, p
	}
	body, p := s.roleBody(c, must(roleFields, "name", "permissions"))
	if p != nil {
		return nil, p
	}
	for _, f := range roleFields {
		delete(o.state, f.name)
	}
	fillIn(o.state, body)
	fillRole(o.state)
	s.touch(o, c.caller)
	return roleView(o), nil
}

func (s *Server) roleBody(c call, fields []field) (map[string]any, *problem) {
	body, p := checked(c.request, fields)
	if p != nil {
		return nil, p
	}
	workspaces, _ := body["restrictedWorkspaceIds"].([]any)
	for _, id := range workspaces {
		if text, _ := id.(string); s.collections[kindWorkspace].find(text) == nil {
			return nil, invalid("Workspace '%v' does not exist", id)
		}
	}
	return body, nil
}

func (s *Server) deleteRole(c call) (any, *problem) {
	o, p := s.role(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindRole].remove(o.id)
	return nil, nil
}

func roleHalf() half {
	return half{kind: kindRole, fill: func(_ *Server, state map[string]any) { fillRole(state) }, routes: map[string]handler{
		"GET roles":      (*Server).listRoles,
		"POST roles":     (*Server).createRole,
		"GET roles/*":    (*Server).readRole,
		"POST roles/*":   (*Server).updateRole,
		"DELETE roles/*": (*Server).deleteRole,
	}}
}
