package simulator

func apiTokenHalf() half {
	return half{kind: kindAPIToken, fill: func(*Server, map[string]any) {}}
}
