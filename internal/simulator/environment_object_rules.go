package simulator

import "slices"

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
		_, sent := body[other]
		switch {
		case other == name && !sent:
			return invalidFields([]FieldError{failed(name, "required", "is required")})
		case other != name && sent:
			return invalid("%s is not allowed for %s", other, text(about, "objectType"))
		}
	}
	if p := newBody(name, group(body, name)); old == nil && p != nil {
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

func (s *Server) judgeLinks(body map[string]any, name, workspace string) *problem {
	var linked []string
	for _, link := range slices.Concat(groups(body, "links"), groups(body, "excludeLinks")) {
		d := s.collections[kindDeployment].find(text(link, "scopeEntityId"))
		if d == nil || d.text("workspaceId") != workspace {
			return invalid("Deployment '%s' is not in the Workspace", text(link, "scopeEntityId"))
		}
		if slices.Contains(linked, d.id) {
			return invalid("Deployment '%s' is linked or excluded more than once", d.id)
		}
		linked = append(linked, d.id)
		overrides := group(link, "overrides")
		unset, _ := overrides["unsetFields"].([]any)
		for _, path := range unset {
			if slices.Contains(setFields(group(overrides, name)), path) {
				return invalid("override '%v' is both set and unset", path)
			}
		}
	}
	return nil
}

func newBody(name string, body map[string]any) *problem {
	needed := map[string][]string{"environmentVariable": {"value"}, "airflowVariable": {"value"}, "metricsExport": {"endpoint", "exporterType"}}[name]
	for _, member := range needed {
		if _, sent := body[member]; !sent {
			return invalidFields([]FieldError{failed(name+"."+member, "required", "is required")})
		}
	}
	return nil
}
