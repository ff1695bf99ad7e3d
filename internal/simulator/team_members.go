package simulator

import "slices"

// members checks that they are users.
func (s *Server) members(body map[string]any) *problem {
	list, _ := body["memberIds"].([]any)
	for _, id := range list {
		if text, _ := id.(string); s.collections[kindUser].find(text) == nil {
			return invalid("user '%v' does not exist", id)
		}
	}
	return nil
}

func (s *Server) listMembers(c call) (any, *problem) {
	o, p := s.team(c)
	if p != nil {
		return nil, p
	}
	ids, _ := o.state["memberIds"].([]any)
	var members []*object
	for _, id := range ids {
		if text, _ := id.(string); s.collections[kindUser].find(text) != nil {
			members = append(members, s.collections[kindUser].find(text))
		}
	}
	return page(c.request.Query, "teamMembers", members, func(u *object) map[string]any {
		return map[string]any{"userId": u.id, "username": u.text("username"), "fullName": u.text("fullName")}
	})
}

func (s *Server) addMembers(c call) (any, *problem) {
	o, p := s.ownTeam(c)
	if p != nil {
		return nil, p
	}
	body, p := checked(c.request, []field{{name: "memberIds", shape: listShape, min: 1, required: true}})
	if p != nil {
		return nil, p
	}
	if p := s.members(body); p != nil {
		return nil, p
	}
	ids, _ := o.state["memberIds"].([]any)
	for _, id := range body["memberIds"].([]any) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	o.state["memberIds"] = ids
	return nil, nil
}

func (s *Server) removeMember(c call) (any, *problem) {
	o, p := s.ownTeam(c)
	if p != nil {
		return nil, p
	}
	ids, _ := o.state["memberIds"].([]any)
	if !slices.Contains(ids, any(c.member)) {
		return nil, missing("Team member", c.member)
	}
	o.state["memberIds"] = slices.DeleteFunc(slices.Clone(ids), func(id any) bool { return id == c.member })
	return nil, nil
}
