package simulator

import (
	"maps"
	"net/http"
	"slices"
)

// idleCluster is the cluster in the path, unless a workflow runs on it. The API's document declares 412 for that, and
// 409 is what was seen (notes 1.5): a cluster seeded with a member conflict answers with that status.
func (s *Server) idleCluster(c call) (*object, *problem) {
	o, p := s.cluster(c)
	if p != nil {
		return nil, p
	}
	if slices.Contains([]string{"CREATING", "UPDATING", "FAILING_OVER"}, s.status(o, false)) {
		status := http.StatusConflict
		if number(o.state, "conflict") == http.StatusPreconditionFailed {
			status = http.StatusPreconditionFailed
		}
		return nil, &problem{status: status, message: "Conflict: a workflow is running on the cluster"}
	}
	return o, nil
}

// updateCluster replaces name and tags of a dedicated cluster, and of all else what is sent.
func (s *Server) updateCluster(c call) (any, *problem) {
	o, p := s.idleCluster(c)
	if p != nil {
		return nil, p
	}
	body, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	found := check(updateClusterFields(o.text("type")), body, "")
	if found = append(found, judgeNodePools(o.state, body)...); found != nil {
		return nil, invalidFields(found)
	}
	if p := s.judgeCluster(body, o.id); p != nil {
		return nil, p
	}
	if p := judgeCloud(o, body); p != nil {
		return nil, p
	}
	s.touch(o, c.caller)
	changeCluster(o, body)
	return writtenCluster(o), nil
}

// judgeCloud refuses what the cluster's cloud hasn't.
func judgeCloud(o *object, body map[string]any) *problem {
	cloud := o.text("cloudProvider")
	only := map[string]string{"isPrivateNetworkEgressEnabled": "AWS"}
	for _, name := range gcpRegional[1:] {
		only[name] = "GCP"
	}
	for _, f := range updateClusterFields(typeDedicated) {
		if _, sent := body[f.name]; sent && only[f.name] != "" && only[f.name] != cloud {
			return invalid("%s is for clusters on %s only", f.name, only[f.name])
		}
	}
	switch {
	case !flag(body, "enableDr"):
		return nil
	case cloud != "AZURE":
		return invalid("Disaster Recovery of a cluster on %s can only be enabled by the admin API", cloud)
	case text(body, "drRegion") == "":
		return invalid("enableDr needs drRegion")
	}
	return nil
}

// changeCluster carries an accepted update out.
func changeCluster(o *object, body map[string]any) {
	o.pending = "UPDATING"
	if _, sent := body["isFailedOver"]; sent { // changed or not: it is an order, not a setting
		o.pending = "FAILING_OVER"
		o.state["failovers"] = number(o.state, "failovers") + 1
	}
	pools, enable := groups(body, "nodePools"), body["enableDr"]
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
		for _, name := range regional {
			delete(o.state, name)
		}
		o.state["isDrEnabled"], o.state["drRegion"] = false, ""
	}
	changeNodePools(o.state, pools)
	o.state["status"] = settled(o.state, "UPDATE_FAILED")
}
