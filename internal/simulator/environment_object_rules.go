package simulator

import (
	"slices"
	"strings"
)

var (
	objectVariableFields = []field{{name: "value"}, {name: "isSecret", shape: flagShape}}
	connectionFields     = []field{
		{name: "type"},
		{name: "host"},
		{name: "port", shape: numberShape},
		{name: "schema"},
		{name: "login"},
		{name: "password"},
		{name: "extra", shape: anyShape},
		{name: "authTypeId"},
	}
	metricsFields = []field{
		{name: "endpoint"},
		{name: "exporterType", enum: []string{"PROMETHEUS"}},
		{name: "authType", enum: []string{"BASIC", "AUTH_TOKEN", "SIGV4"}},
		{name: "username"},
		{name: "password"},
		{name: "basicToken"},
		{name: "sigV4AssumeArn"},
		{name: "sigV4StsRegion"},
		{name: "headers", shape: anyShape},
		{name: "labels", shape: anyShape},
	}
	linkFields = []field{{name: "scope", enum: []string{"DEPLOYMENT"}, required: true}, {name: "scopeEntityId", required: true}}
)

func newObjectFields() []field {
	identity := []field{
		{name: "objectKey", min: 1},
		{name: "objectType", enum: []string{"CONNECTION", "ENVIRONMENT_VARIABLE", "AIRFLOW_VARIABLE", "METRICS_EXPORT"}},
		{name: "scope", enum: []string{"WORKSPACE", "DEPLOYMENT"}},
		{name: "scopeEntityId", min: 1},
	}
	return append(must(identity, "objectKey", "objectType", "scope", "scopeEntityId"), objectFields(objectVariableFields, false)...)
}

func changedObjectFields() []field { return objectFields(objectVariableFields[:1], true) }

// objectFields are the fields of an update, which a create has too.
func objectFields(variable []field, update bool) []field {
	overrides := []field{
		{name: "connection", shape: groupShape, of: connectionFields[:7]},
		{name: "environmentVariable", shape: groupShape, of: objectVariableFields[:1]},
		{name: "airflowVariable", shape: groupShape, of: objectVariableFields[:1]},
		{name: "metricsExport", shape: groupShape, of: metricsFields},
	}
	if update {
		overrides = append(overrides, field{name: "unsetFields", shape: listShape, max: 100})
	}
	return []field{
		{name: "description", max: 500},
		{name: "autoLinkDeployments", shape: flagShape},
		{name: "excludeLinks", shape: listShape, of: linkFields},
		{name: "connection", shape: groupShape, of: must(connectionFields, "type")},
		{name: "metricsExport", shape: groupShape, of: metricsFields},
		{name: "environmentVariable", shape: groupShape, of: variable},
		{name: "airflowVariable", shape: groupShape, of: variable},
		{name: "links", shape: listShape, of: append(slices.Clone(linkFields), field{name: "overrides", shape: groupShape, of: overrides})},
	}
}

// judgeObject holds a request against what it is about; old is nil for a new object.
func (s *Server) judgeObject(body, about, old map[string]any) *problem {
	name := bodyOf[text(about, "objectType")]
	for _, other := range bodyOf {
		if _, sent := body[other]; sent && other != name {
			return invalid("%s is not allowed for %s", other, text(about, "objectType"))
		}
	}
	if _, sent := body[name]; !sent {
		return invalidFields([]FieldError{failed(name, "required", "is required")})
	}
	if p := judgeTyped(name, group(body, name), old != nil); p != nil {
		return p
	}
	id, workspace := text(about, "scopeEntityId"), text(about, "scope") == "WORKSPACE"
	switch {
	case workspace && s.collections[kindWorkspace].find(id) == nil:
		return invalid("Workspace '%s' does not exist", id)
	case !workspace && s.collections[kindDeployment].find(id) == nil:
		return invalid("Deployment '%s' does not exist", id)
	}
	for _, list := range []string{"links", "excludeLinks", "autoLinkDeployments"} {
		if _, sent := body[list]; sent && !workspace {
			return invalid("%s is only allowed for scope WORKSPACE", list)
		}
	}
	return s.judgeLinks(body, name, id)
}

// judgeTyped wants what an object can't be without. An update may leave a value out; what the answers promise it may not.
func judgeTyped(name string, body map[string]any, update bool) *problem {
	needed := map[string][]string{"connection": {"type"}, "metricsExport": {"endpoint", "exporterType"}}[name]
	if strings.HasSuffix(name, "Variable") && !update {
		needed = []string{"value"}
	}
	for _, member := range needed {
		plainText := member == "value" && !flag(body, "isSecret")
		if value, sent := body[member]; !sent || value == "" && !plainText {
			return invalidFields([]FieldError{failed(name+"."+member, "required", "is required")})
		}
	}
	return noTexts(name, body)
}

// noTexts refuses headers and labels that are anything but texts.
func noTexts(path string, body map[string]any) *problem {
	for _, name := range []string{"headers", "labels"} {
		for member, value := range group(body, name) {
			if _, is := value.(string); !is {
				return invalidFields([]FieldError{failed(path+"."+name+"."+member, "type", "must be a string")})
			}
		}
	}
	return nil
}
