package kind

import (
	"slices"

	"astro-apply/internal/schema"
)

// Gate is a setting of another resource, a parent or a singleton, without which the API refuses changes of a kind.
type Gate struct {
	Kind      string // of the resource that has the setting
	Condition schema.Condition
}

// IsOpen reports whether the API accepts changes of the kind while the resource with the setting has this body.
func (g *Gate) IsOpen(body *schema.Node) bool {
	return slices.Contains(g.Condition.In, body.GetPath(g.Condition.Field).ScalarText())
}
