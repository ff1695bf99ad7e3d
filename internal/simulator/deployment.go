package simulator

import "slices"

const (
	typeStandard  = "STANDARD"
	typeDedicated = "DEDICATED"
	typeHybrid    = "HYBRID"

	executorCelery     = "CELERY"
	executorKubernetes = "KUBERNETES"
	executorAstro      = "ASTRO"
)

func (s *Server) listDeployments(c apiCall) (any, *requestError) {
	visible := slices.DeleteFunc(slices.Clone(s.collections[kindDeployment].resources), func(o *storedResource) bool {
		return !c.caller.canAccessDeployment(o)
	})
	return listPage(c.request.Query, "deployments", visible, s.deploymentView)
}

// findDeployment returns the Deployment in the path.
func (s *Server) findDeployment(c apiCall) (*storedResource, *requestError) {
	o := s.collections[kindDeployment].findByID(c.id)
	if o != nil && c.caller.canAccessDeployment(o) {
		return o, nil
	}
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token has no access to Deployment '%s'", c.id)
	}
	return nil, notFoundError("Deployment", c.id)
}

func (s *Server) readDeployment(c apiCall) (any, *requestError) {
	o, p := s.findDeployment(c)
	if p != nil {
		return nil, p
	}
	return s.deploymentView(o), nil
}

func (s *Server) createDeployment(c apiCall) (any, *requestError) {
	body, p := decodeBody(c.request)
	if p != nil {
		return nil, p
	}
	workspace := getString(body, "workspaceId")
	if !c.caller.hasOrganizationAccess() && !c.caller.canAccessWorkspace(workspace) {
		return nil, forbiddenError("the token may not create Deployments in Workspace '%s'", workspace)
	}
	kind := getString(body, "type")
	if body["type"] == nil {
		kind = s.impliedType(body)
	}
	if p := checkBody(body, "CreateDeploymentRequest", kind); p != nil {
		return nil, p
	}
	if s.collections[kindWorkspace].findByID(workspace) == nil {
		return nil, badRequestError("Workspace '%s' does not exist", workspace)
	}
	body["type"] = kind
	if p := s.resolvePlacement(body); p != nil {
		return nil, p
	}
	if p := s.validateDeployment(body, nil, ""); p != nil {
		return nil, p
	}
	o := s.newResource(kindDeployment, c.caller)
	setMissing(o.state, body)
	s.fillDeployment(o.state, nil)
	o.pendingStatus = "CREATING"
	s.collections[kindDeployment].resources = append(s.collections[kindDeployment].resources, o)
	return s.deploymentWriteView(o), nil
}

// fieldsKeptOnUpdate lists the fields that an update can't change or may omit; for scalingSpec, the workload identities and
// isDevelopmentMode see the notes (2.2). An update resets every other field that it omits.
var fieldsKeptOnUpdate = []string{
	"id", "organizationId", "createdAt", "createdBy", "namespace", "type", "workspaceId", "clusterId", "cloudProvider",
	"region", "astroRuntimeVersion", "scalingSpec", "workloadIdentity", "drWorkloadIdentity", "isDevelopmentMode",
	"imageTag", "imageRepository", "imageVersion", "dagTarballVersion", "desiredDagTarballVersion",
}

func (s *Server) updateDeployment(c apiCall) (any, *requestError) {
	o, p := s.findDeployment(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeBody(c.request)
	if p != nil {
		return nil, p
	}
	kind := getString(body, "type")
	if slices.Contains([]string{typeDedicated, typeHybrid, typeStandard}, kind) && kind != o.getString("type") {
		return nil, badRequestError("type of a Deployment cannot be changed from %s to %s", o.getString("type"), kind)
	}
	if p := checkBody(body, "UpdateDeploymentRequest", o.getString("type")); p != nil {
		return nil, p
	}
	_, setsScaling := body["scalingSpec"]
	if getString(body, "workspaceId") != o.getString("workspaceId") {
		return nil, badRequestError("workspaceId of a Deployment cannot be changed")
	}
	if getBool(body, "isDevelopmentMode") && !getBool(o.state, "isDevelopmentMode") {
		return nil, badRequestError("isDevelopmentMode cannot be changed to true for an existing Deployment")
	}
	kept := map[string]any{}
	for _, name := range fieldsKeptOnUpdate {
		if value, ok := o.state[name]; ok {
			kept[name] = value
		}
	}
	setMissing(body, kept)
	if !getBool(body, "isDevelopmentMode") && !setsScaling {
		delete(body, "scalingSpec") // leaving development mode removes the stored hibernation settings
	}
	if p := s.validateDeployment(body, o.state, o.id); p != nil {
		return nil, p
	}
	old := o.state
	o.staleStatus = s.currentStatus(o, s.isHibernating(old))
	o.state = body
	s.markUpdated(o, c.caller)
	s.fillDeployment(o.state, old)
	o.pendingStatus = "DEPLOYING"
	return s.deploymentWriteView(o), nil
}

func (s *Server) deleteDeployment(c apiCall) (any, *requestError) {
	o, p := s.findDeployment(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindDeployment].removeByID(o.id)
	s.deleteDependents(o.id)
	return nil, nil
}

func deploymentSpec() kindSpec {
	return kindSpec{kind: kindDeployment, fillDefaults: func(s *Server, state map[string]any) { s.fillSeededDeployment(state) }, routes: map[string]handlerFunc{
		"GET deployments":                           (*Server).listDeployments,
		"POST deployments":                          (*Server).createDeployment,
		"GET deployments/*":                         (*Server).readDeployment,
		"POST deployments/*":                        (*Server).updateDeployment,
		"DELETE deployments/*":                      (*Server).deleteDeployment,
		"POST deployments/*/hibernation-override":   (*Server).setHibernationOverride,
		"DELETE deployments/*/hibernation-override": (*Server).deleteHibernationOverride,
	}}
}
