package simulator

import "slices"

// validateMembers checks that they are users.
func (s *Server) validateMembers(body map[string]any) *requestError {
	list, _ := body["memberIds"].([]any)
	for _, id := range list {
		if text, _ := id.(string); s.collections[kindUser].findByID(text) == nil {
			return badRequestError("user '%v' does not exist", id)
		}
	}
	return nil
}

func (s *Server) listMembers(c apiCall) (any, *requestError) {
	o, p := s.findTeam(c)
	if p != nil {
		return nil, p
	}
	ids, _ := o.state["memberIds"].([]any)
	var members []*storedResource
	for _, id := range ids {
		if text, _ := id.(string); s.collections[kindUser].findByID(text) != nil {
			members = append(members, s.collections[kindUser].findByID(text))
		}
	}
	return listPage(c.request.Query, "teamMembers", members, func(u *storedResource) map[string]any {
		return map[string]any{"userId": u.id, "username": u.getString("username"), "fullName": u.getString("fullName")}
	})
}

func (s *Server) addMembers(c apiCall) (any, *requestError) {
	o, p := s.findEditableTeam(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeAndCheck(c.request, []requestField{{name: "memberIds", jsonType: jsonArray, min: 1, required: true}})
	if p != nil {
		return nil, p
	}
	if p := s.validateMembers(body); p != nil {
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

func (s *Server) removeMember(c apiCall) (any, *requestError) {
	o, p := s.findEditableTeam(c)
	if p != nil {
		return nil, p
	}
	ids, _ := o.state["memberIds"].([]any)
	if !slices.Contains(ids, any(c.childID)) {
		return nil, notFoundError("Team member", c.childID)
	}
	o.state["memberIds"] = slices.DeleteFunc(slices.Clone(ids), func(id any) bool { return id == c.childID })
	return nil, nil
}
