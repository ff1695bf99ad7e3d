package schema

import (
	"slices"
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

// WithPath returns n with value as the member at a dotted path, in new mappings where the path has none. It copies only
// the mappings on the path. n may be nil.
func (n *Node) WithPath(path string, value *Node) *Node {
	name, rest, isNested := strings.Cut(path, ".")
	out := &Node{Form: Map}
	if n != nil {
		*out = *n
		out.Members = slices.Clone(n.Members)
	}
	if isNested {
		value = n.Get(name).WithPath(rest, value)
	}
	out.Set(name, value)
	return out
}

// WithoutPath returns n without the member at a dotted path, and without mappings that have no other member. It
// copies only the mappings on the path.
func (n *Node) WithoutPath(path string) *Node {
	name, rest, isNested := strings.Cut(path, ".")
	out := *n
	out.Members = slices.Clone(n.Members)
	child := &Node{}
	if isNested {
		child = n.Get(name).WithoutPath(rest)
	}
	if len(child.Members) > 0 {
		out.Set(name, child)
	} else {
		out.Delete(name)
	}
	return &out
}

// IsPathWithin reports whether path is ancestor or a path below it.
func IsPathWithin(path, ancestor string) bool {
	rest, ok := strings.CutPrefix(path, ancestor)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// PositionOf returns the manifest position of a path in the request body n. The
// path has the syntax of the API's fieldErrors: workerQueues[1].maxWorkerCount. If
// the manifest doesn't declare the value, PositionOf returns the position of the
// closest declared value above it.
func (n *Node) PositionOf(path string) (Pos, bool) {
	best, current := Pos{}, n
	for _, step := range splitPath(path) {
		current = current.childAt(step)
		if current == nil {
			break
		}
		if current.Pos.IsKnown() {
			best = current.Pos
		}
	}
	return best, best.IsKnown()
}

func splitPath(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' || r == '/' })
}

// childAt returns the item or member of n called name, or nil. It ignores case,
// because some validators report a field by its name in the API's source code.
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
