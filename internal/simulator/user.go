package simulator

func userHalf() half {
	return half{kind: kindUser, fill: func(*Server, map[string]any) {}}
}
