package simulator

import "net/http"

func (s *Server) validateEnvironmentObject(c *call, next, old *resource) {
	body, id, inWorkspace := bodyOf(next.state), next.getString("scopeEntityId"), next.getString("scope") == "WORKSPACE"
	for _, other := range typedBodies {
		require(c.body[other.name] == nil || other.name == body.name, "%s is not allowed for %s", other.name, next.getString("objectType"))
	}
	settings := getObject(c.body, body.name)
	requireField(settings != nil, body.name, "required", "is required")
	for _, member := range body.required {
		requireField(getString(settings, member) != "", body.name+"."+member, "required", "is required")
	}
	isSet := settings["value"] != nil && (settings["value"] != "" || !getBool(settings, "isSecret"))
	requireField(isSet || old != nil || !body.isVariable(), body.name+".value", "required", "is required")
	kind := kindDeployment
	if inWorkspace {
		kind = kindWorkspace
	}
	s.requireExisting(kind, id)
	for _, list := range []string{"links", "excludeLinks", "autoLinkDeployments"} {
		require(c.body[list] == nil || inWorkspace, "%s is only allowed for scope WORKSPACE", list)
	}
	s.validateLinks(c.body, body.name, id)
	if old != nil {
		s.completeUpdate(body, next.state, old.state)
		return
	}
	isSame := func(o *resource) bool {
		return o.state["scopeEntityId"] == id && o.state["objectType"] == next.state["objectType"] && o.state["objectKey"] == next.state["objectKey"]
	}
	requireNoConflict(s.findWhere(kindEnvironmentObject, isSame) == nil, http.StatusConflict,
		"environment object '%s' already exists", next.getString("objectKey"))
}

// completeUpdate adds to the next state what an update keeps: secrets, and overrides of links.
func (s *Server) completeUpdate(b typedBody, next, old object) {
	sent, stored := getObject(next, b.name), getObject(old, b.name)
	s.keepStored(b, sent, stored, getBool(stored, "isSecret"))
	if isSecret := stored["isSecret"]; isSecret != nil {
		sent["isSecret"] = isSecret
	}
	for _, link := range getObjects(next, "links") {
		s.mergeLink(b, link, old)
	}
}
