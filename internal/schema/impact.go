package schema

import "strings"

// Impact is what a change of a field does to what is running.
type Impact uint8

// The effects, the harmless first.
const (
	NoImpact Impact = iota // nothing notices
	Restarts               // the components that use it start anew; tasks that run are let finish
	Disrupts               // something works in another way from then on, or no longer
)

// MaxImpact returns the strongest effect of the fields on a path, and the
// name of the field that has it.
func MaxImpact(fields []Field, path string) (name string, effect Impact) {
	for path != "" {
		part, rest, _ := strings.Cut(path, ".")
		part, _, _ = strings.Cut(part, "[")
		f := FindField(fields, part)
		if f == nil {
			return name, effect
		}
		if name == "" || f.Impact > effect {
			name, effect = part, max(effect, f.Impact)
		}
		fields, path = f.Type.Fields, rest
	}
	return name, effect
}
