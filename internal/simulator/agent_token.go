package simulator

// agentTokenSpec is a kind whose names aren't unique: the document doesn't require it. Its resources have no roles,
// because the document doesn't promise any. Access to the Deployment in the path is enough for all operations.
func agentTokenSpec() kindSpec {
	isInDeployment := func(c *call, o *resource) bool {
		return o.getString("deploymentId") == c.request.PathValue("deploymentId")
	}
	return kindSpec{
		name: kindAgentToken, title: "agent token", plural: "tokens",
		defaults: tokenDefaults, hidden: hiddenTokenMembers,
		path: "/deployments/{deploymentId}/agent-tokens/{agentTokenId}",
		canAccess: func(s *Server, c *call, _ string, o *resource) bool {
			s.kinds[kindDeployment].reach(s, c)
			return o == nil || isInDeployment(c, o)
		},
		list: func(s *Server, c *call) []*resource {
			s.kinds[kindDeployment].reach(s, c)
			return s.filter(kindAgentToken, func(o *resource) bool { return isInDeployment(c, o) })
		},
		beforeCreate: func(s *Server, c *call) { s.kinds[kindDeployment].reach(s, c) },
		validate: func(_ *Server, c *call, next, _ *resource) {
			next.state["deploymentId"] = c.request.PathValue("deploymentId")
		},
		fill: func(s *Server, next, _ *resource) {
			setMissing(next.state, object{"scope": scopeDeployment})
			s.fillToken(next.state)
		},
		created: tokenWithValue,
	}
}
