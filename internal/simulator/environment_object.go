package simulator

import (
	"net/http"
	"slices"
)

var bodyOf = map[string]string{
	"CONNECTION": "connection", "ENVIRONMENT_VARIABLE": "environmentVariable", "AIRFLOW_VARIABLE": "airflowVariable", "METRICS_EXPORT": "metricsExport",
}

func (s *Server) fillEnvironmentObject(state map[string]any) {
	fillIn(state, map[string]any{"objectType": "ENVIRONMENT_VARIABLE", "objectKey": "KEY", "scope": "WORKSPACE"})
	delete(state, "organizationId")
	if kind := map[string]string{"WORKSPACE": kindWorkspace, "DEPLOYMENT": kindDeployment}[text(state, "scope")]; kind != "" && text(state, "scopeEntityId") == "" {
		if known := s.collections[kind].objects; len(known) > 0 {
			state["scopeEntityId"] = known[0].id
		} else {
			state["scopeEntityId"] = s.seed(kind, map[string]any{})
		}
	}
	name := bodyOf[text(state, "objectType")]
	fillIn(state, map[string]any{name: map[string]any{}})
	fillIn(group(state, name), map[string]map[string]any{
		"environmentVariable": {"value": "", "isSecret": false}, "airflowVariable": {"value": "", "isSecret": false},
		"connection": {"type": "generic"}, "metricsExport": {"endpoint": "https://metrics.example.com", "exporterType": "PROMETHEUS"},
	}[name])
}

// environmentObjects are those that a list call asks for; with resolveLinked, a Deployment's linked ones are among them.
func (s *Server) environmentObjects(c call) []*object {
	q := c.request.Query
	deployment, linked := q.Get("deploymentId"), q.Get("resolveLinked") != "false"
	return slices.DeleteFunc(slices.Clone(s.collections[kindEnvironmentObject].objects), func(o *object) bool {
		in := o.text("scopeEntityId")
		here := (!q.Has("workspaceId") || in == q.Get("workspaceId")) && (deployment == "" || in == deployment || linked && s.isLinked(o, deployment))
		return !here || q.Has("objectType") && o.text("objectType") != q.Get("objectType") || q.Has("objectKey") && o.text("objectKey") != q.Get("objectKey")
	})
}

func (s *Server) listEnvironmentObjects(c call) (any, *problem) {
	q := c.request.Query
	if q.Get("showSecrets") == "true" {
		return nil, forbidden("showSecrets is not allowed by the organization")
	}
	place, deployment := q.Get("workspaceId"), q.Get("deploymentId")
	if place == "" {
		place = deployment
	}
	if !s.reachesScope(c.caller, map[string]any{"scopeEntityId": place}) {
		return nil, forbidden("the token may not list these environment objects")
	}
	return page(q, "environmentObjects", s.environmentObjects(c), func(o *object) map[string]any {
		view := environmentObjectView(o)
		if deployment != "" && o.text("scopeEntityId") != deployment { // resolved from a link
			view["sourceScope"], view["sourceScopeEntityId"] = view["scope"], view["scopeEntityId"]
			view["scope"], view["scopeEntityId"] = "DEPLOYMENT", deployment
		}
		return view
	})
}

func (s *Server) environmentObject(c call) (*object, *problem) {
	o := s.collections[kindEnvironmentObject].find(c.id)
	if o != nil && s.reachesScope(c.caller, o.state) {
		return o, nil
	}
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token does not reach environment object '%s'", c.id)
	}
	return nil, missing("environment object", c.id)
}

func (s *Server) reachesScope(who caller, state map[string]any) bool {
	id := text(state, "scopeEntityId")
	d := s.collections[kindDeployment].find(id)
	return who.wholeOrganization() || who.reachesWorkspace(id) || d != nil && who.reachesDeployment(d)
}

func (s *Server) readEnvironmentObject(c call) (any, *problem) {
	o, p := s.environmentObject(c)
	if p != nil {
		return nil, p
	}
	return environmentObjectView(o), nil
}

// createEnvironmentObject answers no more than the id.
func (s *Server) createEnvironmentObject(c call) (any, *problem) {
	body, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	if !s.reachesScope(c.caller, body) {
		return nil, forbidden("the token may not create environment objects there")
	}
	if found := check(newObjectFields(), body, ""); found != nil {
		return nil, invalidFields(found)
	}
	if p := s.judgeObject(body, body, nil); p != nil {
		return nil, p
	}
	for _, o := range s.collections[kindEnvironmentObject].objects {
		if o.text("scopeEntityId") == text(body, "scopeEntityId") && o.text("objectType") == text(body, "objectType") && o.text("objectKey") == text(body, "objectKey") {
			return nil, &problem{status: http.StatusConflict, message: "Conflict: environment object '" + text(body, "objectKey") + "' already exists"}
		}
	}
	o := s.born(kindEnvironmentObject, c.caller)
	fillIn(o.state, body)
	s.fillEnvironmentObject(o.state)
	s.collections[kindEnvironmentObject].objects = append(s.collections[kindEnvironmentObject].objects, o)
	return map[string]any{"id": o.id}, nil
}

// updateEnvironmentObject clears what isn't sent, links included; a secret that isn't sent or empty stays (notes 1.4).
func (s *Server) updateEnvironmentObject(c call) (any, *problem) {
	o, p := s.environmentObject(c)
	if p != nil {
		return nil, p
	}
	body, p := checked(c.request, changedObjectFields())
	if p != nil {
		return nil, p
	}
	if p := s.judgeObject(body, o.state, o.state); p != nil {
		return nil, p
	}
	name := bodyOf[o.text("objectType")]
	old := group(o.state, name)
	s.keepStored(name, group(body, name), old, flag(old, "isSecret"))
	if is, told := old["isSecret"]; told {
		group(body, name)["isSecret"] = is
	}
	for _, link := range groups(body, "links") {
		s.mergeLink(name, link, o.state)
	}
	for _, f := range changedObjectFields() {
		delete(o.state, f.name)
	}
	fillIn(o.state, body)
	s.touch(o, c.caller)
	return environmentObjectView(o), nil
}

func (s *Server) deleteEnvironmentObject(c call) (any, *problem) {
	o, p := s.environmentObject(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindEnvironmentObject].remove(o.id)
	return nil, nil
}

func environmentObjectHalf() half {
	return half{kind: kindEnvironmentObject, fill: (*Server).fillEnvironmentObject, routes: map[string]handler{
		"GET environment-objects": (*Server).listEnvironmentObjects, "POST environment-objects": (*Server).createEnvironmentObject,
		"GET environment-objects/*": (*Server).readEnvironmentObject, "POST environment-objects/*": (*Server).updateEnvironmentObject,
		"DELETE environment-objects/*": (*Server).deleteEnvironmentObject, "POST environment-objects/*/exclude-linking": (*Server).excludeLinking,
	}}
}
