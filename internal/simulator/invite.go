package simulator

func inviteHalf() half {
	return half{kind: kindInvite, fill: func(*Server, map[string]any) {}}
}
