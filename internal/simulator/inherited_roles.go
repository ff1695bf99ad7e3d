package simulator

import "slices"

// InheritedRoles selects how a user's response shows the roles that the user inherits from Teams. The behaviour of the API
// isn't known; the zero value is the worst case for a client.
type InheritedRoles int

// The possible forms of inherited roles in a response.
const (
	RepeatInheritedRoles InheritedRoles = iota // add them to the user's roles: an entity can occur several times
	MergeInheritedRoles                        // add them to the user's roles, but equal roles only once
	OmitInheritedRoles                         // return only the roles that the user has directly
)

// userView returns the response for a user.
func (s *Server) userView(o *storedResource) map[string]any {
	view := deepCopy(o.state)
	if s.options.InheritedRoles != OmitInheritedRoles {
		for _, team := range s.teamsOf(o.id) {
			s.addInheritedRoles(view, team)
		}
	}
	normalizeGrants(view)
	return view
}

// addInheritedRoles adds a Team's roles to a user's. There is only one Organization role: the strongest one.
func (s *Server) addInheritedRoles(view map[string]any, team *storedResource) {
	roles := deepCopy(team.state)
	for _, name := range grantLists {
		list, _ := view[name].([]any)
		for _, grant := range getObjects(roles, name) {
			isSameGrant := func(v any) bool {
				other, _ := v.(map[string]any)
				return !slices.ContainsFunc([]string{"workspaceId", "deploymentId", "dagId", "dagTag", "role"}, func(field string) bool { return getString(grant, field) != getString(other, field) })
			}
			if s.options.InheritedRoles == RepeatInheritedRoles || !slices.ContainsFunc(list, isSameGrant) {
				list = append(list, grant)
			}
		}
		view[name] = list
	}
	rank := func(state map[string]any) int {
		return slices.Index(organizationRoles, getString(state, "organizationRole"))
	}
	if rank(roles) < rank(view) {
		view["organizationRole"] = roles["organizationRole"]
	}
}

// teamsOf returns the Teams that a user is a member of.
func (s *Server) teamsOf(userID string) []*storedResource {
	return slices.DeleteFunc(slices.Clone(s.collections[kindTeam].resources), func(o *storedResource) bool {
		members, _ := o.state["memberIds"].([]any)
		return !slices.Contains(members, any(userID))
	})
}

// listUserTeams lists a user's Teams with their roles, which the user inherits.
func (s *Server) listUserTeams(c apiCall) (any, *requestError) {
	o, p := s.findUser(c)
	if p != nil {
		return nil, p
	}
	return listPage(c.request.Query, "teams", s.teamsOf(o.id), func(team *storedResource) map[string]any {
		view := teamView(team)
		for _, name := range []string{"createdAt", "createdBy", "updatedAt", "updatedBy", "organizationId"} {
			delete(view, name)
		}

		return view
	})
}
