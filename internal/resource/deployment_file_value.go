package resource

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

func keepValue(_ *deploymentFile, _ *schema.Node, m schema.Member) *schema.Node { return m.Value }

// convertEnum is one of a field's words in any case, or one of others for it. What is
// neither stays as the user wrote it, for the check to quote.
func convertEnum(of string, others map[string]string) convertFunc {
	return func(f *deploymentFile, _ *schema.Node, m schema.Member) *schema.Node {
		text := strings.ToUpper(m.Value.Text)
		text = cmp.Or(others[text], text)
		switch {
		case m.Value.Is(""):
			return nil
		case m.Value.Form != schema.Text || !slices.Contains(schema.FindField(f.fields, of).Type.Enum, text):
			return m.Value
		}
		return withText(m.Value, text)
	}
}

// withText is a value that reads something else.
func withText(n *schema.Node, text string) *schema.Node {
	out := *n
	out.Text = text
	return &out
}

func convertName(f *deploymentFile, _ *schema.Node, m schema.Member) *schema.Node {
	if m.Value.Is("") {
		return f.reportMissingName(m.Value.Pos, "name is empty, as astro deployment inspect --template leaves it; fill in the name of the Deployment")
	}
	return m.Value
}

// reportMissingName reports it, and returns what keeps the lack from being reported twice.
func (f *deploymentFile) reportMissingName(pos schema.Pos, message string) *schema.Node {
	f.addProblem(pos, false, "%s", message)
	return &schema.Node{Form: schema.Unknown, Text: "name", Pos: pos}
}

// convertVariableValue: of a secret the CLI tells "", which sent back would be stored
// as such. Without is_secret it must not become one that is live, either.
func convertVariableValue(_ *deploymentFile, into *schema.Node, m schema.Member) *schema.Node {
	secret := into.Get("isSecret")
	switch {
	case !m.Value.Is(""):
	case secret == nil:
		setAtPath(into, "isSecret", m.Pos, schema.Boolean(false).WithPos(m.Pos))
	case secret.Is("true"):
		return nil
	}
	return m.Value
}

var astroMachineRegexp = regexp.MustCompile(`^[Aa][0-9]+$`)

// convertWorkerType is a machine, or, where there are node pools, the instance type of
// one. Without a type the word says which.
func convertWorkerType(f *deploymentFile, into *schema.Node, m schema.Member) *schema.Node {
	kind, known := f.knownValue("type")
	switch {
	case m.Value.Is(""):
	case known && kind == "HYBRID", !known && !astroMachineRegexp.MatchString(m.Value.Text):
		setAtPath(into, "nodePool", m.Pos, m.Value)
	case astroMachineRegexp.MatchString(m.Value.Text):
		setAtPath(into, "astroMachine", m.Pos, withText(m.Value, strings.ToUpper(m.Value.Text)))
	default:
		setAtPath(into, "astroMachine", m.Pos, m.Value)
	}
	return nil
}

// createDefaultFunc is what the CLI takes for a field of something new, nil for nothing.
type createDefaultFunc func(f *deploymentFile, into *schema.Node) *schema.Node

func constantDefault(n *schema.Node) createDefaultFunc {
	return func(*deploymentFile, *schema.Node) *schema.Node { return n }
}

func dagDeployDefault(f *deploymentFile, _ *schema.Node) *schema.Node {
	kind, known := f.knownValue("type")
	if !known {
		return nil
	}
	return schema.Boolean(kind != "HYBRID")
}

// workerConcurrencyDefault is that of the machine, of which the name tells it.
func workerConcurrencyDefault(_ *deploymentFile, into *schema.Node) *schema.Node {
	machine := into.Get("astroMachine").ScalarText()
	switch {
	case into.Get("nodePool") != nil:
		return schema.Int(16)
	case astroMachineRegexp.MatchString(machine):
		return &schema.Node{Form: schema.Number, Text: machine[1:]}
	}
	return nil
}

// isEmptyValue reports whether a value says no more than leaving it out would.
func isEmptyValue(n *schema.Node) bool {
	for _, m := range n.Members {
		if !isEmptyValue(m.Value) {
			return false
		}
	}
	for _, item := range n.Items {
		if !isEmptyValue(item) {
			return false
		}
	}
	return n.Form >= schema.List && n.Form != schema.Unknown || n.Form == schema.Null || n.Is("") || n.Is("false") || n.Is("0")
}

// setAtPath sets the member at a dotted path of an object that may be changed.
func setAtPath(object *schema.Node, path string, pos schema.Pos, value *schema.Node) {
	name, rest, nested := strings.Cut(path, ".")
	if nested {
		below := object.Get(name)
		if below == nil {
			below = &schema.Node{Form: schema.Map, Pos: value.Pos}
		}
		setAtPath(below, rest, pos, value)
		value = below
	}
	if object.Get(name) == nil {
		object.Members = append(object.Members, schema.Member{Name: name, Pos: pos, Value: value})
	}
}
