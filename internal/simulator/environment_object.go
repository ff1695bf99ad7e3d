package simulator

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// environmentObjectSpec is a kind whose update clears fields that it omits, including links. It keeps secrets that are
// omitted or empty.
func environmentObjectSpec() kindSpec {
	return kindSpec{
		name: kindEnvironmentObject, title: "environment object", plural: "environmentObjects",
		path: "/environment-objects/{environmentObjectId}", owner: []string{"scopeEntityId"},
		defaults: object{"objectType": "ENVIRONMENT_VARIABLE", "objectKey": "KEY", "scope": scopeWorkspace},
		hidden:   []string{"organizationId"}, omitEmpty: []string{"description", "links", "excludeLinks"},
		beforeList: func(c *call) {
			isAllowed := c.query.Get("showSecrets") != "true"
			requireAccess(isAllowed, "showSecrets is not allowed by the organization")
		},
		// With resolveLinked, the list of a Deployment includes the Workspace's objects that are linked to it.
		belongsTo: func(s *Server, c *call, o *resource, id string) bool {
			return o.getString("scopeEntityId") == id || c.query.Get("resolveLinked") != "false" && s.isLinked(o, id)
		},
		validate: (*Server).validateEnvironmentObject,
		fill: func(s *Server, next, old *resource) {
			if old != nil {
				return // only a create and a seed get defaults
			}
			if next.getString("scopeEntityId") == "" {
				next.state["scopeEntityId"] = s.findOrSeed(scopeKinds[next.getString("scope")], object{})
			}
			settings := settingsOf(next.state)
			setMissing(next.state, object{settings.name: object{}})
			setMissing(getObject(next.state, settings.name), settings.defaults)
		},
		view: viewEnvironmentObject,
		item: func(c *call, view object) {
			deployment := c.query.Get("deploymentId")
			if deployment != "" && view["scopeEntityId"] != deployment { // included because of a link
				view["sourceScope"], view["sourceScopeEntityId"] = view["scope"], view["scopeEntityId"]
				view["scope"], view["scopeEntityId"] = scopeDeployment, deployment
			}
		},
		created: func(o *resource, _ object) object { return object{"id": o.id} },
	}
}

func (s *Server) validateEnvironmentObject(c *call, next, old *resource) {
	settings, id, scope := settingsOf(next.state), next.getString("scopeEntityId"), next.getString("scope")
	for _, other := range settingsByType {
		require(c.body[other.name] == nil || other.name == settings.name,
			"%s is not allowed for %s", other.name, next.getString("objectType"))
	}
	sent := getObject(c.body, settings.name)
	requireField(sent != nil, settings.name, "required", "is required")
	for _, member := range settings.required {
		requireField(getString(sent, member) != "", settings.name+"."+member, "required", "is required")
	}
	isSet := sent["value"] != nil && (sent["value"] != "" || !getBool(sent, "isSecret"))
	requireField(isSet || old != nil || !settings.isVariable(), settings.name+".value", "required", "is required")
	s.requireExisting(scopeKinds[scope], id)
	for _, list := range []string{"links", "excludeLinks", "autoLinkDeployments"} {
		require(c.body[list] == nil || scope == scopeWorkspace, "%s is only allowed for scope WORKSPACE", list)
	}
	s.validateLinks(c.body, settings.name, id)
	if old != nil {
		settings = settingsOf(old.state)
		stored := getObject(old.state, settings.name)
		s.keepStored(settings, sent, stored)
		if isSecret := stored["isSecret"]; isSecret != nil {
			sent["isSecret"] = isSecret
		}
		for _, link := range getObjects(next.state, "links") {
			s.mergeLink(settings, link, old.state)
		}
		return
	}
	isSame := func(o *resource) bool {
		return areEqual(o.state, next.state, "scopeEntityId", "objectType", "objectKey")
	}
	requireStatus(http.StatusConflict, s.findWhere(kindEnvironmentObject, isSame) == nil,
		"environment object '%s' already exists", next.getString("objectKey"))
}

// viewEnvironmentObject removes secrets and empty values. setFields also lists the secrets that are set.
func viewEnvironmentObject(_ *Server, view object) {
	settings := settingsOf(view)
	own := getObject(view, settings.name)
	view["setFields"] = listSetFields(own)
	settings.redact(own)
	if settings.isVariable() {
		setMissing(own, variableDefaults)
	}
	for _, link := range getObjects(view, "links") {
		overrides := getObject(link, "overrides", settings.name)
		delete(link, "overrides")
		link["setFields"] = listSetFields(overrides)
		if len(overrides) > 0 {
			settings.redact(overrides)
			link[settings.name+"Overrides"] = overrides
		}
	}
	if !getBool(view, "autoLinkDeployments") {
		delete(view, "autoLinkDeployments")
	}
}

// isLinked reports whether a Deployment uses an object of its Workspace: through a link, or through autoLinkDeployments
// unless it is excluded.
func (s *Server) isLinked(o *resource, deployment string) bool {
	has := func(list string) bool {
		return slices.ContainsFunc(getList(o.state, list), func(link any) bool { return hasValue(link, deployment) })
	}
	isInWorkspace := s.stateOf(kindDeployment, deployment)["workspaceId"] == o.state["scopeEntityId"]
	return has("links") || isInWorkspace && getBool(o.state, "autoLinkDeployments") && !has("excludeLinks")
}

func (s *Server) validateLinks(body object, name, workspace string) {
	linked := map[string]bool{}
	for _, link := range slices.Concat(getObjects(body, "links"), getObjects(body, "excludeLinks")) {
		id, overrides := getString(link, "scopeEntityId"), getObject(link, "overrides")
		isInWorkspace := s.stateOf(kindDeployment, id)["workspaceId"] == workspace
		require(isInWorkspace, "Deployment '%s' is not in the Workspace", id)
		require(!linked[id], "Deployment '%s' is linked or excluded more than once", id)
		linked[id] = true
		for _, path := range getList(overrides, "unsetFields") { // one set member of a map is enough
			isSet := func(set any) bool { return set == path || strings.HasPrefix(set.(string), path.(string)+".") }
			require(!slices.ContainsFunc(listSetFields(getObject(overrides, name)), isSet),
				"override '%v' is both set and unset", path)
		}
	}
}

// mergeLink merges the overrides of a link with its stored ones. It keeps overrides that aren't sent, and deletes
// those in unsetFields.
func (s *Server) mergeLink(settings settingsType, link, old object) {
	overrides := object{}
	for _, l := range getObjects(old, "links") {
		if stored := getObject(l, "overrides", settings.name); stored != nil && l["scopeEntityId"] == link["scopeEntityId"] {
			overrides = deepCopy(stored)
		}
	}
	if sent := getObject(link, "overrides", settings.name); sent != nil {
		s.keepStored(settings, sent, overrides)
		maps.Copy(overrides, sent)
	}
	for _, path := range getList(getObject(link, "overrides"), "unsetFields") {
		field, member, isMember := strings.Cut(path.(string), ".")
		members := getObject(overrides, field)
		delete(members, member)
		if !isMember || members != nil && len(members) == 0 {
			delete(overrides, field)
		}
	}
	delete(link, "overrides")
	if len(overrides) > 0 {
		link["overrides"] = object{settings.name: overrides}
	}
}
