package simulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// These functions serve API tokens and agent tokens.

// tokenView returns a token without its value. The API returns the value only once, see tokenWithValue.
func tokenView(o *storedResource) map[string]any {
	view := deepCopy(o.state)
	for _, name := range []string{"organizationId", "deploymentId", "token"} {
		delete(view, name)
	}
	return view
}

// tokenWithValue returns the response to a create or a rotation, which includes the value.
func tokenWithValue(o *storedResource) map[string]any {
	view := tokenView(o)
	view["token"] = o.getString("token")
	return view
}

// renewTokenValue sets a new, unique value of a token.
func (s *Server) renewTokenValue(state map[string]any) {
	s.serial++
	sum := sha256.Sum256(fmt.Appendf(nil, "token value %d", s.serial))
	state["token"] = "astro-token-" + hex.EncodeToString(sum[:20])
	state["shortToken"] = shortHash(getString(state, "token"))
}

// setExpiryPeriod sets the validity period that the request asks for.
func (s *Server) setExpiryPeriod(state, request map[string]any) {
	if days, ok := request["tokenExpiryPeriodInDays"]; ok {
		state["expiryPeriodInDays"] = days
	}
	s.setTokenStart(state, getString(state, "createdAt"))
}

// setTokenStart starts the validity period; a token without a period never expires.
func (s *Server) setTokenStart(state map[string]any, start string) {
	state["startAt"] = start
	startTime, err := time.Parse(time.RFC3339, start)
	if days := getNumber(state, "expiryPeriodInDays"); err == nil && days > 0 {
		state["endAt"] = startTime.AddDate(0, 0, int(days)).UTC().Format(timeFormat)
	}
}

// fillToken sets the defaults of an API token or agent token.
func (s *Server) fillToken(state map[string]any) {
	setMissing(state, map[string]any{"name": "token", "description": "", "kind": "STANDARD"})
	if getString(state, "token") == "" {
		short, seeded := state["shortToken"]
		s.renewTokenValue(state)
		if seeded {
			state["shortToken"] = short
		}
	}
	setMissing(state, map[string]any{"shortToken": shortHash(getString(state, "token"))})
	if start := cmp.Or(getString(state, "startAt"), getString(state, "createdAt")); getString(state, "endAt") == "" {
		s.setTokenStart(state, start)
	} else {
		state["startAt"] = start
	}
}

// fillAPIToken sets the defaults of an API token. A seed may have entityId and role instead of roles, like a create request.
func (s *Server) fillAPIToken(state map[string]any) {
	roles := getObjects(state, "roles")
	for _, scope := range []string{scopeOrganization, scopeWorkspace, scopeDeployment} {
		if slices.ContainsFunc(roles, func(r map[string]any) bool { return getString(r, "entityType") == scope }) {
			setMissing(state, map[string]any{"scope": scope})
		}
	}
	setMissing(state, map[string]any{"scope": scopeOrganization})
	if len(roles) == 0 {
		scope := getString(state, "scope")
		entity := s.organizationID
		if scope != scopeOrganization {
			entity = cmp.Or(getString(state, "entityId"), newCUID("entity of "+getString(state, "id"), 0))
		}
		lowestRole := map[string]string{scopeOrganization: "ORGANIZATION_MEMBER", scopeWorkspace: "WORKSPACE_MEMBER", scopeDeployment: "DEPLOYMENT_ADMIN"}
		state["roles"] = []any{map[string]any{"entityType": scope, "entityId": entity, "role": cmp.Or(getString(state, "role"), lowestRole[scope])}}
	}
	delete(state, "entityId")
	delete(state, "role")
	sortRoles(state)
	s.fillToken(state)
}

// rotateAPIToken replaces the value immediately and restarts the validity period.
func (s *Server) rotateAPIToken(c apiCall) (any, *requestError) {
	o, p := s.findAPIToken(c)
	if p != nil {
		return nil, p
	}
	s.renewTokenValue(o.state)
	s.markUpdated(o, c.caller)
	o.state["lastRotatedAt"] = o.state["updatedAt"]
	s.setTokenStart(o.state, o.getString("updatedAt"))
	return tokenWithValue(o), nil
}

// selectFields returns the named members of a request.
func selectFields(body map[string]any, names ...string) map[string]any {
	selected := map[string]any{}
	for _, name := range names {
		if value, ok := body[name]; ok {
			selected[name] = value
		}
	}
	return selected
}
