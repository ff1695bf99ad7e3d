package simulator

// agentTokenSpec is a kind whose names aren't unique: the document doesn't require it. Its resources have no roles, because
// the document doesn't promise any.
func agentTokenSpec() kindSpec {
	return kindSpec{
		name: kindAgentToken, title: "agent token", path: "/deployments/{deploymentId}/agent-tokens/{agentTokenId}", plural: "tokens",
		parent: kindDeployment,
		fill: func(s *Server, next, _ *resource) {
			setMissing(next.state, object{"scope": scopeDeployment})
			s.fillToken(next.state)
		},
		view:    viewToken,
		created: tokenWithValue,
	}
}
