package simulator

import "slices"

func (s *Server) createCluster(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not create clusters")
	}
	body, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	if found := check(createClusterFields(text(body, "cloudProvider"), text(body, "type")), body, ""); found != nil {
		return nil, invalidFields(found)
	}
	if p := s.judgeCluster(body, ""); p != nil {
		return nil, p
	}
	if text(body, "drRegion") != "" && text(body, "cloudProvider") == "GCP" {
		for _, name := range gcpRegional {
			if text(body, name) == "" {
				return nil, invalid("drRegion on GCP needs %s", name)
			}
		}
	}
	o := s.born(kindCluster, c.caller)
	if tags, sent := body["k8sTags"]; sent {
		body["tags"] = tags
		delete(body, "k8sTags")
	}
	fillIn(o.state, body)
	fillSecondRegion(o.state)
	fillCluster(o.state)
	o.pending = "CREATING"
	s.collections[kindCluster].objects = append(s.collections[kindCluster].objects, o)
	return writtenCluster(o), nil
}

// fillSecondRegion gives a second region the networks of the first one where it was given none.
func fillSecondRegion(state map[string]any) {
	if text(state, "drRegion") == "" {
		return
	}
	for second, first := range map[string]string{"drVpcSubnetRange": "vpcSubnetRange", "drSecondaryVpcCidr": "secondaryVpcCidr"} {
		if network, ok := state[first]; ok {
			fillIn(state, map[string]any{second: network})
		}
	}
}

// judgeCluster is what a body must keep to beyond its fields; id is that of the cluster it is about, if there is one.
func (s *Server) judgeCluster(body map[string]any, id string) *problem {
	// The entitlement is asked for what is sent, changed or not.
	workspaces, sent := body["workspaceIds"].([]any)
	if sent && s.organizationObject().state["authorizedWorkspaces"] == false {
		return forbidden("the Authorized Workspaces entitlement is needed")
	}
	for _, workspace := range workspaces {
		if t, _ := workspace.(string); s.collections[kindWorkspace].find(t) == nil {
			return invalid("Workspace '%v' does not exist", workspace)
		}
	}
	name, named := body["name"]
	if named && slices.ContainsFunc(s.collections[kindCluster].objects, func(o *object) bool { return o.id != id && o.state["name"] == name }) {
		return invalid("cluster name '%v' already exists", name)
	}
	return nil
}
