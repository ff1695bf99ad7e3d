package simulator

import (
	"net/url"
	"slices"
	"strconv"
)

var tokenKinds = []string{"STANDARD", "DIRECT_ACCESS"}

var apiTokenFields = must([]field{
	{name: "name", min: 1, wrong: blank},
	{name: "description"},
	{name: "scope", enum: []string{scopeDeployment, scopeWorkspace, scopeOrganization}},
	{name: "role", min: 1},
	{name: "entityId", min: 1},
	{name: "kind", enum: tokenKinds},
	{name: "tokenExpiryPeriodInDays", shape: numberShape, min: 1, max: 3650},
}, "name", "scope", "role")

var apiTokenUpdateFields = must([]field{
	{name: "name", min: 1, max: 256, wrong: blank},
	{name: "description", max: 500},
}, "name")

// listAPITokens knows no filter by name, and may show a narrow token others that it can't read one by one.
func (s *Server) listAPITokens(c call) (any, *problem) {
	query := c.request.Query
	workspace, deployment := query.Get("workspaceId"), query.Get("deploymentId")
	if !c.caller.wholeOrganization() && !s.reachesEntity(c.caller, scopeWorkspace, workspace) && !s.reachesEntity(c.caller, scopeDeployment, deployment) {
		return nil, forbidden("the token may only list the API tokens of what it reaches")
	}
	kind := query.Get("kind")
	if kind != "" && !slices.Contains(tokenKinds, kind) {
		return nil, invalidFields([]FieldError{failed("kind", "oneof", "has an unknown value")})
	}
	only, err := strconv.ParseBool(query.Get("includeOnlyOrganizationTokens"))
	if err != nil && query.Has("includeOnlyOrganizationTokens") {
		return nil, invalidFields([]FieldError{failed("includeOnlyOrganizationTokens", "type", "must be a boolean")})
	}
	shown := slices.DeleteFunc(slices.Clone(s.collections[kindAPIToken].objects), func(o *object) bool {
		return workspace != "" && !holdsRole(o, scopeWorkspace, workspace) ||
			deployment != "" && !holdsRole(o, scopeDeployment, deployment) ||
			only && o.text("scope") != scopeOrganization || kind != "" && o.text("kind") != kind
	})
	return page(paging(query), "tokens", shown, tokenView)
}

// paging is what a list understands that has no filters of the usual names.
func paging(query url.Values) url.Values {
	kept := url.Values{}
	for _, name := range []string{"limit", "offset", "sorts"} {
		if query.Has(name) {
			kept[name] = query[name]
		}
	}
	return kept
}

// apiToken finds the one in the path.
func (s *Server) apiToken(c call) (*object, *problem) {
	o := s.collections[kindAPIToken].find(c.id)
	if o != nil && s.reachesEntity(c.caller, o.text("scope"), tokenEntity(o.state)) {
		return o, nil
	}
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token does not reach API token '%s'", c.id)
	}
	return nil, missing("API token", c.id)
}

func (s *Server) readAPIToken(c call) (any, *problem) {
	o, p := s.apiToken(c)
	if p != nil {
		return nil, p
	}
	return tokenView(o), nil
}

// createAPIToken takes a name that exists already (notes 1.6).
func (s *Server) createAPIToken(c call) (any, *problem) {
	body, p := checked(c.request, apiTokenFields)
	if p != nil {
		return nil, p
	}
	scope, entity := text(body, "scope"), text(body, "entityId")
	if scope == scopeOrganization {
		if entity != "" {
			return nil, invalid("entityId is not allowed with scope ORGANIZATION")
		}
		entity = s.organization
	}
	role := map[string]any{"entityType": scope, "entityId": entity, "role": body["role"]}
	if entity == "" {
		return nil, invalid("entityId is required with scope %s", scope)
	}
	if p := s.judgeRole(c.caller, role); p != nil {
		return nil, p
	}
	o := s.born(kindAPIToken, c.caller)
	fillIn(o.state, pickState(body, "name", "description", "scope", "kind"))
	o.state["roles"] = []any{role}
	s.validFor(o.state, body)
	s.fillAPIToken(o.state)
	s.collections[kindAPIToken].objects = append(s.collections[kindAPIToken].objects, o)
	return tokenWithValue(o), nil
}

// updateAPIToken clears a description that isn't sent (notes 1.6 leave it open).
func (s *Server) updateAPIToken(c call) (any, *problem) {
	o, p := s.apiToken(c)
	if p != nil {
		return nil, p
	}
	body, p := checked(c.request, apiTokenUpdateFields)
	if p != nil {
		return nil, p
	}
	o.state["name"], o.state["description"] = body["name"], text(body, "description")
	s.touch(o, c.caller)
	return tokenView(o), nil
}

func (s *Server) deleteAPIToken(c call) (any, *problem) {
	o, p := s.apiToken(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindAPIToken].remove(o.id)
	return nil, nil
}

func apiTokenHalf() half {
	return half{kind: kindAPIToken, fill: func(s *Server, state map[string]any) { s.fillAPIToken(state) }, routes: map[string]handler{
		"GET tokens":           (*Server).listAPITokens,
		"POST tokens":          (*Server).createAPIToken,
		"GET tokens/*":         (*Server).readAPIToken,
		"POST tokens/*":        (*Server).updateAPIToken,
		"DELETE tokens/*":      (*Server).deleteAPIToken,
		"POST tokens/*/roles":  (*Server).updateAPITokenRoles,
		"POST tokens/*/rotate": (*Server).rotateAPIToken,
	}}
}
