package simulator

func environmentObjectHalf() half {
	return half{kind: kindEnvironmentObject, fill: func(*Server, map[string]any) {}}
}
