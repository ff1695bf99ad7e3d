package simulator

import (
	"slices"
	"strings"
)

var (
	environmentObjectVariableFields = []requestField{{name: "value"}, {name: "isSecret", jsonType: jsonBoolean}}
	connectionFields                = []requestField{
		{name: "type"},
		{name: "host"},
		{name: "port", jsonType: jsonInteger},
		{name: "schema"},
		{name: "login"},
		{name: "password"},
		{name: "extra", jsonType: jsonAnyObject},
		{name: "authTypeId"},
	}
	metricsFields = []requestField{
		{name: "endpoint"},
		{name: "exporterType", enum: []string{"PROMETHEUS"}},
		{name: "authType", enum: []string{"BASIC", "AUTH_TOKEN", "SIGV4"}},
		{name: "username"},
		{name: "password"},
		{name: "basicToken"},
		{name: "sigV4AssumeArn"},
		{name: "sigV4StsRegion"},
		{name: "headers", jsonType: jsonAnyObject},
		{name: "labels", jsonType: jsonAnyObject},
	}
	linkFields = []requestField{{name: "scope", enum: []string{"DEPLOYMENT"}, required: true}, {name: "scopeEntityId", required: true}}
)

func environmentObjectCreateFields() []requestField {
	identity := []requestField{
		{name: "objectKey", min: 1},
		{name: "objectType", enum: []string{"CONNECTION", "ENVIRONMENT_VARIABLE", "AIRFLOW_VARIABLE", "METRICS_EXPORT"}},
		{name: "scope", enum: []string{"WORKSPACE", "DEPLOYMENT"}},
		{name: "scopeEntityId", min: 1},
	}
	return append(requireFields(identity, "objectKey", "objectType", "scope", "scopeEntityId"), environmentObjectFields(environmentObjectVariableFields, false)...)
}

func environmentObjectUpdateFields() []requestField {
	return environmentObjectFields(environmentObjectVariableFields[:1], true)
}

// environmentObjectFields returns the fields that an update and a create have in common.
func environmentObjectFields(variable []requestField, update bool) []requestField {
	overrides := []requestField{
		{name: "connection", jsonType: jsonObject, fields: connectionFields[:7]},
		{name: "environmentVariable", jsonType: jsonObject, fields: environmentObjectVariableFields[:1]},
		{name: "airflowVariable", jsonType: jsonObject, fields: environmentObjectVariableFields[:1]},
		{name: "metricsExport", jsonType: jsonObject, fields: metricsFields},
	}
	if update {
		overrides = append(overrides, requestField{name: "unsetFields", jsonType: jsonArray, max: 100})
	}
	return []requestField{
		{name: "description", max: 500},
		{name: "autoLinkDeployments", jsonType: jsonBoolean},
		{name: "excludeLinks", jsonType: jsonArray, fields: linkFields},
		{name: "connection", jsonType: jsonObject, fields: requireFields(connectionFields, "type")},
		{name: "metricsExport", jsonType: jsonObject, fields: metricsFields},
		{name: "environmentVariable", jsonType: jsonObject, fields: variable},
		{name: "airflowVariable", jsonType: jsonObject, fields: variable},
		{name: "links", jsonType: jsonArray, fields: append(slices.Clone(linkFields), requestField{name: "overrides", jsonType: jsonObject, fields: overrides})},
	}
}

// validateEnvironmentObject checks a request. about holds the object's type and scope: the request itself in a create, the
// stored state in an update. old is nil in a create.
func (s *Server) validateEnvironmentObject(body, about, old map[string]any) *requestError {
	name := typedBodyNames[getString(about, "objectType")]
	for _, other := range typedBodyNames {
		if _, sent := body[other]; sent && other != name {
			return badRequestError("%s is not allowed for %s", other, getString(about, "objectType"))
		}
	}
	if _, sent := body[name]; !sent {
		return invalidFieldsError([]FieldError{newFieldError(name, "required", "is required")})
	}
	if p := validateTypedBody(name, getObject(body, name), old != nil); p != nil {
		return p
	}
	id, workspace := getString(about, "scopeEntityId"), getString(about, "scope") == "WORKSPACE"
	switch {
	case workspace && s.collections[kindWorkspace].findByID(id) == nil:
		return badRequestError("Workspace '%s' does not exist", id)
	case !workspace && s.collections[kindDeployment].findByID(id) == nil:
		return badRequestError("Deployment '%s' does not exist", id)
	}
	for _, list := range []string{"links", "excludeLinks", "autoLinkDeployments"} {
		if _, sent := body[list]; sent && !workspace {
			return badRequestError("%s is only allowed for scope WORKSPACE", list)
		}
	}
	return s.validateLinks(body, name, id)
}

// validateTypedBody checks the required members of a typed body. An update may omit a value, but not the members that the
// document promises in responses.
func validateTypedBody(name string, body map[string]any, update bool) *requestError {
	required := map[string][]string{"connection": {"type"}, "metricsExport": {"endpoint", "exporterType"}}[name]
	if strings.HasSuffix(name, "Variable") && !update {
		required = []string{"value"}
	}
	for _, member := range required {
		plainText := member == "value" && !getBool(body, "isSecret")
		if value, sent := body[member]; !sent || value == "" && !plainText {
			return invalidFieldsError([]FieldError{newFieldError(name+"."+member, "required", "is required")})
		}
	}
	return validateStringMaps(name, body)
}

// validateStringMaps rejects headers and labels whose values aren't strings.
func validateStringMaps(path string, body map[string]any) *requestError {
	for _, name := range []string{"headers", "labels"} {
		for member, value := range getObject(body, name) {
			if _, isString := value.(string); !isString {
				return invalidFieldsError([]FieldError{newFieldError(path+"."+name+"."+member, "type", "must be a string")})
			}
		}
	}
	return nil
}
