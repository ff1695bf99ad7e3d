package simulator

import (
	"net/http"
	"strings"
)

func (s *Server) validateEnvironmentObject(c *call, next, old *resource) {
	objectType, id, inWorkspace := next.getString("objectType"), next.getString("scopeEntityId"), next.getString("scope") == "WORKSPACE"
	name := typedBodyNames[objectType]
	for _, other := range typedBodyNames {
		_, sent := c.body[other]
		require(!sent || other == name, "%s is not allowed for %s", other, objectType)
	}
	requireField(c.body[name] != nil, name, "required", "is required")
	validateTypedBody(name, getObject(c.body, name), old != nil)
	s.requireExisting(map[bool]string{true: kindWorkspace, false: kindDeployment}[inWorkspace], id)
	for _, list := range []string{"links", "excludeLinks", "autoLinkDeployments"} {
		_, sent := c.body[list]
		require(!sent || inWorkspace, "%s is only allowed for scope WORKSPACE", list)
	}
	s.validateLinks(c.body, name, id)
	if old != nil {
		s.keepStored(name, next.state, old.state)
		return
	}
	isSame := func(o *resource) bool {
		return o.state["scopeEntityId"] == id && o.state["objectType"] == objectType && o.state["objectKey"] == next.state["objectKey"]
	}
	requireNoConflict(s.findWhere(kindEnvironmentObject, isSame) == nil, http.StatusConflict,
		"environment object '%s' already exists", next.getString("objectKey"))
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
func validateTypedBody(name string, body object, isUpdate bool) {
	required := map[string][]string{"connection": {"type"}, "metricsExport": {"endpoint", "exporterType"}}[name]
	if strings.HasSuffix(name, "Variable") && !isUpdate {
		required = []string{"value"}
	}
	for _, member := range required {
		value, sent := body[member]
		isPlainText := member == "value" && !getBool(body, "isSecret")
		requireField(sent && (value != "" || isPlainText), name+"."+member, "required", "is required")
	}
}
