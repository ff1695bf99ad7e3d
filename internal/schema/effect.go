package schema

import "strings"

// Effect is what a change of a field does to what is running.
type Effect uint8

// The effects, the harmless first.
const (
	Quiet    Effect = iota // nothing notices
	Restarts               // the components that use it start anew; tasks that run are let finish
	Disrupts               // something works in another way from then on, or no longer
)

// StrongestEffect returns the strongest effect of the fields on a path, and the
// name of the field that has it.
func StrongestEffect(fields []Field, path string) (name string, effect Effect) {
	for path != "" {
		part, rest, _ := strings.Cut(path, ".")
		part, _, _ = strings.Cut(part, "[")
		f := Find(fields, part)
		if f == nil {
			return name, effect
		}
		if name == "" || f.Effect > effect {
			name, effect = part, max(effect, f.Effect)
		}
		fields, path = f.Type.Fields, rest
	}
	return name, effect
}
