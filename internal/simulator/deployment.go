package simulator

import (
	"slices"
)

func (s *Server) listDeployments(c call) (any, *problem) {
	reached := slices.DeleteFunc(slices.Clone(s.collections[kindDeployment].objects), func(o *object) bool {
		return !c.caller.reachesDeployment(o)
	})
	return page(c.request.Query, "deployments", reached, s.deploymentView)
}

// deployment finds the one in the path.
func (s *Server) deployment(c call) (*object, *problem) {
	o := s.collections[kindDeployment].find(c.id)
	if o != nil && c.caller.reachesDeployment(o) {
		return o, nil
	}
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token does not reach Deployment '%s'", c.id)
	}
	return nil, missing("Deployment", c.id)
}

func (s *Server) readDeployment(c call) (any, *problem) {
	o, p := s.deployment(c)
	if p != nil {
		return nil, p
	}
	return s.deploymentView(o), nil
}

func (s *Server) createDeployment(c call) (any, *problem) {
	body, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	workspace := text(body, "workspaceId")
	if !c.caller.wholeOrganization() && !c.caller.reachesWorkspace(workspace) {
		return nil, forbidden("the token may not create Deployments in Workspace '%s'", workspace)
	}
	kind := text(body, "type")
	if _, given := body["type"]; !given {
		kind = s.impliedType(body)
	}
	if found := check(deploymentFields(kind, false), body, ""); found != nil {
		return nil, invalidFields(found)
	}
	if s.collections[kindWorkspace].find(workspace) == nil {
		return nil, invalid("Workspace '%s' does not exist", workspace)
	}
	body["type"] = kind
	if p := s.place(body); p != nil {
		return nil, p
	}
	if p := s.judge(body, nil, ""); p != nil {
		return nil, p
	}
	o := s.born(kindDeployment, c.caller)
	fillIn(o.state, body)
	s.fillDeployment(o.state, nil)
	o.pending = "CREATING"
	s.collections[kindDeployment].objects = append(s.collections[kindDeployment].objects, o)
	return s.writtenDeployment(o), nil
}

// updateKeeps is what an update can't change or may leave out; the notes (2.2) say so of scalingSpec, the workload
// identities and isDevelopmentMode. All the rest is reset when it isn't sent.
var updateKeeps = []string{
	"id", "organizationId", "createdAt", "createdBy", "namespace", "type", "workspaceId", "clusterId", "cloudProvider",
	"region", "astroRuntimeVersion", "scalingSpec", "workloadIdentity", "drWorkloadIdentity", "isDevelopmentMode",
	"imageTag", "imageRepository", "imageVersion", "dagTarballVersion", "desiredDagTarballVersion",
}

func (s *Server) updateDeployment(c call) (any, *problem) {
	o, p := s.deployment(c)
	if p != nil {
		return nil, p
	}
	body, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	kind := text(body, "type")
	if slices.Contains(deploymentTypes, kind) && kind != o.text("type") {
		return nil, invalid("type of a Deployment cannot be changed from %s to %s", o.text("type"), kind)
	}
	if found := check(deploymentFields(o.text("type"), true), body, ""); found != nil {
		return nil, invalidFields(found)
	}
	if text(body, "workspaceId") != o.text("workspaceId") {
		return nil, invalid("workspaceId of a Deployment cannot be changed")
	}
	if flag(body, "isDevelopmentMode") && !flag(o.state, "isDevelopmentMode") {
		return nil, invalid("isDevelopmentMode cannot be changed to true for an existing Deployment")
	}
	kept := map[string]any{}
	for _, name := range updateKeeps {
		if value, ok := o.state[name]; ok {
			kept[name] = value
		}
	}
	fillIn(body, kept)
	if !flag(body, "isDevelopmentMode") && !sent(c.request, "scalingSpec") {
		delete(body, "scalingSpec") // what was kept from the time as a development Deployment ends with it
	}
	if p := s.judge(body, o.state, o.id); p != nil {
		return nil, p
	}
	old := o.state
	o.before = s.status(o, s.hibernating(old))
	o.state = body
	s.touch(o, c.caller)
	s.fillDeployment(o.state, old)
	o.pending = "DEPLOYING"
	return s.writtenDeployment(o), nil
}

func (s *Server) deleteDeployment(c call) (any, *problem) {
	o, p := s.deployment(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindDeployment].remove(o.id)
	s.forget(o.id)
	return nil, nil
}

func deploymentHalf() half {
	return half{kind: kindDeployment, fill: func(s *Server, state map[string]any) { s.seedDeployment(state) }, routes: map[string]handler{
		"GET deployments":                           (*Server).listDeployments,
		"POST deployments":                          (*Server).createDeployment,
		"GET deployments/*":                         (*Server).readDeployment,
		"POST deployments/*":                        (*Server).updateDeployment,
		"DELETE deployments/*":                      (*Server).deleteDeployment,
		"POST deployments/*/hibernation-override":   (*Server).overrideHibernation,
		"DELETE deployments/*/hibernation-override": (*Server).endOverride,
	}}
}
