package simulator

import "slices"

// InheritedRoles is how a user's answer shows the roles that the user has through Teams. Which of them the API does isn't
// known; the zero value is the worst for a client.
type InheritedRoles int

// The ways in which an answer shows inherited roles.
const (
	RepeatInheritedRoles InheritedRoles = iota // beside the user's own ones: one entity may occur several times
	MergeInheritedRoles                        // the same, but equal roles for one entity occur once
	OmitInheritedRoles                         // an answer holds the user's own roles only
)

// userView is the answer about a user.
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

// addInheritedRoles adds a Team's roles to a user's. The role in the Organization, of which there is one, is the strongest.
func (s *Server) addInheritedRoles(view map[string]any, team *storedResource) {
	roles := deepCopy(team.state)
	for _, name := range grantLists {
		list, _ := view[name].([]any)
		for _, grant := range getObjects(roles, name) {
			same := func(v any) bool {
				other, _ := v.(map[string]any)
				return !slices.ContainsFunc([]string{"workspaceId", "deploymentId", "dagId", "dagTag", "role"}, func(field string) bool { return getString(grant, field) != getString(other, field) })
			}
			if s.options.InheritedRoles == RepeatInheritedRoles || !slices.ContainsFunc(list, same) {
				list = append(list, grant)
			}
		}
		view[name] = list
	}
	rank := func(of map[string]any) int { return slices.Index(organizationRoles, getString(of, "organizationRole")) }
	if rank(roles) < rank(view) {
		view["organizationRole"] = roles["organizationRole"]
	}
}

// teamsOf are the Teams that a user is in.
func (s *Server) teamsOf(userID string) []*storedResource {
	return slices.DeleteFunc(slices.Clone(s.collections[kindTeam].resources), func(o *storedResource) bool {
		members, _ := o.state["memberIds"].([]any)
		return !slices.Contains(members, any(userID))
	})
}

// listUserTeams answers with what a user inherits, too.
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
