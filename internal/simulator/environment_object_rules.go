package simulator

import (
	"strings"
)

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
	return nil
}
