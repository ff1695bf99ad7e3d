package simulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// API tokens and agent tokens are alike in what is here.

// tokenView is a token as the API answers it. Its value is only told when it is new, see tokenWithValue.
func tokenView(o *object) map[string]any {
	view := plain(o.state)
	for _, name := range []string{"organizationId", "deploymentId", "token"} {
		delete(view, name)
	}
	return view
}

// tokenWithValue answers a create or a rotation.
func tokenWithValue(o *object) map[string]any {
	view := tokenView(o)
	view["token"] = o.text("token")
	return view
}

// renew gives a token a value that no token had before.
func (s *Server) renew(state map[string]any) {
	s.serial++
	sum := sha256.Sum256(fmt.Appendf(nil, "token value %d", s.serial))
	state["token"] = "astro-token-" + hex.EncodeToString(sum[:20])
	state["shortToken"] = hash(text(state, "token"))
}

// validFor sets the period in which a token that was asked for is good.
func (s *Server) validFor(state, request map[string]any) {
	if days, ok := request["tokenExpiryPeriodInDays"]; ok {
		state["expiryPeriodInDays"] = days
	}
	s.startAt(state, text(state, "createdAt"))
}

// startAt begins the period; a token without one never ends.
func (s *Server) startAt(state map[string]any, start string) {
	state["startAt"] = start
	from, err := time.Parse(time.RFC3339, start)
	if days := number(state, "expiryPeriodInDays"); err == nil && days > 0 {
		state["endAt"] = from.AddDate(0, 0, int(days)).UTC().Format(timeFormat)
	}
}

// fillToken completes any token.
func (s *Server) fillToken(state map[string]any) {
	fillIn(state, map[string]any{"name": "token", "description": "", "kind": tokenKinds[0]})
	if text(state, "token") == "" {
		short, given := state["shortToken"]
		s.renew(state)
		if given {
			state["shortToken"] = short
		}
	}
	fillIn(state, map[string]any{"shortToken": hash(text(state, "token"))})
	if start := cmp.Or(text(state, "startAt"), text(state, "createdAt")); text(state, "endAt") == "" {
		s.startAt(state, start)
	} else {
		state["startAt"] = start
	}
}

// fillAPIToken completes an API token, which may be seeded with entityId and role, as it is created, in place of roles.
func (s *Server) fillAPIToken(state map[string]any) {
	roles := groups(state, "roles")
	for _, scope := range []string{scopeOrganization, scopeWorkspace, scopeDeployment} {
		if slices.ContainsFunc(roles, func(r map[string]any) bool { return text(r, "entityType") == scope }) {
			fillIn(state, map[string]any{"scope": scope})
		}
	}
	fillIn(state, map[string]any{"scope": scopeOrganization})
	if len(roles) == 0 {
		scope := text(state, "scope")
		entity := s.organization
		if scope != scopeOrganization {
			entity = cmp.Or(text(state, "entityId"), cuid("entity of "+text(state, "id"), 0))
		}
		least := map[string]string{scopeOrganization: "ORGANIZATION_MEMBER", scopeWorkspace: "WORKSPACE_MEMBER", scopeDeployment: "DEPLOYMENT_ADMIN"}
		state["roles"] = []any{map[string]any{"entityType": scope, "entityId": entity, "role": cmp.Or(text(state, "role"), least[scope])}}
	}
	delete(state, "entityId")
	delete(state, "role")
	sortRoles(state)
	s.fillToken(state)
}

// rotateAPIToken ends the old value at once; the period begins again.
func (s *Server) rotateAPIToken(c call) (any, *problem) {
	o, p := s.apiToken(c)
	if p != nil {
		return nil, p
	}
	s.renew(o.state)
	s.touch(o, c.caller)
	o.state["lastRotatedAt"] = o.state["updatedAt"]
	s.startAt(o.state, o.text("updatedAt"))
	return tokenWithValue(o), nil
}

// pickState is the named members of a request.
func pickState(body map[string]any, names ...string) map[string]any {
	picked := map[string]any{}
	for _, name := range names {
		if value, ok := body[name]; ok {
			picked[name] = value
		}
	}
	return picked
}
