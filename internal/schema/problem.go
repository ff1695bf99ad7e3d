package schema

import "slices"

// Problem is something wrong with a declared value, and where.
type Problem struct {
	Pos     Pos
	Message string
	Warning bool // worth saying, no reason to stop
}

func (p Problem) Error() string {
	if !p.Pos.Known() {
		return p.Message
	}
	return p.Pos.String() + ": " + p.Message
}

// Sort orders problems by place and keeps the order of those at one place.
func Sort(problems []Problem) {
	slices.SortStableFunc(problems, func(a, b Problem) int { return a.Pos.Compare(b.Pos) })
}
