package simulator

import "slices"

func (s *Server) createCluster(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not create clusters")
	}
	body, p := decodeBody(c.request)
	if p != nil {
		return nil, p
	}
	if found := checkFields(createClusterFields(getString(body, "cloudProvider"), getString(body, "type")), body, ""); found != nil {
		return nil, invalidFieldsError(found)
	}
	if p := s.validateCluster(body, ""); p != nil {
		return nil, p
	}
	if getString(body, "drRegion") != "" && getString(body, "cloudProvider") == "GCP" {
		for _, name := range gcpSecondRegionFields {
			if getString(body, name) == "" {
				return nil, badRequestError("drRegion on GCP needs %s", name)
			}
		}
	}
	o := s.newResource(kindCluster, c.caller)
	if tags, sent := body["k8sTags"]; sent {
		body["tags"] = tags
		delete(body, "k8sTags")
	}
	setMissing(o.state, body)
	fillSecondRegion(o.state)
	fillCluster(o.state)
	o.pendingStatus = "CREATING"
	s.collections[kindCluster].resources = append(s.collections[kindCluster].resources, o)
	return clusterWriteView(o), nil
}

// fillSecondRegion gives a second region the networks of the first one where it was given none.
func fillSecondRegion(state map[string]any) {
	if getString(state, "drRegion") == "" {
		return
	}
	for second, first := range map[string]string{"drVpcSubnetRange": "vpcSubnetRange", "drSecondaryVpcCidr": "secondaryVpcCidr"} {
		if network, ok := state[first]; ok {
			setMissing(state, map[string]any{second: network})
		}
	}
}

// validateCluster is what a body must keep to beyond its fields; id is that of the cluster it is about, if there is one.
func (s *Server) validateCluster(body map[string]any, id string) *requestError {
	// The entitlement is asked for what is sent, changed or not.
	workspaces, sent := body["workspaceIds"].([]any)
	if sent && s.organizationResource().state["authorizedWorkspaces"] == false {
		return forbiddenError("the Authorized Workspaces entitlement is needed")
	}
	for _, workspace := range workspaces {
		if t, _ := workspace.(string); s.collections[kindWorkspace].findByID(t) == nil {
			return badRequestError("Workspace '%v' does not exist", workspace)
		}
	}
	name, named := body["name"]
	if named && slices.ContainsFunc(s.collections[kindCluster].resources, func(o *storedResource) bool { return o.id != id && o.state["name"] == name }) {
		return badRequestError("cluster name '%v' already exists", name)
	}
	return nil
}
