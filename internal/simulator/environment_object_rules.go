package simulator

import (
	"strings"
)

func (s *Server) validateEnvironmentObject(c *call, next, old *resource) *requestError {
	objectType, id, inWorkspace := next.getString("objectType"), next.getString("scopeEntityId"), next.getString("scope") == "WORKSPACE"
	name := typedBodyNames[objectType]
	for _, other := range typedBodyNames {
		if _, sent := c.body[other]; sent && other != name {
			return badRequestError("%s is not allowed for %s", other, objectType)
		}
	}
	if _, sent := c.body[name]; !sent {
		return invalidFieldError(name, "required", "is required")
	}
	if p := validateTypedBody(name, getObject(c.body, name), old != nil); p != nil {
		return p
	}
	switch {
	case inWorkspace && s.find(kindWorkspace, id) == nil:
		return badRequestError("Workspace '%s' does not exist", id)
	case !inWorkspace && s.find(kindDeployment, id) == nil:
		return badRequestError("Deployment '%s' does not exist", id)
	}
	for _, list := range []string{"links", "excludeLinks", "autoLinkDeployments"} {
		if _, sent := c.body[list]; sent && !inWorkspace {
			return badRequestError("%s is only allowed for scope WORKSPACE", list)
		}
	}
	if p := s.validateLinks(c.body, name, id); p != nil {
		return p
	}
	if old != nil {
		s.keepStored(name, next.state, old.state)
		return nil
	}
	isSame := func(o *resource) bool {
		return o.state["scopeEntityId"] == id && o.state["objectType"] == objectType && o.state["objectKey"] == next.state["objectKey"]
	}
	if s.findWhere(kindEnvironmentObject, isSame) != nil {
		return conflictError("environment object '%s' already exists", next.getString("objectKey"))
	}
	return nil
}

// keepStored adds what an update keeps to the next state: secrets, and overrides of links.
func (s *Server) keepStored(name string, next, old object) {
	body, oldBody := getObject(next, name), getObject(old, name)
	s.keepStoredFields(name, body, oldBody, getBool(oldBody, "isSecret"))
	if secret, stored := oldBody["isSecret"]; stored {
		body["isSecret"] = secret
	}
	for _, link := range getObjects(next, "links") {
		s.mergeLink(name, link, old)
	}
}

// validateTypedBody checks the required members of a typed body. An update may omit a value, but not the members that the
// document promises in responses.
func validateTypedBody(name string, body object, update bool) *requestError {
	required := map[string][]string{"connection": {"type"}, "metricsExport": {"endpoint", "exporterType"}}[name]
	if strings.HasSuffix(name, "Variable") && !update {
		required = []string{"value"}
	}
	for _, member := range required {
		plainText := member == "value" && !getBool(body, "isSecret")
		if value, sent := body[member]; !sent || value == "" && !plainText {
			return invalidFieldError(name+"."+member, "required", "is required")
		}
	}
	return nil
}
