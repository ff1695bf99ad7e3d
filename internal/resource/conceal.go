package resource

import "astro-apply/internal/schema"

// conceal marks the values of secret fields, wherever they came from.
func (d *declarer) conceal(fields []schema.Field, n, root *schema.Node) {
	for i := range fields {
		f := &fields[i]
		value := n.Get(f.Name)
		switch {
		case value == nil:
		case f.HoldsSecret(n), f.HoldsSecretIn(func(path string) string { return root.Path(path).Value() }):
			value.Conceal()
			d.secrets = append(d.secrets, value)
		case f.Type.Base == schema.BaseObject:
			d.conceal(f.Type.Fields, value, root)
		case f.Type.Base == schema.BaseList && f.Type.Elem.Fields != nil:
			for _, item := range value.Items {
				d.conceal(f.Type.Elem.Fields, item, root)
			}
		}
	}
}

// scrub lists the texts by which the concealed values could be told, and marks
// the values whose text is in the open elsewhere.
func (d *declarer) scrub(documents []*schema.Node) []string {
	open := map[string]int{}
	for _, document := range documents {
		document.Walk(func(n *schema.Node) {
			if !n.Secret {
				open[n.Text]++
			}
		})
	}
	for _, document := range documents {
		document.Walk(func(n *schema.Node) { n.Open = open[n.Text] > 1 || n.Secret && open[n.Text] > 0 })
	}
	var out []string
	for _, value := range d.secrets {
		value.Walk(func(n *schema.Node) { out = append(out, n.Scrub()...) })
	}
	return out
}
