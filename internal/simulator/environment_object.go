package simulator

import (
	"net/http"
	"slices"
)

var typedBodyNames = map[string]string{
	"CONNECTION": "connection", "ENVIRONMENT_VARIABLE": "environmentVariable", "AIRFLOW_VARIABLE": "airflowVariable", "METRICS_EXPORT": "metricsExport",
}

func (s *Server) fillEnvironmentObject(state map[string]any) {
	setMissing(state, map[string]any{"objectType": "ENVIRONMENT_VARIABLE", "objectKey": "KEY", "scope": "WORKSPACE"})
	delete(state, "organizationId")
	if kind := map[string]string{"WORKSPACE": kindWorkspace, "DEPLOYMENT": kindDeployment}[getString(state, "scope")]; kind != "" && getString(state, "scopeEntityId") == "" {
		if known := s.collections[kind].resources; len(known) > 0 {
			state["scopeEntityId"] = known[0].id
		} else {
			state["scopeEntityId"] = s.seedResource(kind, map[string]any{})
		}
	}
	name := typedBodyNames[getString(state, "objectType")]
	setMissing(state, map[string]any{name: map[string]any{}})
	setMissing(getObject(state, name), map[string]map[string]any{
		"environmentVariable": {"value": "", "isSecret": false}, "airflowVariable": {"value": "", "isSecret": false},
		"connection": {"type": "generic"}, "metricsExport": {"endpoint": "https://metrics.example.com", "exporterType": "PROMETHEUS"},
	}[name])
}

// filterEnvironmentObjects returns the objects that match the parameters of a list call. With resolveLinked, this includes
// the Workspace's objects that are linked to the Deployment.
func (s *Server) filterEnvironmentObjects(c apiCall) []*storedResource {
	q := c.request.Query
	deployment, linked := q.Get("deploymentId"), q.Get("resolveLinked") != "false"
	return slices.DeleteFunc(slices.Clone(s.collections[kindEnvironmentObject].resources), func(o *storedResource) bool {
		owner := o.getString("scopeEntityId")
		inScope := (!q.Has("workspaceId") || owner == q.Get("workspaceId")) && (deployment == "" || owner == deployment || linked && s.isLinked(o, deployment))
		return !inScope || q.Has("objectType") && o.getString("objectType") != q.Get("objectType") || q.Has("objectKey") && o.getString("objectKey") != q.Get("objectKey")
	})
}

func (s *Server) listEnvironmentObjects(c apiCall) (any, *requestError) {
	q := c.request.Query
	if q.Get("showSecrets") == "true" {
		return nil, forbiddenError("showSecrets is not allowed by the organization")
	}
	entity, deployment := q.Get("workspaceId"), q.Get("deploymentId")
	if entity == "" {
		entity = deployment
	}
	if !s.canAccessScope(c.caller, map[string]any{"scopeEntityId": entity}) {
		return nil, forbiddenError("the token may not list these environment objects")
	}
	return listPage(q, "environmentObjects", s.filterEnvironmentObjects(c), func(o *storedResource) map[string]any {
		view := environmentObjectView(o)
		if deployment != "" && o.getString("scopeEntityId") != deployment { // included because of a link
			view["sourceScope"], view["sourceScopeEntityId"] = view["scope"], view["scopeEntityId"]
			view["scope"], view["scopeEntityId"] = "DEPLOYMENT", deployment
		}
		return view
	})
}

func (s *Server) findEnvironmentObject(c apiCall) (*storedResource, *requestError) {
	o := s.collections[kindEnvironmentObject].findByID(c.id)
	if o != nil && s.canAccessScope(c.caller, o.state) {
		return o, nil
	}
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token has no access to environment object '%s'", c.id)
	}
	return nil, notFoundError("environment object", c.id)
}

func (s *Server) canAccessScope(who caller, state map[string]any) bool {
	id := getString(state, "scopeEntityId")
	d := s.collections[kindDeployment].findByID(id)
	return who.hasOrganizationAccess() || who.canAccessWorkspace(id) || d != nil && who.canAccessDeployment(d)
}

func (s *Server) readEnvironmentObject(c apiCall) (any, *requestError) {
	o, p := s.findEnvironmentObject(c)
	if p != nil {
		return nil, p
	}
	return environmentObjectView(o), nil
}

