package simulator

import "slices"

// requestedPlacement returns the cluster, or the cloud and region, of a create request. The order of precedence is: the
// request, the Workspace's default, the only cluster of the Organization. A cluster takes precedence over cloud and region.
func (s *Server) requestedPlacement(body object) (cluster, cloud, region string) {
	var workspace object
	if o := s.find(kindWorkspace, getString(body, "workspaceId")); o != nil {
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
	if clusters := s.stored[kindCluster]; len(clusters) == 1 {
		return clusters[0].id, "", ""
	}
	return "", "", ""
}

// impliedType returns the type of a Deployment whose request omits it.
func (s *Server) impliedType(body object) string {
	id, cloud, _ := s.requestedPlacement(body)
	if o := s.find(kindCluster, id); o != nil {
		return o.getString("type")
	}
	if cloud != "" {
		return typeStandard
	}
	return typeDedicated
}

// resolvePlacement sets the cluster, or the cloud and region, in the body of a create request.
func (s *Server) resolvePlacement(body object) {
	kind := getString(body, "type")
	id, cloud, region := s.requestedPlacement(body)
	deleteMembers(body, "clusterId", "cloudProvider", "region")
	if id == "" {
		require(kind == typeStandard, "clusterId is required: neither the Workspace's default nor the Organization's clusters determine it")
		require(cloud != "" && region != "", "cloudProvider and region must be set together")
		body["cloudProvider"], body["region"] = cloud, region
		return
	}
	s.requireExisting(kindCluster, id)
	o := s.find(kindCluster, id)
	require(o.getString("type") == kind, "cluster '%s' has type %s, but the Deployment has type %s", id, o.getString("type"), kind)
	require(s.currentStatus(o) == clusterCreated, "cluster '%s' is not ready: %s", id, s.currentStatus(o))
	authorized := getList(o.state, "workspaceIds")
	require(len(authorized) == 0 || slices.Contains(authorized, body["workspaceId"]), "Workspace is not authorized for cluster '%s'", id)
	body["clusterId"] = id
}
