package astrocli

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// deploymentFile is an Astro CLI deployment file that is being converted to a manifest.
type deploymentFile struct {
	input, output *schema.Node   // the value of deployment:, and the manifest's Deployment
	fields        []schema.Field // the manifest's fields of a Deployment
	problems      []schema.Problem
	Semantics
}

// Semantics is what a deployment file means beyond the manifest that it is converted to.
type Semantics struct {
	CreateDefaults map[string]*schema.Node // values of fields that a new resource or list item omits, by path: workerQueues[default].minWorkerCount
	AdditiveLists  []string                // paths of declared lists that aren't authoritative: Astro keeps other items
}

// TopLevelKey is the top-level key by which an Astro CLI deployment file is recognized.
const TopLevelKey = "deployment"

// Translate converts an Astro CLI deployment file, a document with a mapping deployment: at its
// top level, to a manifest document. It returns that, what else the file means, and the problems of the file, with a
// warning for each value that has no effect. It returns any other document unchanged. Positions remain those of the file. The document itself is not modified.
func Translate(document *schema.Node) (*schema.Node, Semantics, []schema.Problem) {
	in := document.Get(TopLevelKey)
	if in == nil || in.Form != schema.Map {
		return document, Semantics{}, nil
	}
	f := &deploymentFile{input: in, output: &schema.Node{Form: schema.Map, Pos: in.Pos}, fields: kind.DeploymentFields()}
	f.CreateDefaults = map[string]*schema.Node{}
	list := &schema.Node{Form: schema.List, Pos: in.Pos, Items: []*schema.Node{f.output}}
	out := &schema.Node{Form: schema.Map, Pos: document.Pos}
	for _, m := range document.Members {
		if m.Value != in {
			f.addProblem(m.Pos, false, "%q can't be in this document, because the field deployment makes it an Astro CLI deployment file; move %[1]q to another document", m.Name)
			continue
		}
		out.Members = append(out.Members, schema.Member{Name: "deployments", Pos: m.Pos, Value: list})
	}
	f.convertMapping(deploymentFileFields(), in, f.output, "")
	if f.output.Get("name") == nil {
		pos := in.Pos
		if c := in.Get("configuration"); c != nil {
			pos = c.Pos
		}
		setAtPath(f.output, "name", pos, f.reportMissingName(pos, "configuration.name is missing; set it to the name of the Deployment"))
	}
	return out, f.Semantics, f.problems
}

func (f *deploymentFile) addProblem(pos schema.Pos, warning bool, format string, args ...any) {
	f.problems = append(f.problems, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...), Warning: warning})
}

// convertMapping converts the members of a mapping of the file and adds them to a mapping of the manifest, which is an
// item of list, or the Deployment itself if list is "".
func (f *deploymentFile) convertMapping(fields []fileField, from, into *schema.Node, list string) {
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
			if m.Name == fields[i].name && m.Value.Form != schema.Null { // the CLI treats null like an omitted field
				f.convertField(&fields[i], m, into)
			}
		}
	}
	f.addDefaults(fields, into, list)
}

// addDefaults adds the values that omitted fields have, and those that they have only in a new resource or item.
func (f *deploymentFile) addDefaults(fields []fileField, into *schema.Node, list string) {
	prefix := ""
	if list != "" {
		prefix = fmt.Sprintf("%s[%s].", list, schema.NormalizeName(into.Get("name").ScalarText()))
	}
	for i := range fields {
		field := &fields[i]
		if field.omittedMeans != nil && into.Get(field.path) == nil {
			setAtPath(into, field.path, into.Pos, field.omittedMeans.WithPos(into.Pos))
		}
		if field.createDefault == nil || into.Get(field.path) != nil {
			continue
		}
		if n := field.createDefault(f, into); n != nil {
			f.CreateDefaults[prefix+field.path] = n.WithPos(into.Pos)
		}
	}
}

