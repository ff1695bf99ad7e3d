package simulator

import (
	"maps"
	"net/http"
	"slices"
)

// findIdleCluster is the cluster in the path, unless a workflow runs on it. The API's document declares 412 for that, and
// 409 is what was seen (notes 1.5): a cluster seeded with a member conflict answers with that status.
func (s *Server) findIdleCluster(c apiCall) (*storedResource, *requestError) {
	o, p := s.findCluster(c)
	if p != nil {
		return nil, p
	}
	if slices.Contains([]string{"CREATING", "UPDATING", "FAILING_OVER"}, s.currentStatus(o, false)) {
		status := http.StatusConflict
		if getNumber(o.state, "conflict") == http.StatusPreconditionFailed {
			status = http.StatusPreconditionFailed
		}
		return nil, &requestError{status: status, message: "Conflict: a workflow is running on the cluster"}
	}
	return o, nil
}

// updateCluster replaces name and tags of a dedicated cluster, and of all else what is sent.
func (s *Server) updateCluster(c apiCall) (any, *requestError) {
	o, p := s.findIdleCluster(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeBody(c.request)
	if p != nil {
		return nil, p
	}
	found := checkFields(updateClusterFields(o.getString("type")), body, "")
	if found = append(found, validateNodePools(o.state, body)...); found != nil {
		return nil, invalidFieldsError(found)
	}
	if p := s.validateCluster(body, o.id); p != nil {
		return nil, p
	}
	if p := validateCloudFields(o, body); p != nil {
		return nil, p
	}
	s.markUpdated(o, c.caller)
	applyClusterUpdate(o, body)
	return clusterWriteView(o), nil
}

// validateCloudFields refuses what the cluster's cloud hasn't.
func validateCloudFields(o *storedResource, body map[string]any) *requestError {
	cloud := o.getString("cloudProvider")
	only := map[string]string{"isPrivateNetworkEgressEnabled": "AWS"}
	for _, name := range gcpSecondRegionFields[1:] {
		only[name] = "GCP"
	}
	for _, f := range updateClusterFields(typeDedicated) {
		if _, sent := body[f.name]; sent && only[f.name] != "" && only[f.name] != cloud {
			return badRequestError("%s is for clusters on %s only", f.name, only[f.name])
		}
	}
	switch {
	case !getBool(body, "enableDr"):
		return nil
	case cloud != "AZURE":
		return badRequestError("Disaster Recovery of a cluster on %s can only be enabled by the admin API", cloud)
	case getString(body, "drRegion") == "":
		return badRequestError("enableDr needs drRegion")
	}
	return nil
}

// applyClusterUpdate carries an accepted update out.
func applyClusterUpdate(o *storedResource, body map[string]any) {
	o.pendingStatus = "UPDATING"
	if _, sent := body["isFailedOver"]; sent { // changed or not: it is an order, not a setting
		o.pendingStatus = "FAILING_OVER"
		o.state["failovers"] = getNumber(o.state, "failovers") + 1
	}
	pools, enable := getObjects(body, "nodePools"), body["enableDr"]
	if tags, sent := body["k8sTags"]; sent {
		o.state["tags"] = tags
	}
	for _, name := range []string{"clusterType", "nodePools", "enableDr", "k8sTags"} {
		delete(body, name)
	}
	maps.Copy(o.state, body)
	switch enable {
	case true:
		o.state["isDrEnabled"] = true
		fillSecondRegion(o.state)
	case false:
		for _, name := range secondRegionFields {
			delete(o.state, name)
		}
		o.state["isDrEnabled"], o.state["drRegion"] = false, ""
	}
	updateNodePools(o.state, pools)
	o.state["status"] = finalClusterStatus(o.state, "UPDATE_FAILED")
}
