package desired

import (
	"astro-apply/internal/schema"
)

// ItemRef is a reference to an item of a list in another resource, for example to a node
// pool of a cluster.
type ItemRef struct {
	Field *schema.Field
	Node  *schema.Node // in the body; holds the id once it is resolved
	Name  string
	text  string
}

func (p *ItemRef) String() string { return p.text }

// Resolve puts the id into the body.
func (p *ItemRef) Resolve(id string) { resolveNode(p.Node, id, p.Name) }

// addItemRef records an item reference, and returns the node that represents the id until
// the reference is resolved. It ignores a value of the wrong form: its error is already
// reported.
func (o *Resource) addItemRef(f *schema.Field, n *schema.Node) *schema.Node {
	if n.Form != schema.Text {
		return n
	}
	p := &ItemRef{Field: f, Name: n.Text, text: f.ItemRef.Title + " " + n.Show()}
	p.Node = schema.UnknownID(p.text)
	p.Node.Pos, p.Node.Sensitive = n.Pos, n.Sensitive
	o.ItemRefs = append(o.ItemRefs, p)
	return p.Node
}
