package simulator

import "slices"

var agentTokenFields = must([]field{
	{name: "name", min: 1, wrong: blank},
	{name: "description"},
	{name: "tokenExpiryPeriodInDays", shape: numberShape, min: 1, max: 3650},
}, "name")

// fillAgentToken completes an agent token, which says nothing of roles: the document doesn't promise any.
func (s *Server) fillAgentToken(state map[string]any) {
	fillIn(state, map[string]any{"scope": scopeDeployment})
	s.fillToken(state)
}

func (s *Server) listAgentTokens(c call) (any, *problem) {
	d, p := s.deployment(c)
	if p != nil {
		return nil, p
	}
	own := slices.DeleteFunc(slices.Clone(s.collections[kindAgentToken].objects), func(o *object) bool {
		return o.text("deploymentId") != d.id
	})
	return page(paging(c.request.Query), "tokens", own, tokenView)
}

// agentToken finds the one in the path, which is below its Deployment only.
func (s *Server) agentToken(c call) (*object, *problem) {
	d, p := s.deployment(c)
	if p != nil {
		return nil, p
	}
	if o := s.collections[kindAgentToken].find(c.member); o != nil && o.text("deploymentId") == d.id {
		return o, nil
	}
	return nil, missing("agent token", c.member)
}

func (s *Server) readAgentToken(c call) (any, *problem) {
	o, p := s.agentToken(c)
	if p != nil {
		return nil, p
	}
	return tokenView(o), nil
}

// createAgentToken takes a name that exists already: nothing says that names are unique.
func (s *Server) createAgentToken(c call) (any, *problem) {
	d, p := s.deployment(c)
	if p != nil {
		return nil, p
	}
	body, p := checked(c.request, agentTokenFields)
	if p != nil {
		return nil, p
	}
	o := s.born(kindAgentToken, c.caller)
	fillIn(o.state, pickState(body, "name", "description"))
	o.state["deploymentId"] = d.id
	s.validFor(o.state, body)
	s.fillAgentToken(o.state)
	s.collections[kindAgentToken].objects = append(s.collections[kindAgentToken].objects, o)
	return tokenWithValue(o), nil
}

func (s *Server) deleteAgentToken(c call) (any, *problem) {
	o, p := s.agentToken(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindAgentToken].remove(o.id)
	return nil, nil
}

// dropTokens takes along the tokens of a Workspace or Deployment that is deleted, and the roles that others have there.
func (s *Server) dropTokens(id string) {
	agents, tokens := s.collections[kindAgentToken], s.collections[kindAPIToken]
	agents.objects = slices.DeleteFunc(agents.objects, func(o *object) bool { return o.text("deploymentId") == id })
	tokens.objects = slices.DeleteFunc(tokens.objects, func(o *object) bool { return tokenEntity(o.state) == id })
	for _, o := range tokens.objects {
		o.state["roles"] = list(slices.DeleteFunc(groups(o.state, "roles"), func(role map[string]any) bool {
			return text(role, "entityId") == id && !inDeployment(text(role, "entityType")) || text(role, "deploymentId") == id
		}))
	}
}

func agentTokenHalf() half {
	return half{kind: kindAgentToken, fill: func(s *Server, state map[string]any) { s.fillAgentToken(state) }, routes: map[string]handler{
		"GET deployments/*/agent-tokens":      (*Server).listAgentTokens,
		"POST deployments/*/agent-tokens":     (*Server).createAgentToken,
		"GET deployments/*/agent-tokens/*":    (*Server).readAgentToken,
		"DELETE deployments/*/agent-tokens/*": (*Server).deleteAgentToken,
	}}
}
