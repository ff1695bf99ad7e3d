package simulator

import (
	"slices"
	"strings"
	"time"
)

// createInvite creates the invite and also its user, who is PENDING until the invite is accepted.
func (s *Server) createInvite(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not invite users")
	}
	body, p := decodeAndCheck(c.request, "CreateUserInviteRequest")
	if p != nil {
		return nil, p
	}
	users := s.collections[kindUser]
	i := slices.IndexFunc(users.resources, func(o *storedResource) bool {
		return strings.EqualFold(o.getString("username"), getString(body, "inviteeEmail"))
	})
	if i < 0 {
		user := s.newResource(kindUser, c.caller)
		setMissing(user.state, map[string]any{"username": getString(body, "inviteeEmail"), "status": "PENDING", "organizationRole": getString(body, "role")})
		fillUser(user.state)
		users.resources, i = append(users.resources, user), len(users.resources)
	}
	user := users.resources[i]
	if user.getString("status") != "PENDING" {
		return nil, badRequestError("user '%s' is already a member", user.getString("username"))
	}
	o := s.newResource(kindInvite, c.caller)
	o.state = map[string]any{
		"inviteId": o.id, "userId": user.id, "organizationId": s.organizationID, "inviter": c.caller.subjectProfile(),
		"invitee":   map[string]any{"id": user.id, "username": user.getString("username"), "subjectType": "USER"},
		"expiresAt": s.now().AddDate(0, 0, 7).UTC().Format(time.RFC3339),
	}
	s.collections[kindInvite].resources = append(s.collections[kindInvite].resources, o)
	return deepCopy(o.state), nil
}

func (s *Server) deleteInvite(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not withdraw invites")
	}
	o := s.collections[kindInvite].findByID(c.id)
	if o == nil {
		return nil, notFoundError("invite", c.id)
	}
	if user := s.collections[kindUser].findByID(o.getString("userId")); user != nil && user.getString("status") == "PENDING" {
		s.collections[kindUser].removeByID(user.id)
	}
	s.collections[kindInvite].removeByID(o.id)
	return nil, nil
}

func inviteSpec() kindSpec {
	return kindSpec{kind: kindInvite, fillDefaults: func(*Server, map[string]any) {}, routes: map[string]handlerFunc{
		"POST invites": (*Server).createInvite, "DELETE invites/*": (*Server).deleteInvite,
	}}
}
