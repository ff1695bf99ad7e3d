package manifest

import (
	yaml "go.yaml.in/yaml/v4"

	"astro-apply/internal/schema"
)

// readMapping reads members in order. A merge key (<<) brings in what the mapping
// doesn't say itself; a key that is there twice is an error, because YAML
// readers differ in which one wins.
func (r *reader) readMapping(n *yaml.Node, out *schema.Node) {
	lines := map[string]int{} // where a name stands first
	var merged *schema.Node
	for i := 0; i+1 < len(n.Content) && !r.overLimit; i += 2 {
		key, value, pos := n.Content[i], n.Content[i+1], r.nodePos(n.Content[i])
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			r.addErrorf(pos, "a key must be a plain name")
			continue
		}
		r.checkTag(key, "!!str")
		name := key.Value
		r.chargeLimits(pos, 0, len(name))
		if first, ok := lines[name]; ok {
			r.addErrorf(pos, "%q is there twice, first at line %d", name, first)
			continue
		}
		lines[name] = pos.Line
		if key.ShortTag() == "!!merge" {
			merged = r.readNode(value)
			continue
		}
		out.Members = append(out.Members, schema.Member{Name: name, Pos: pos, Value: r.readNode(value)})
	}
	if merged != nil && !r.overLimit {
		r.mergeMembers(out, merged, lines)
	}
}

func (r *reader) mergeMembers(out, from *schema.Node, lines map[string]int) {
	switch from.Form {
	case schema.Map:
		for _, m := range from.Members {
			if _, ok := lines[m.Name]; !ok {
				lines[m.Name] = m.Pos.Line
				out.Members = append(out.Members, m)
			}
		}
	case schema.List:
		for _, item := range from.Items {
			r.mergeMembers(out, item, lines)
		}
	default:
		r.addErrorf(from.Pos, "<< merges mappings, not %s", from.Form)
	}
}
