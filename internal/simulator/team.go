package simulator

func teamHalf() half {
	return half{kind: kindTeam, fill: func(*Server, map[string]any) {}}
}
