package simulator

func ipRangeHalf() half {
	return half{kind: kindIPRange, fill: func(*Server, map[string]any) {}}
}
