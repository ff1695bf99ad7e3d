package schema

import "strings"

// Impact is the effect of a change of a field on running components.
type Impact uint8

// The impacts, from the least to the most serious.
const (
	NoImpact Impact = iota // running components don't notice the change
	Restarts               // the components that use the field restart; running tasks finish first
	Disrupts               // something works differently afterwards, or stops working
)

// MaxImpact returns the most serious impact of the fields on a path, and the name
// of the field that has it.
func MaxImpact(fields []Field, path string) (name string, impact Impact) {
	for path != "" {
		part, rest, _ := strings.Cut(path, ".")
		part, _, _ = strings.Cut(part, "[")
		f := FindField(fields, part)
		if f == nil {
			return name, impact
		}
		if name == "" || f.Impact > impact {
			name, impact = part, max(impact, f.Impact)
		}
		fields, path = f.Type.Fields, rest
	}
	return name, impact
}
