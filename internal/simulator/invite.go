package simulator

import (
	"slices"
	"strings"
	"time"
)

var inviteFields = must([]field{
	{name: "inviteeEmail", min: 1, wrong: noMailAddress}, {name: "role", enum: organizationRoles},
}, "inviteeEmail", "role")

// createInvite also makes the user, PENDING until the invite is accepted.
func (s *Server) createInvite(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not invite users")
	}
	body, p := checked(c.request, inviteFields)
	if p != nil {
		return nil, p
	}
	users := s.collections[kindUser]
	i := slices.IndexFunc(users.objects, func(o *object) bool { return strings.EqualFold(o.text("username"), text(body, "inviteeEmail")) })
	if i < 0 {
		user := s.born(kindUser, c.caller)
		fillIn(user.state, map[string]any{"username": text(body, "inviteeEmail"), "status": "PENDING", "organizationRole": text(body, "role")})
		fillUser(user.state)
		users.objects, i = append(users.objects, user), len(users.objects)
	}
	user := users.objects[i]
	if user.text("status") != "PENDING" {
		return nil, invalid("user '%s' is already a member", user.text("username"))
	}
	o := s.born(kindInvite, c.caller)
	o.state = map[string]any{
		"inviteId": o.id, "userId": user.id, "organizationId": s.organization, "inviter": c.caller.profile(),
		"invitee":   map[string]any{"id": user.id, "username": user.text("username"), "subjectType": "USER"},
		"expiresAt": s.now().AddDate(0, 0, 7).UTC().Format(time.RFC3339),
	}
	s.collections[kindInvite].objects = append(s.collections[kindInvite].objects, o)
	return plain(o.state), nil
}

func (s *Server) deleteInvite(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not withdraw invites")
	}
	o := s.collections[kindInvite].find(c.id)
	if o == nil {
		return nil, missing("invite", c.id)
	}
	if user := s.collections[kindUser].find(o.text("userId")); user != nil && user.text("status") == "PENDING" {
		s.collections[kindUser].remove(user.id)
	}
	s.collections[kindInvite].remove(o.id)
	return nil, nil
}

func inviteHalf() half {
	return half{kind: kindInvite, fill: func(*Server, map[string]any) {}, routes: map[string]handler{
		"POST invites": (*Server).createInvite, "DELETE invites/*": (*Server).deleteInvite,
	}}
}
