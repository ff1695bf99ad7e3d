package simulator

import (
	"cmp"
	"net/http"
)

// environmentObjectSpec is a kind whose update clears fields that it omits, including links. It keeps secrets that are
// omitted or empty.
func environmentObjectSpec() kindSpec {
	return kindSpec{
		name: kindEnvironmentObject, title: "environment object", plural: "environmentObjects",
		path:     "/environment-objects/{environmentObjectId}",
		defaults: object{"objectType": "ENVIRONMENT_VARIABLE", "objectKey": "KEY", "scope": "WORKSPACE"},
		hidden:   []string{"organizationId"}, omitEmpty: []string{"description", "links", "excludeLinks"},
		canAccess: func(s *Server, c *call, _ string, o *resource) bool {
			return o != nil && s.canAccessEntity(c.caller, o.getString("scopeEntityId"))
		},
		list: (*Server).listEnvironmentObjects,
		beforeCreate: func(s *Server, c *call) {
			requireAccess(s.canAccessEntity(c.caller, getString(c.body, "scopeEntityId")),
				"the token isn't allowed to create environment objects in this scope")
		},
		validate: (*Server).validateEnvironmentObject,
		fill:     (*Server).fillEnvironmentObject,
		view:     viewEnvironmentObject,
		item: func(_ *Server, c *call, view object) {
			deployment := c.request.URL.Query().Get("deploymentId")
			if deployment != "" && getString(view, "scopeEntityId") != deployment { // included because of a link
				view["sourceScope"], view["sourceScopeEntityId"] = view["scope"], view["scopeEntityId"]
				view["scope"], view["scopeEntityId"] = "DEPLOYMENT", deployment
			}
		},
		created: func(o *resource, _ object) object { return object{"id": o.id} },
		routes: map[string]handlerFunc{
			"POST /environment-objects/{environmentObjectId}/exclude-linking": (*Server).excludeLinking,
		},
	}
}

func (s *Server) fillEnvironmentObject(next, old *resource) {
	if old != nil {
		return // only a create and a seed get defaults
	}
	state := next.state
	kind := scopeKinds[getString(state, "scope")]
	if kind != "" && getString(state, "scopeEntityId") == "" {
		state["scopeEntityId"] = s.findOrSeed(kind, object{})
	}
	body := bodyOf(state)
	setMissing(state, object{body.name: object{}})
	setMissing(getObject(state, body.name), body.defaults)
}

// listEnvironmentObjects returns the objects that match the query. With resolveLinked, this includes the Workspace's
// objects that are linked to the Deployment.
func (s *Server) listEnvironmentObjects(c *call) []*resource {
	q := c.request.URL.Query()
	deployment, linked := q.Get("deploymentId"), q.Get("resolveLinked") != "false"
	requireAccess(q.Get("showSecrets") != "true", "showSecrets is not allowed by the organization")
	requireAccess(s.canAccessEntity(c.caller, cmp.Or(q.Get("workspaceId"), deployment)),
		"the token isn't allowed to list these environment objects")
	allows := func(filter, value string) bool { return !q.Has(filter) || q.Get(filter) == value }
	return s.filter(kindEnvironmentObject, func(o *resource) bool {
		owner := o.getString("scopeEntityId")
		return allows("workspaceId", owner) &&
			(deployment == "" || owner == deployment || linked && s.isLinked(o, deployment)) &&
			allows("objectType", o.getString("objectType")) && allows("objectKey", o.getString("objectKey"))
	})
}

func (s *Server) validateEnvironmentObject(c *call, next, old *resource) {
	body, id, inWorkspace := bodyOf(next.state), next.getString("scopeEntityId"), next.state["scope"] == scopeWorkspace
	for _, other := range typedBodies {
		require(c.body[other.name] == nil || other.name == body.name,
			"%s is not allowed for %s", other.name, next.getString("objectType"))
	}
	settings := getObject(c.body, body.name)
	requireField(settings != nil, body.name, "required", "is required")
	for _, member := range body.required {
		requireField(getString(settings, member) != "", body.name+"."+member, "required", "is required")
	}
	isSet := settings["value"] != nil && (settings["value"] != "" || !getBool(settings, "isSecret"))
	requireField(isSet || old != nil || !body.isVariable(), body.name+".value", "required", "is required")
	s.requireExisting(scopeKinds[next.getString("scope")], id)
	for _, list := range []string{"links", "excludeLinks", "autoLinkDeployments"} {
		require(c.body[list] == nil || inWorkspace, "%s is only allowed for scope WORKSPACE", list)
	}
	s.validateLinks(c.body, body.name, id)
	if old != nil {
		s.completeUpdate(body, next.state, old.state)
		return
	}
	isSame := func(o *resource) bool {
		return areEqual(o.state, next.state, "scopeEntityId", "objectType", "objectKey")
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

// viewEnvironmentObject removes secrets and empty values. setFields also lists the secrets that are set.
func viewEnvironmentObject(_ *Server, view object) {
	b := bodyOf(view)
	settings := getObject(view, b.name)
	view["setFields"] = listSetFields(settings)
	b.redact(settings, getBool(settings, "isSecret"))
	if b.isVariable() {
		setMissing(settings, variableDefaults)
	}
	for _, link := range getObjects(view, "links") {
		overrides := getObject(link, "overrides", b.name)
		delete(link, "overrides")
		link["setFields"] = listSetFields(overrides)
		if len(overrides) > 0 {
			b.redact(overrides, getBool(settings, "isSecret"))
			link[b.name+"Overrides"] = overrides
		}
	}
	if !getBool(view, "autoLinkDeployments") {
		delete(view, "autoLinkDeployments")
	}
}
