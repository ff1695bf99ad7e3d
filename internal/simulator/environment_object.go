package simulator

import (
	"cmp"
	"slices"
	"strings"
)

// typedBody defines the member of an environment object that holds the settings of its type.
type typedBody struct {
	name      string
	defaults  object   // of a seed
	required  []string // must not be empty, even in an update
	kept      []string // an update that omits one of these keeps it; it clears others, the worst case that the document allows
	keptEmpty []string // an update keeps these even if it sends ""
	hidden    []string // not in responses
	secretMap string   // the map that can contain secrets
	// isSecret reports whether responses hide a member of secretMap.
	isSecret func(member string) bool
}

var variableDefaults = object{"value": "", "isSecret": false}

var typedBodies = map[string]typedBody{
	"ENVIRONMENT_VARIABLE": {name: "environmentVariable", defaults: variableDefaults},
	"AIRFLOW_VARIABLE":     {name: "airflowVariable", defaults: variableDefaults},
	"CONNECTION": {
		name: "connection", defaults: object{"type": "generic"}, required: []string{"type"},
		kept: []string{"password", "authTypeId", "extra"}, keptEmpty: []string{"password"}, hidden: []string{"password", "authTypeId"},
		secretMap: "extra",
		isSecret: func(member string) bool {
			isPart := func(part string) bool { return strings.Contains(strings.ToLower(member), part) }
			return slices.ContainsFunc([]string{"password", "secret", "token", "key"}, isPart)
		},
	},
	"METRICS_EXPORT": {
		name: "metricsExport", defaults: object{"endpoint": "https://metrics.example.com", "exporterType": "PROMETHEUS"},
		required: []string{"endpoint", "exporterType"}, kept: []string{"password", "basicToken", "authType", "username", "headers"},
		keptEmpty: []string{"password", "basicToken"}, hidden: []string{"password", "basicToken", "authType", "username"},
		secretMap: "headers", isSecret: func(string) bool { return true },
	},
}

// bodyOf returns the typed body that an environment object has.
func bodyOf(state object) typedBody { return typedBodies[getString(state, "objectType")] }

func (b typedBody) isVariable() bool { return b.secretMap == "" }

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
	body := bodyOf(state)
	setMissing(state, object{body.name: object{}})
	setMissing(getObject(state, body.name), body.defaults)
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

// keepStored adds the stored members that an update keeps to the sent ones. isSecret reports whether a variable is secret.
func (s *Server) keepStored(b typedBody, sent, stored object, isSecret bool) {
	keptEmpty := b.keptEmpty
	if isSecret && b.isVariable() {
		keptEmpty = []string{"value"}
	}
	for _, member := range slices.Concat(b.kept, keptEmpty) {
		isOmitted := sent[member] == nil || sent[member] == "" && slices.Contains(keptEmpty, member)
		if stored[member] != nil && isOmitted {
			sent[member] = stored[member]
		}
	}
	sentMap, storedMap := getObject(sent, b.secretMap), getObject(stored, b.secretMap)
	for member, value := range sentMap {
		if s.options.KeepEmptySecrets && value == "" && b.isSecret(member) && storedMap[member] != nil {
			sentMap[member] = storedMap[member]
		}
	}
	if s.options.MergeMaps && sentMap != nil {
		setMissing(sentMap, storedMap)
	}
}
