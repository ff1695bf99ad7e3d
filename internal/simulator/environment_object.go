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
}

// environmentObjects are those that a list call asks for; with resolveLinked, a Deployment's linked ones are among them.
func (s *Server) environmentObjects(c call) []*object {
	q := c.request.Query
	deployment, linked := q.Get("deploymentId"), q.Get("resolveLinked") != "false"
	return slices.DeleteFunc(slices.Clone(s.collections[kindEnvironmentObject].objects), func(o *object) bool {
		in := o.text("scopeEntityId")
		here := (!q.Has("workspaceId") || in == q.Get("workspaceId")) && (deployment == "" || in == deployment || linked && isLinked(o, deployment))
		return !here || q.Has("objectType") && o.text("objectType") != q.Get("objectType") || q.Has("objectKey") && o.text("objectKey") != q.Get("objectKey")
	})
}

func isLinked(o *object, deployment string) bool {
	return slices.ContainsFunc(groups(o.state, "links"), func(l map[string]any) bool { return text(l, "scopeEntityId") == deployment })
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
	all := s.environmentObjects(c)
	delete(q, "workspaceId")
	delete(q, "deploymentId")
	return page(q, "environmentObjects", all, func(o *object) map[string]any {
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
	switch {
	case o == nil:
		return nil, missing("environment object", c.id)
	case !s.reachesScope(c.caller, o.state):
		return nil, forbidden("the token does not reach environment object '%s'", c.id)
	}
	return o, nil
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
	body, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	if found := check(changedObjectFields(), body, ""); found != nil {
		return nil, invalidFields(found)
	}
	if p := s.judgeObject(body, o.state, o.state); p != nil {
		return nil, p
	}
	name := bodyOf[o.text("objectType")]
	keepSecrets(name, group(body, name), group(o.state, name))
	for _, link := range groups(body, "links") {
		mergeLink(name, link, groups(o.state, "links"))
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

// forget takes along what belongs to a Workspace or a Deployment that is gone.
func (s *Server) forget(id string) {
	all := s.collections[kindEnvironmentObject]
	all.objects = slices.DeleteFunc(all.objects, func(o *object) bool { return o.text("scopeEntityId") == id })
	for _, o := range all.objects {
		for _, name := range []string{"links", "excludeLinks"} {
			if list, ok := o.state[name].([]any); ok {
				o.state[name] = slices.DeleteFunc(slices.Clone(list), func(v any) bool { return text(v.(map[string]any), "scopeEntityId") == id })
			}
		}
	}
	s.dropTokens(id)
	s.revoke(id)
}

func environmentObjectHalf() half {
	return half{kind: kindEnvironmentObject, fill: (*Server).fillEnvironmentObject, routes: map[string]handler{
		"GET environment-objects": (*Server).listEnvironmentObjects, "POST environment-objects": (*Server).createEnvironmentObject,
		"GET environment-objects/*": (*Server).readEnvironmentObject, "POST environment-objects/*": (*Server).updateEnvironmentObject,
		"DELETE environment-objects/*": (*Server).deleteEnvironmentObject,
	}}
}