// createEnvironmentObject returns only the ID.
func (s *Server) createEnvironmentObject(c apiCall) (any, *requestError) {
	body, p := decodeBody(c.request)
	if p != nil {
		return nil, p
	}
	if !s.canAccessScope(c.caller, body) {
		return nil, forbiddenError("the token may not create environment objects in this scope")
	}
	if p := checkBody(body, "CreateEnvironmentObjectRequest", ""); p != nil {
		return nil, p
	}
	if p := s.validateEnvironmentObject(body, body, nil); p != nil {
		return nil, p
	}
	for _, o := range s.collections[kindEnvironmentObject].resources {
		if o.getString("scopeEntityId") == getString(body, "scopeEntityId") && o.getString("objectType") == getString(body, "objectType") && o.getString("objectKey") == getString(body, "objectKey") {
			return nil, &requestError{status: http.StatusConflict, message: "Conflict: environment object '" + getString(body, "objectKey") + "' already exists"}
		}
	}
	o := s.newResource(kindEnvironmentObject, c.caller)
	setMissing(o.state, body)
	s.fillEnvironmentObject(o.state)
	s.collections[kindEnvironmentObject].resources = append(s.collections[kindEnvironmentObject].resources, o)
	return map[string]any{"id": o.id}, nil
}

// updateEnvironmentObject clears fields that the request omits, including links. It keeps secrets that are omitted or empty.
func (s *Server) updateEnvironmentObject(c apiCall) (any, *requestError) {
	o, p := s.findEnvironmentObject(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeAndCheck(c.request, "UpdateEnvironmentObjectRequest")
	if p != nil {
		return nil, p
	}
	if p := s.validateEnvironmentObject(body, o.state, o.state); p != nil {
		return nil, p
	}
	name := typedBodyNames[o.getString("objectType")]
	old := getObject(o.state, name)
	s.keepStoredFields(name, getObject(body, name), old, getBool(old, "isSecret"))
	if secret, stored := old["isSecret"]; stored {
		getObject(body, name)["isSecret"] = secret
	}
	for _, link := range getObjects(body, "links") {
		s.mergeLink(name, link, o.state)
	}
	deleteFields(o.state, "UpdateEnvironmentObjectRequest")
	setMissing(o.state, body)
	s.markUpdated(o, c.caller)
	return environmentObjectView(o), nil
}

func (s *Server) deleteEnvironmentObject(c apiCall) (any, *requestError) {
	o, p := s.findEnvironmentObject(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindEnvironmentObject].removeByID(o.id)
	return nil, nil
}

func environmentObjectSpec() kindSpec {
	return kindSpec{kind: kindEnvironmentObject, fillDefaults: (*Server).fillEnvironmentObject, routes: map[string]handlerFunc{
		"GET environment-objects": (*Server).listEnvironmentObjects, "POST environment-objects": (*Server).createEnvironmentObject,
		"GET environment-objects/*": (*Server).readEnvironmentObject, "POST environment-objects/*": (*Server).updateEnvironmentObject,
		"DELETE environment-objects/*": (*Server).deleteEnvironmentObject, "POST environment-objects/*/exclude-linking": (*Server).excludeLinking,
	}}
}

// unreturnedFields lists the fields of typed bodies that responses omit or mask. An update that omits one of them keeps it;
// an update that omits another field clears it, which is the worst case that the document allows.
var unreturnedFields = map[string][]string{
	"connection":    {"password", "authTypeId", "extra"},
	"metricsExport": {"password", "basicToken", "authType", "username", "headers"},
}

// keepStoredFields adds the stored members that an update keeps to its typed body. secret reports whether the value of a
// variable is secret.
func (s *Server) keepStoredFields(name string, body, old map[string]any, secret bool) {
	for _, member := range unreturnedFields[name] {
		_, sent := body[member]
		if _, stored := old[member]; stored && !sent {
			body[member] = old[member]
		}
	}
	keepEmpty := func(body, old map[string]any, member string) {
		if value, sent := body[member]; (!sent || value == "") && old[member] != nil {
			body[member] = old[member]
		}
	}
	switch name {
	case "environmentVariable", "airflowVariable":
		if secret {
			keepEmpty(body, old, "value")
		}
	case "connection":
		keepEmpty(body, old, "password")
		s.mergeStoredMap(getObject(body, "extra"), getObject(old, "extra"), isSecretExtra)
	case "metricsExport":
		keepEmpty(body, old, "password")
		keepEmpty(body, old, "basicToken")
		s.mergeStoredMap(getObject(body, "headers"), getObject(old, "headers"), func(string) bool { return true })
	}
}

// mergeStoredMap merges a sent map with the stored one in the two possible ways: KeepEmptySecrets keeps a secret member that
// is sent as "", MergeMaps keeps members that aren't sent.
func (s *Server) mergeStoredMap(sent, old map[string]any, secret func(name string) bool) {
	for member, value := range sent {
		if s.options.KeepEmptySecrets && value == "" && secret(member) && old[member] != nil {
			sent[member] = old[member]
		}
	}
	if s.options.MergeMaps && sent != nil {
		setMissing(sent, old)
	}
}
