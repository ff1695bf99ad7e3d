package simulator

func agentTokenHalf() half {
	return half{kind: kindAgentToken, fill: func(*Server, map[string]any) {}}
}
