package simulator

import "slices"

// Agent tokens can't be changed, and are told like API tokens.

func (s *Server) agentTokens(c call) ([]*object, *problem) {
	d := s.collections[kindDeployment].find(c.id)
	switch {
	case d == nil && c.caller.wholeOrganization():
		return nil, missing("Deployment", c.id)
	case d == nil || !c.caller.reachesDeployment(d):
		return nil, forbidden("the token does not reach Deployment '%s'", c.id)
	}
	return slices.DeleteFunc(slices.Clone(s.collections[kindAgentToken].objects), func(o *object) bool { return o.text("deploymentId") != c.id }), nil
}

func (s *Server) listAgentTokens(c call) (any, *problem) {
	all, p := s.agentTokens(c)
	if p != nil {
		return nil, p
	}
	return page(c.request.Query, "tokens", all, tokenView)
}

func (s *Server) agentToken(c call) (*object, *problem) {
	all, p := s.agentTokens(c)
	if p != nil {
		return nil, p
	}
	if o := (&collection{all}).find(c.member); o != nil {
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

func (s *Server) createAgentToken(c call) (any, *problem) {
	if _, p := s.agentTokens(c); p != nil {
		return nil, p
	}
	body, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	fields := []field{newTokenFields[0], {name: "description"}, {name: "tokenExpiryPeriodInDays", shape: numberShape, min: 1, max: 3650}}
	if found := check(must(fields, "name"), body, ""); found != nil {
		return nil, invalidFields(found)
	}
	o := s.born(kindAgentToken, c.caller)
	body["deploymentId"] = c.id
	fillIn(o.state, body)
	s.fillAgentToken(o.state)
	s.collections[kindAgentToken].objects = append(s.collections[kindAgentToken].objects, o)
	return issued(o), nil
}

func (s *Server) fillAgentToken(state map[string]any) {
	state["scope"], state["entityId"], state["role"] = "DEPLOYMENT", state["deploymentId"], "DEPLOYMENT_REMOTE_AGENT"
	s.fillToken(state)
}

func (s *Server) deleteAgentToken(c call) (any, *problem) {
	o, p := s.agentToken(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindAgentToken].remove(o.id)
	return nil, nil
}

func agentTokenHalf() half {
	return half{kind: kindAgentToken, fill: (*Server).fillAgentToken, routes: map[string]handler{
		"GET deployments/*/agent-tokens": (*Server).listAgentTokens, "POST deployments/*/agent-tokens": (*Server).createAgentToken,
		"GET deployments/*/agent-tokens/*": (*Server).readAgentToken, "DELETE deployments/*/agent-tokens/*": (*Server).deleteAgentToken,
	}}
}
