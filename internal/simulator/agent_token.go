package simulator

import "slices"

// fillAgentToken sets the defaults of an agent token. It sets no roles, because the document doesn't promise any.
func (s *Server) fillAgentToken(state map[string]any) {
	setMissing(state, map[string]any{"scope": scopeDeployment})
	s.fillToken(state)
}

func (s *Server) listAgentTokens(c apiCall) (any, *requestError) {
	d, p := s.findDeployment(c)
	if p != nil {
		return nil, p
	}
	own := slices.DeleteFunc(slices.Clone(s.collections[kindAgentToken].resources), func(o *storedResource) bool {
		return o.getString("deploymentId") != d.id
	})
	return listPage(pagingParams(c.request.Query), "tokens", own, tokenView)
}

// findAgentToken returns the agent token in the path. An agent token can only be reached through its Deployment.
func (s *Server) findAgentToken(c apiCall) (*storedResource, *requestError) {
	d, p := s.findDeployment(c)
	if p != nil {
		return nil, p
	}
	if o := s.collections[kindAgentToken].findByID(c.childID); o != nil && o.getString("deploymentId") == d.id {
		return o, nil
	}
	return nil, notFoundError("agent token", c.childID)
}

func (s *Server) readAgentToken(c apiCall) (any, *requestError) {
	o, p := s.findAgentToken(c)
	if p != nil {
		return nil, p
	}
	return tokenView(o), nil
}

// createAgentToken accepts a name that already exists, because the document doesn't require unique names.
func (s *Server) createAgentToken(c apiCall) (any, *requestError) {
	d, p := s.findDeployment(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeAndCheck(c.request, "CreateAgentTokenRequest")
	if p != nil {
		return nil, p
	}
	o := s.newResource(kindAgentToken, c.caller)
	setMissing(o.state, selectFields(body, "name", "description"))
	o.state["deploymentId"] = d.id
	s.setExpiryPeriod(o.state, body)
	s.fillAgentToken(o.state)
	s.collections[kindAgentToken].resources = append(s.collections[kindAgentToken].resources, o)
	return tokenWithValue(o), nil
}

func (s *Server) deleteAgentToken(c apiCall) (any, *requestError) {
	o, p := s.findAgentToken(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindAgentToken].removeByID(o.id)
	return nil, nil
}

// deleteTokensOf deletes the tokens of a deleted Workspace or Deployment, and removes the roles that other tokens have on
// it.
func (s *Server) deleteTokensOf(id string) {
	agents, tokens := s.collections[kindAgentToken], s.collections[kindAPIToken]
	agents.resources = slices.DeleteFunc(agents.resources, func(o *storedResource) bool { return o.getString("deploymentId") == id })
	tokens.resources = slices.DeleteFunc(tokens.resources, func(o *storedResource) bool { return tokenEntity(o.state) == id })
	for _, o := range tokens.resources {
		o.state["roles"] = toArray(slices.DeleteFunc(getObjects(o.state, "roles"), func(role map[string]any) bool {
			return getString(role, "entityId") == id && !isDAGScope(getString(role, "entityType")) || getString(role, "deploymentId") == id
		}))
	}
}

func agentTokenSpec() kindSpec {
	return kindSpec{kind: kindAgentToken, fillDefaults: func(s *Server, state map[string]any) { s.fillAgentToken(state) }, routes: map[string]handlerFunc{
		"GET deployments/*/agent-tokens":      (*Server).listAgentTokens,
		"POST deployments/*/agent-tokens":     (*Server).createAgentToken,
		"GET deployments/*/agent-tokens/*":    (*Server).readAgentToken,
		"DELETE deployments/*/agent-tokens/*": (*Server).deleteAgentToken,
	}}
}
