package simulator

import "slices"

// destination is where a create request asks to be placed: what it says itself, else the Workspace's default, else the
// only cluster of the Organization. A cluster wins over cloud and region.
func (s *Server) destination(body map[string]any) (cluster, cloud, region string) {
	workspace := map[string]any{}
	if o := s.collections[kindWorkspace].find(text(body, "workspaceId")); o != nil {
		workspace = o.state
	}
	switch {
	case text(body, "clusterId") != "":
		return text(body, "clusterId"), "", ""
	case text(body, "cloudProvider") != "" || text(body, "region") != "":
		return "", text(body, "cloudProvider"), text(body, "region")
	case text(workspace, "defaultClusterId") != "":
		return text(workspace, "defaultClusterId"), "", ""
	case text(workspace, "defaultCloudProvider") != "":
		return "", text(workspace, "defaultCloudProvider"), text(workspace, "defaultRegion")
	}
	if clusters := s.collections[kindCluster].objects; len(clusters) == 1 {
		return clusters[0].id, "", ""
	}
	return "", "", ""
}

// impliedType is the type of a Deployment whose request names none.
func (s *Server) impliedType(body map[string]any) string {
	id, cloud, _ := s.destination(body)
	if o := s.collections[kindCluster].find(id); o != nil {
		return o.text("type")
	}
	if cloud != "" {
		return typeStandard
	}
	return typeDedicated
}

// place settles where a Deployment that is about to be created goes.
func (s *Server) place(body map[string]any) *problem {
	kind := text(body, "type")
	id, cloud, region := s.destination(body)
	delete(body, "clusterId")
	delete(body, "cloudProvider")
	delete(body, "region")
	if id == "" {
		switch {
		case kind != typeStandard:
			return invalid("clusterId is required: neither the Workspace's default nor the Organization's clusters decide it")
		case cloud == "" || region == "":
			return invalid("cloudProvider and region must be provided together")
		}
		body["cloudProvider"], body["region"] = cloud, region
		return nil
	}
	o := s.collections[kindCluster].find(id)
	if o == nil {
		return invalid("cluster '%s' does not exist", id)
	}
	if o.text("type") != kind {
		return invalid("cluster '%s' is %s, the Deployment is %s", id, o.text("type"), kind)
	}
	if status := s.status(o, false); status != clusterCreated {
		return invalid("cluster '%s' is not ready: %s", id, status)
	}
	authorized, _ := o.state["workspaceIds"].([]any)
	if len(authorized) > 0 && !slices.Contains(authorized, body["workspaceId"]) {
		return invalid("Workspace is not authorized to the cluster '%s'", id)
	}
	body["clusterId"] = id
	return nil
}
