package simulator

import "cmp"

var typedBodyNames = map[string]string{
	"CONNECTION": "connection", "ENVIRONMENT_VARIABLE": "environmentVariable", "AIRFLOW_VARIABLE": "airflowVariable", "METRICS_EXPORT": "metricsExport",
}

// environmentObjectSpec is a kind whose update clears fields that it omits, including links. It keeps secrets that are
// omitted or empty.
func environmentObjectSpec() kindSpec {
	return kindSpec{
		name: kindEnvironmentObject, title: "environment object", plural: "environmentObjects",
		path: "/environment-objects/{environmentObjectId}",
		canAccess: func(s *Server, c *call, _ string, o *resource) bool {
			return o != nil && s.canAccessScope(c.caller, o.getString("scopeEntityId"))
		},
		list: (*Server).listEnvironmentObjects,
		beforeCreate: func(s *Server, c *call) {
			requireAccess(s.canAccessScope(c.caller, getString(c.body, "scopeEntityId")),
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
	setMissing(state, object{"objectType": "ENVIRONMENT_VARIABLE", "objectKey": "KEY", "scope": "WORKSPACE"})
	delete(state, "organizationId")
	kind := map[string]string{"WORKSPACE": kindWorkspace, "DEPLOYMENT": kindDeployment}[getString(state, "scope")]
	if kind != "" && getString(state, "scopeEntityId") == "" {
		state["scopeEntityId"] = s.findOrSeed(kind, object{})
	}
	name := typedBodyNames[getString(state, "objectType")]
	setMissing(state, object{name: object{}})
	setMissing(getObject(state, name), map[string]object{
		"environmentVariable": {"value": "", "isSecret": false}, "airflowVariable": {"value": "", "isSecret": false},
		"connection": {"type": "generic"}, "metricsExport": {"endpoint": "https://metrics.example.com", "exporterType": "PROMETHEUS"},
	}[name])
}

func (s *Server) canAccessScope(who caller, id string) bool {
	d := s.find(kindDeployment, id)
	return who.canAccessWorkspace(id) || d != nil && who.canAccessDeployment(d)
}

// listEnvironmentObjects returns the objects that match the query. With resolveLinked, this includes the Workspace's objects
// that are linked to the Deployment.
func (s *Server) listEnvironmentObjects(c *call) []*resource {
	q := c.request.URL.Query()
	deployment, linked := q.Get("deploymentId"), q.Get("resolveLinked") != "false"
	requireAccess(q.Get("showSecrets") != "true", "showSecrets is not allowed by the organization")
	requireAccess(s.canAccessScope(c.caller, cmp.Or(q.Get("workspaceId"), deployment)), "the token isn't allowed to list these environment objects")
	allows := func(filter, value string) bool { return !q.Has(filter) || q.Get(filter) == value }
	return s.filter(kindEnvironmentObject, func(o *resource) bool {
		owner := o.getString("scopeEntityId")
		return allows("workspaceId", owner) && (deployment == "" || owner == deployment || linked && s.isLinked(o, deployment)) &&
			allows("objectType", o.getString("objectType")) && allows("objectKey", o.getString("objectKey"))
	})
}

// unreturnedFields lists the fields of typed bodies that responses omit or mask. An update that omits one of them keeps it;
// an update that omits another field clears it, which is the worst case that the document allows.
var unreturnedFields = map[string][]string{
	"connection":    {"password", "authTypeId", "extra"},
	"metricsExport": {"password", "basicToken", "authType", "username", "headers"},
}

// keepStoredFields adds the stored members that an update keeps to its typed body. secret reports whether the value of a
// variable is secret.
func (s *Server) keepStoredFields(name string, body, old object, secret bool) {
	for _, member := range unreturnedFields[name] {
		_, sent := body[member]
		if _, stored := old[member]; stored && !sent {
			body[member] = old[member]
		}
	}
	keepEmpty := func(body, old object, member string) {
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
func (s *Server) mergeStoredMap(sent, old object, secret func(name string) bool) {
	for member, value := range sent {
		if s.options.KeepEmptySecrets && value == "" && secret(member) && old[member] != nil {
			sent[member] = old[member]
		}
	}
	if s.options.MergeMaps && sent != nil {
		setMissing(sent, old)
	}
}
