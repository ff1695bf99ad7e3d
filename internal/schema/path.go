package schema

import (
	"strconv"
	"strings"
)

// GetPath returns the node at a dotted path such as "a.b", or nil.
func (n *Node) GetPath(path string) *Node {
	for name := range strings.SplitSeq(path, ".") {
		n = n.Get(name)
	}
	return n
}

// PositionOf finds the place in a manifest of a path in a request body, as the
// API's fieldErrors spell it: workerQueues[1].maxWorkerCount. Where the exact
// value was not declared, it is the closest declared value above it.
func (n *Node) PositionOf(path string) (Pos, bool) {
	best, at := Pos{}, n
	for _, step := range splitPath(path) {
		at = at.childAt(step)
		if at == nil {
			break
		}
		if at.Pos.IsKnown() {
			best = at.Pos
		}
	}
	return best, best.IsKnown()
}

func splitPath(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' || r == '/' })
}

// childAt descends one level. Names are matched without regard to case, because
// validators spell a field as the program's struct does.
func (n *Node) childAt(name string) *Node {
	if n == nil {
		return nil
	}
	if i, err := strconv.Atoi(name); err == nil && n.Form == List {
		if i >= 0 && i < len(n.Items) {
			return n.Items[i]
		}
		return nil
	}
	for i := range n.Members {
		if strings.EqualFold(n.Members[i].Name, name) {
			return n.Members[i].Value
		}
	}
	return nil
}
