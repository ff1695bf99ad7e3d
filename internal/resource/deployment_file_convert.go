package resource

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// deploymentFile is an Astro CLI deployment file on its way into a manifest.
type deploymentFile struct {
	input, output *schema.Node // deployment:, and the Deployment in our words
	fields        []schema.Field
	problems      []schema.Problem
}

// DeploymentFileKey is the member at the top that makes a document an Astro CLI
// deployment file.
const DeploymentFileKey = "deployment"

// TranslateAstroCLIFile returns an Astro CLI deployment file, which a mapping deployment:
// at the top of a document tells, as a document in our words, and what is wrong
// with it or not honoured. Any other document is returned as it is. Places stay
// those of the file, and the document is not changed.
func TranslateAstroCLIFile(document *schema.Node) (*schema.Node, []schema.Problem) {
	in := document.Get(DeploymentFileKey)
	if in == nil || in.Form != schema.Map {
		return document, nil
	}
	f := &deploymentFile{input: in, output: &schema.Node{Form: schema.Map, Pos: in.Pos}, fields: deploymentFields()}
	list := &schema.Node{Form: schema.List, Pos: in.Pos, Items: []*schema.Node{f.output}}
	out := &schema.Node{Form: schema.Map, Pos: document.Pos}
	for _, m := range document.Members {
		if m.Value != in {
			f.addProblem(m.Pos, false, "%q can't stand beside deployment, which makes this an Astro CLI deployment file; put it into a document of its own", m.Name)
			continue
		}
		out.Members = append(out.Members, schema.Member{Name: "deployments", Pos: m.Pos, Value: list})
	}
	f.convertMapping(deploymentFileFields(), in, f.output)
	if f.output.Get("name") == nil {
		pos := in.Pos
		if c := in.Get("configuration"); c != nil {
			pos = c.Pos
		}
		setAtPath(f.output, "name", pos, f.reportMissingName(pos, "configuration.name is missing; it says which Deployment this is"))
	}
	return out, f.problems
}

func (f *deploymentFile) addProblem(pos schema.Pos, warning bool, format string, args ...any) {
	f.problems = append(f.problems, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...), Warning: warning})
}

// convertMapping puts the members of one mapping of the file where they belong.
func (f *deploymentFile) convertMapping(fields []fileField, from, into *schema.Node) {
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].name
	}
	for _, m := range from.Members {
		if !slices.Contains(names, m.Name) {
			f.addProblem(m.Pos, false, "unknown field %q%s", m.Name, schema.Suggest(m.Name, names))
		}
	}
	for i := range fields {
		for _, m := range from.Members {
			if m.Name == fields[i].name && m.Value.Form != schema.Null { // to the CLI null is as good as nothing
				f.convertField(&fields[i], m, into)
			}
		}
	}
	f.addDefaults(fields, into)
}

// addDefaults adds what is said by leaving it out, and notes what a new one has
// beside that.
func (f *deploymentFile) addDefaults(fields []fileField, into *schema.Node) {
	for i := range fields {
		field := &fields[i]
		if field.omittedMeans != nil && into.Get(field.path) == nil {
			setAtPath(into, field.path, into.Pos, field.omittedMeans.WithPos(into.Pos))
		}
		if field.createDefault == nil || into.Get(field.path) != nil {
			continue
		}
		if into.CreateDefaults == nil {
			into.CreateDefaults = &schema.Node{Form: schema.Map, Pos: into.Pos}
		}
		if n := field.createDefault(f, into); n != nil {
			into.CreateDefaults.Set(field.path, n.WithPos(into.Pos))
		}
	}
}

func (f *deploymentFile) convertField(field *fileField, m schema.Member, into *schema.Node) {
	none := isEmptyValue(m.Value)
	switch failed, sure := f.failedCondition(field); {
	case field.unusedReason != "" && !none:
		f.addProblem(m.Pos, true, "%s is not used: %s", m.Name, field.unusedReason)
		return
	case failed != nil:
		if !none && !field.ignoreSilently {
			here, _ := f.knownValue(failed.Field)
			f.addProblem(m.Pos, true, "%s is not used: it only applies when %s is %s, and here that is %s",
				m.Name, nameInFile(deploymentFileFields(), failed.Field), strings.Join(failed.In, " or "), here)
		}
		return
	case !sure && m.Value.Form == schema.List && none: // such as the queues that the CLI prints for everybody
		return
	case field.misplaced:
		if beside := f.input.Get(m.Name); beside != nil && beside.Form != schema.Null {
			f.addProblem(m.Pos, true, "%s is not used: the one beside configuration is", m.Name)
			return
		}
		f.addProblem(m.Pos, true, "%s is used here, and the Astro CLI only looks for it beside configuration; move it there", m.Name)
	}
	value := m.Value
	switch {
	case field.convert != nil:
		value = field.convert(f, into, m)
	case field.fields != nil && field.path == "":
		f.convertNested(field, m, into)
		return
	case field.fields != nil && value.Form == schema.List:
		value = f.convertList(field, value)
	case value.Is(""):
		return
	}
	if value != nil && field.path != "" {
		setAtPath(into, field.path, m.Pos, value)
	}
}

// convertNested puts what is in a mapping beside what the mapping is in.
func (f *deploymentFile) convertNested(field *fileField, m schema.Member, into *schema.Node) {
	if m.Value.Form != schema.Map {
		f.addProblem(m.Value.Pos, false, "%s must be a mapping, not %s", m.Name, m.Value.Form)
		return
	}
	f.convertMapping(field.fields, m.Value, into)
}

func (f *deploymentFile) convertList(field *fileField, from *schema.Node) *schema.Node {
	out := &schema.Node{Form: schema.List, Pos: from.Pos, Additive: field.additive}
	for _, item := range from.Items {
		if item.Form == schema.Map { // else the check says so
			element := &schema.Node{Form: schema.Map, Pos: item.Pos}
			f.convertMapping(field.fields, item, element)
			item = element
		}
		out.Items = append(out.Items, item)
	}
	return out
}

// failedCondition returns the condition that fails; sure tells whether the last one, on
// which the others depend, is known to hold.
func (f *deploymentFile) failedCondition(field *fileField) (failed *schema.Condition, sure bool) {
	sure = true
	for i := range field.conditions {
		w := &field.conditions[i]
		text, known := f.knownValue(w.Field)
		if known && !slices.Contains(w.In, text) {
			return w, false
		}
		sure = known
	}
	return nil, sure
}

// knownValue is the value of one of our fields, so far. A word that isn't one of its
// words is reported by the check, and says nothing here.
func (f *deploymentFile) knownValue(path string) (string, bool) {
	n, field := f.output.GetPath(path), schema.FindField(f.fields, path)
	if n == nil || n.Form == schema.Text && (field == nil || !slices.Contains(field.Type.Enum, n.Text)) || n.Form != schema.Text && n.Form != schema.Bool {
		return "", false
	}
	return n.Text, true
}

// nameInFile is what the file calls one of our fields.
func nameInFile(fields []fileField, to string) string {
	for i := range fields {
		f := &fields[i]
		if f.path == to {
			return f.name
		}
		if name := nameInFile(f.fields, to); f.path == "" && name != "" {
			return f.name + "." + name
		}
	}
	return ""
}

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
