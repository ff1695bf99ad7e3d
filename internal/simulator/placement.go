package simulator

import "slices"

// requestedPlacement is where a create request asks to be placed: what it says itself, else the Workspace's default, else the
// only cluster of the Organization. A cluster wins over cloud and region.
func (s *Server) requestedPlacement(body map[string]any) (cluster, cloud, region string) {
	workspace := map[string]any{}
	if o := s.collections[kindWorkspace].findByID(getString(body, "workspaceId")); o != nil {
		workspace = o.state
	}
	switch {
	case getString(body, "clusterId") != "":
		return getString(body, "clusterId"), "", ""
	case getString(body, "cloudProvider") != "" || getString(body, "region") != "":
		return "", getString(body, "cloudProvider"), getString(body, "region")
	case getString(workspace, "defaultClusterId") != "":
		return getString(workspace, "defaultClusterId"), "", ""
	case getString(workspace, "defaultCloudProvider") != "":
		return "", getString(workspace, "defaultCloudProvider"), getString(workspace, "defaultRegion")
	}
	if clusters := s.collections[kindCluster].resources; len(clusters) == 1 {
		return clusters[0].id, "", ""
	}
	return "", "", ""
}

// impliedType is the type of a Deployment whose request names none.
func (s *Server) impliedType(body map[string]any) string {
	id, cloud, _ := s.requestedPlacement(body)
	if o := s.collections[kindCluster].findByID(id); o != nil {
		return o.getString("type")
	}
	if cloud != "" {
		return typeStandard
	}
	return typeDedicated
}

// resolvePlacement settles where a Deployment that is about to be created goes.
func (s *Server) resolvePlacement(body map[string]any) *requestError {
	kind := getString(body, "type")
	id, cloud, region := s.requestedPlacement(body)
	delete(body, "clusterId")
	delete(body, "cloudProvider")
	delete(body, "region")
	if id == "" {
		switch {
		case kind != typeStandard:
			return badRequestError("clusterId is required: neither the Workspace's default nor the Organization's clusters decide it")
		case cloud == "" || region == "":
			return badRequestError("cloudProvider and region must be provided together")
		}
		body["cloudProvider"], body["region"] = cloud, region
		return nil
	}
	o := s.collections[kindCluster].findByID(id)
	if o == nil {
		return badRequestError("cluster '%s' does not exist", id)
	}
	if o.getString("type") != kind {
		return badRequestError("cluster '%s' is %s, the Deployment is %s", id, o.getString("type"), kind)
	}
	if status := s.currentStatus(o, false); status != clusterCreated {
		return badRequestError("cluster '%s' is not ready: %s", id, status)
	}
	authorized, _ := o.state["workspaceIds"].([]any)
	if len(authorized) > 0 && !slices.Contains(authorized, body["workspaceId"]) {
		return badRequestError("Workspace is not authorized to the cluster '%s'", id)
	}
	body["clusterId"] = id
	return nil
}
