package conformance

import (
	"bytes"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// constraintWords lists the members of a schema that Constraints copies. It leaves out texts for people.
var constraintWords = []string{
	"additionalProperties", "enum", "format", "maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum",
	"nullable", "required", "type",
}

// Constraints returns the constraints that the API's document states for requests, as JSON: the operations with their
// query parameters and the schema of their body, and these schemas. Equal documents have equal results.
func Constraints(source []byte) ([]byte, error) {
	var document map[string]any
	if err := yaml.Unmarshal(source, &document); err != nil {
		return nil, err
	}
	r := reducer{documented: getObject(getObject(document, "components"), "schemas"), schemas: map[string]any{}}
	paths, operations := getObject(document, "paths"), map[string]any{}
	mergePathTemplates(paths)
	for template := range paths {
		for method := range getObject(paths, template) {
			operations[strings.ToUpper(method)+" "+template] = r.reduceOperation(getObject(getObject(paths, template), method))
		}
	}
	var out bytes.Buffer
	err := writeWrapped(&out, map[string]any{"operations": operations, "schemas": r.schemas}, "")
	out.WriteByte('\n')
	return out.Bytes(), err
}

// reducer reduces the document's schemas to their constraints.
type reducer struct {
	documented map[string]any
	schemas    map[string]any // the reduced schemas to which requests refer, by name
}

func (r *reducer) reduceOperation(operation map[string]any) map[string]any {
	reduced := map[string]any{}
	content := getObject(getObject(getObject(operation, "requestBody"), "content"), "application/json")
	if ref, ok := getObject(content, "schema")["$ref"].(string); ok {
		reduced["body"] = r.addSchema(ref)
	}
	query := map[string]any{}
	parameters, _ := operation["parameters"].([]any)
	for _, p := range parameters {
		if parameter, ok := p.(map[string]any); ok && parameter["in"] == "query" {
			query[parameter["name"].(string)] = r.reduceSchema(getObject(parameter, "schema"))
		}
	}
	if len(query) > 0 {
		reduced["query"] = query
	}
	return reduced
}

// addSchema adds the schema to which ref refers, and returns its name.
func (r *reducer) addSchema(ref string) string {
	name := path.Base(ref)
	if _, added := r.schemas[name]; !added {
		r.schemas[name] = nil // a schema may refer to itself
		r.schemas[name] = r.reduceSchema(getObject(r.documented, name))
	}
	return name
}

func (r *reducer) reduceSchema(schema map[string]any) map[string]any {
	if ref, ok := schema["$ref"].(string); ok {
		return map[string]any{"$ref": r.addSchema(ref)}
	}
	reduced := map[string]any{}
	for _, word := range constraintWords {
		if value, ok := schema[word]; ok {
			reduced[word] = value
		}
	}
	if items := getObject(schema, "items"); items != nil {
		reduced["items"] = r.reduceSchema(items)
	}
	if properties := getObject(schema, "properties"); properties != nil {
		reducedProperties := map[string]any{}
		for name := range properties {
			reducedProperties[name] = r.reduceSchema(getObject(properties, name))
		}
		reduced["properties"] = reducedProperties
	}
	if discriminator := getObject(schema, "discriminator"); discriminator != nil {
		mapping := map[string]any{}
		for value, ref := range getObject(discriminator, "mapping") {
			mapping[value] = r.addSchema(ref.(string))
		}
		reduced["discriminator"] = map[string]any{"propertyName": discriminator["propertyName"], "mapping": mapping}
	}
	return reduced
}

// maxColumns is the length up to which writeWrapped keeps an object on one line.
const maxColumns = 120

// writeWrapped writes an object with sorted members, one per line unless all fit on one line.
func writeWrapped(out *bytes.Buffer, value any, indent string) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	object, isObject := value.(map[string]any)
	if !isObject || len(line) <= maxColumns && indent != "" {
		out.Write(line)
		return nil
	}
	out.WriteString("{")
	for i, name := range slices.Sorted(maps.Keys(object)) {
		if i > 0 {
			out.WriteString(",")
		}
		out.WriteString("\n" + indent + " \"" + name + "\": ")
		if err := writeWrapped(out, object[name], indent+" "); err != nil {
			return err
		}
	}
	out.WriteString("\n" + indent + "}")
	return nil
}
