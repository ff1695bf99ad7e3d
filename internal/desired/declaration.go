package desired

import (
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// declaration is the part of a manifest that declares a resource, as it was read.
type declaration struct {
	resource *Resource
	node     *schema.Node
}

func (d *loader) recordDeclaration(o *Resource, item *schema.Node) {
	if d.isDeploymentFile {
		item = d.document
	}
	d.declarations = append(d.declarations, declaration{o, item})
}

// nameResources begins each message with the resource whose declaration contains the position of
// the problem: Deployment "etl": …. If several resources share the value through an alias, the
// message names the first one and the number of the others.
func (d *loader) nameResources(problems []schema.Problem) []schema.Problem {
	resources := map[schema.Pos][]*Resource{}
	for _, p := range problems {
		if p.Unlisted == 0 {
			resources[p.Pos] = nil
		}
	}
	if len(resources) == 0 {
		return problems
	}
	for _, declared := range d.declarations {
		add := func(pos schema.Pos) {
			if at, ok := resources[pos]; ok && (len(at) == 0 || at[len(at)-1] != declared.resource) {
				resources[pos] = append(at, declared.resource)
			}
		}
		declared.node.Walk(func(n *schema.Node) {
			add(n.Pos)
			for _, m := range n.Members {
				add(m.Pos)
			}
		})
	}
	for i, p := range problems {
		isNamed := func(o *Resource) bool { return strings.HasPrefix(p.Message, o.String()) }
		if at := resources[p.Pos]; len(at) > 0 && !slices.ContainsFunc(at, isNamed) {
			problems[i].Message = describeResources(at) + ": " + p.Message
		}
	}
	return problems
}

// maxLabelLength is the number of bytes of the longest name that a message repeats. Longer names are invalid.
const maxLabelLength = 300

func describeResources(resources []*Resource) string {
	label := resources[0].String()
	if name := resources[0].Name(); name == "" || len(name) > maxLabelLength {
		label = resources[0].Kind.Title
	}
	if others := len(resources) - 1; others > 0 {
		label += fmt.Sprintf(" and %d more", others)
	}
	return label
}
