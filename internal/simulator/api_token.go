package simulator

import (
	"net/url"
	"slices"
	"strconv"
)

// listAPITokens has no filter by name. A token of a Workspace or Deployment may list tokens that it can't read one by one.
func (s *Server) listAPITokens(c apiCall) (any, *requestError) {
	query := c.request.Query
	workspace, deployment := query.Get("workspaceId"), query.Get("deploymentId")
	if !c.caller.hasOrganizationAccess() && !s.canAccessEntity(c.caller, scopeWorkspace, workspace) && !s.canAccessEntity(c.caller, scopeDeployment, deployment) {
		return nil, forbiddenError("the token may only list the API tokens of what it reaches")
	}
	kind := query.Get("kind")
	if kind != "" && !slices.Contains([]string{"STANDARD", "DIRECT_ACCESS"}, kind) {
		return nil, invalidFieldsError([]FieldError{newFieldError("kind", "oneof", "has an unknown value")})
	}
	only, err := strconv.ParseBool(query.Get("includeOnlyOrganizationTokens"))
	if err != nil && query.Has("includeOnlyOrganizationTokens") {
		return nil, invalidFieldsError([]FieldError{newFieldError("includeOnlyOrganizationTokens", "type", "must be a boolean")})
	}
	shown := slices.DeleteFunc(slices.Clone(s.collections[kindAPIToken].resources), func(o *storedResource) bool {
		return workspace != "" && !hasRole(o, scopeWorkspace, workspace) ||
			deployment != "" && !hasRole(o, scopeDeployment, deployment) ||
			only && o.getString("scope") != scopeOrganization || kind != "" && o.getString("kind") != kind
	})
	return listPage(pagingParams(query), "tokens", shown, tokenView)
}

// pagingParams returns the paging and sorting parameters of a query, for lists that don't have the usual filters.
func pagingParams(query url.Values) url.Values {
	kept := url.Values{}
	for _, name := range []string{"limit", "offset", "sorts"} {
		if query.Has(name) {
			kept[name] = query[name]
		}
	}
	return kept
}

// findAPIToken returns the API token in the path.
func (s *Server) findAPIToken(c apiCall) (*storedResource, *requestError) {
	o := s.collections[kindAPIToken].findByID(c.id)
	if o != nil && s.canAccessEntity(c.caller, o.getString("scope"), tokenEntity(o.state)) {
		return o, nil
	}
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token has no access to API token '%s'", c.id)
	}
	return nil, notFoundError("API token", c.id)
}

func (s *Server) readAPIToken(c apiCall) (any, *requestError) {
	o, p := s.findAPIToken(c)
	if p != nil {
		return nil, p
	}
	return tokenView(o), nil
}

// createAPIToken accepts a name that already exists.
func (s *Server) createAPIToken(c apiCall) (any, *requestError) {
	body, p := decodeAndCheck(c.request, "CreateApiTokenRequest")
	if p != nil {
		return nil, p
	}
	scope, entity := getString(body, "scope"), getString(body, "entityId")
	if scope == scopeOrganization {
		if entity != "" {
			return nil, badRequestError("entityId is not allowed with scope ORGANIZATION")
		}
		entity = s.organizationID
	}
	role := map[string]any{"entityType": scope, "entityId": entity, "role": body["role"]}
	if entity == "" {
		return nil, badRequestError("entityId is required with scope %s", scope)
	}
	if p := s.validateTokenRole(c.caller, role); p != nil {
		return nil, p
	}
	o := s.newResource(kindAPIToken, c.caller)
	setMissing(o.state, selectFields(body, "name", "description", "scope", "kind"))
	o.state["roles"] = []any{role}
	s.setExpiryPeriod(o.state, body)
	s.fillAPIToken(o.state)
	s.collections[kindAPIToken].resources = append(s.collections[kindAPIToken].resources, o)
	return tokenWithValue(o), nil
}

// updateAPIToken clears a description that the request omits (unclear for the API).
func (s *Server) updateAPIToken(c apiCall) (any, *requestError) {
	o, p := s.findAPIToken(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeAndCheck(c.request, "UpdateApiTokenRequest")
	if p != nil {
		return nil, p
	}
	o.state["name"], o.state["description"] = body["name"], getString(body, "description")
	s.markUpdated(o, c.caller)
	return tokenView(o), nil
}

func (s *Server) deleteAPIToken(c apiCall) (any, *requestError) {
	o, p := s.findAPIToken(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindAPIToken].removeByID(o.id)
	return nil, nil
}

func apiTokenSpec() kindSpec {
	return kindSpec{kind: kindAPIToken, fillDefaults: func(s *Server, state map[string]any) { s.fillAPIToken(state) }, routes: map[string]handlerFunc{
		"GET tokens":           (*Server).listAPITokens,
		"POST tokens":          (*Server).createAPIToken,
		"GET tokens/*":         (*Server).readAPIToken,
		"POST tokens/*":        (*Server).updateAPIToken,
		"DELETE tokens/*":      (*Server).deleteAPIToken,
		"POST tokens/*/roles":  (*Server).updateAPITokenRoles,
		"POST tokens/*/rotate": (*Server).rotateAPIToken,
	}}
}