func (f *deploymentFile) convertField(field *fileField, m schema.Member, into *schema.Node) {
	empty := isEmptyValue(m.Value)
	switch failed, known := f.failedCondition(field); {
	case field.unusedReason != "" && !empty:
		f.addProblem(m.Pos, true, "%s is ignored: %s", m.Name, field.unusedReason)
		return
	case failed != nil:
		if !empty && !field.ignoreSilently {
			value, _ := f.knownValue(failed.Field)
			f.addProblem(m.Pos, true, "%s is ignored: it applies only when %s is %s, not when it is %s",
				m.Name, nameInFile(deploymentFileFields(), failed.Field), strings.Join(failed.In, " or "), value)
		}
		return
	case !known && m.Value.Form == schema.List && empty: // such as the queues, which the CLI prints for every executor
		return
	case field.misplaced:
		if used := f.input.Get(m.Name); used != nil && used.Form != schema.Null {
			f.addProblem(m.Pos, true, "%s is ignored here: the file also has it next to configuration; remove this one", m.Name)
			return
		}
		f.addProblem(m.Pos, true, "%s is used, but the Astro CLI ignores it here; move it to the same level as configuration", m.Name)
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

// convertNested converts the members of a mapping that only groups fields and adds them to into.
func (f *deploymentFile) convertNested(field *fileField, m schema.Member, into *schema.Node) {
	if m.Value.Form != schema.Map {
		f.addProblem(m.Value.Pos, false, "%s must be a mapping, not %s", m.Name, m.Value.Form)
		return
	}
	f.convertMapping(field.fields, m.Value, into, "")
}

func (f *deploymentFile) convertList(field *fileField, from *schema.Node) *schema.Node {
	out := &schema.Node{Form: schema.List, Pos: from.Pos}
	if field.additive {
		f.AdditiveLists = append(f.AdditiveLists, field.path)
	}
	for _, item := range from.Items {
		if item.Form == schema.Map { // schema.Check reports any other form
			converted := &schema.Node{Form: schema.Map, Pos: item.Pos}
			f.convertMapping(field.fields, item, converted, field.path)
			item = converted
		}
		out.Items = append(out.Items, item)
	}
	return out
}

// failedCondition returns the condition that fails, nil if none does. known reports whether the last condition, on
// which the others depend, certainly holds.
func (f *deploymentFile) failedCondition(field *fileField) (failed *schema.Condition, known bool) {
	known = true
	for i := range field.conditions {
		condition := &field.conditions[i]
		text, found := f.knownValue(condition.Field)
		if found && !slices.Contains(condition.In, text) {
			return condition, false
		}
		known = found
	}
	return nil, known
}

// knownValue returns the value of a field of the manifest, if it is converted already and valid. schema.Check reports
// an invalid one.
func (f *deploymentFile) knownValue(path string) (string, bool) {
	n, field := f.output.GetPath(path), schema.FindField(f.fields, path)
	if n == nil || n.Form == schema.Text && (field == nil || !slices.Contains(field.Type.Enum, n.Text)) || n.Form != schema.Text && n.Form != schema.Bool {
		return "", false
	}
	return n.Text, true
}

// nameInFile returns the name that a field of the manifest has in the file.
func nameInFile(fields []fileField, path string) string {
	for i := range fields {
		f := &fields[i]
		if f.path == path {
			return f.name
		}
		if name := nameInFile(f.fields, path); f.path == "" && name != "" {
			return f.name + "." + name
		}
	}
	return ""
}

func keepValue(_ *deploymentFile, _ *schema.Node, m schema.Member) *schema.Node { return m.Value }

// convertEnum returns a converter for an enum field. It ignores case and translates the CLI's names in aliases. It returns
// any other value unchanged, so that the message of schema.Check quotes it as the user wrote it.
func convertEnum(path string, aliases map[string]string) convertFunc {
	return func(f *deploymentFile, _ *schema.Node, m schema.Member) *schema.Node {
		text := strings.ToUpper(m.Value.Text)
		text = cmp.Or(aliases[text], text)
		switch {
		case m.Value.Is(""):
			return nil
		case m.Value.Form != schema.Text || !slices.Contains(schema.FindField(f.fields, path).Type.Enum, text):
			return m.Value
		}
		return withText(m.Value, text)
	}
}

// withText returns a copy of a value with another text.
func withText(n *schema.Node, text string) *schema.Node {
	out := *n
	out.Text = text
	return &out
}

func convertName(f *deploymentFile, _ *schema.Node, m schema.Member) *schema.Node {
	if m.Value.Is("") {
		return f.reportMissingName(m.Value.Pos, "name is empty, as in the output of astro deployment inspect --template; set it to the name of the Deployment")
	}
	return m.Value
}

// reportMissingName adds the problem and returns an unknown name, so that no other check reports the missing name again.
func (f *deploymentFile) reportMissingName(pos schema.Pos, message string) *schema.Node {
	f.addProblem(pos, false, "%s", message)
	return &schema.Node{Form: schema.Unknown, Text: "name", Pos: pos}
}

// convertVariableValue returns the value of a variable. The CLI writes "" for a secret value, which must not be
// declared: it would replace the secret. If the file has "" without is_secret, it declares that the variable is not
// secret, so that the current value of isSecret isn't assumed.
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

// convertWorkerType sets the machine of a queue, or its node pool by the instance type if the Deployment is HYBRID.
// If the Deployment's type is unknown, the form of the value decides.
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

// createDefaultFunc returns the value that the CLI sends for an omitted field of a new resource, nil for none.
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

// workerConcurrencyDefault returns the default of the machine: the number in its name. For node pools it is 16.
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

// isEmptyValue reports whether a value means the same as an omitted one.
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

// setAtPath adds a member at a dotted path of object, which it modifies, unless there is one.
func setAtPath(object *schema.Node, path string, pos schema.Pos, value *schema.Node) {
	name, rest, nested := strings.Cut(path, ".")
	if nested {
		child := object.Get(name)
		if child == nil {
			child = &schema.Node{Form: schema.Map, Pos: value.Pos}
		}
		setAtPath(child, rest, pos, value)
		value = child
	}
	if object.Get(name) == nil {
		object.Members = append(object.Members, schema.Member{Name: name, Pos: pos, Value: value})
	}
}
