package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const clusterCreated = "CREATED"

var (
	// gcpSecondRegionFields lists the ranges of a second region on GCP, all of which are required.
	gcpSecondRegionFields = []string{"drVpcSubnetRange", "drPodSubnetRange", "drServicePeeringRange", "drServiceSubnetRange"}
	// secondRegionFields lists the fields of the second region. Disabling Disaster Recovery clears them.
	secondRegionFields = append([]string{"drRegion", "drSecondaryVpcCidr"}, gcpSecondRegionFields...)
)

// clusterSpec is a kind whose update keeps the fields that it omits. A cluster whose name starts with "broken" fails, so
// that a test can have a cluster that never becomes ready.
func clusterSpec() kindSpec {
	return kindSpec{
		name: kindCluster, title: "cluster", path: "/clusters/{clusterId}", plural: "clusters",
		createStatus: "CREATING", updateStatus: "UPDATING",
		beforeChange: (*Server).requireIdleCluster,
		keeps:        func(string) bool { return true },
		validate:     (*Server).validateCluster,
		fill:         fillCluster,
		view: func(_ *Server, view object) {
			deleteMembers(view, "failovers", "conflict")
			if strings.HasSuffix(getString(view, "status"), "_FAILED") {
				setMissing(view, object{"healthStatus": object{"value": "UNHEALTHY", "details": []any{
					object{"code": "UNHEALTHY", "component": "cluster", "severity": "HIGH", "description": "the simulated workflow failed"},
				}}})
			}
			sortListBy(view, "tags", "key")
			view["workspaceIds"] = sortedSet(getList(view, "workspaceIds"))
			dropEmpty(view, "tags", "workspaceIds")
		},
	}
}

// requireIdleCluster returns a conflict if a workflow runs on the cluster. The document declares 412 for that, but the API
// was seen to return 409. A cluster that is seeded with the member conflict: 412 makes the simulator return 412.
func (s *Server) requireIdleCluster(o *resource, isDelete bool) *requestError {
	if slices.Contains([]string{"CREATING", "UPDATING", "FAILING_OVER"}, s.currentStatus(o)) {
		p := conflictError("a workflow is running on the cluster")
		if getNumber(o.state, "conflict") == http.StatusPreconditionFailed {
			p.status = http.StatusPreconditionFailed
		}
		return p
	}
	return s.refuseWithDeployments("cluster", "clusterId", o, isDelete)
}

func (s *Server) validateCluster(c *call, next, old *resource) *requestError {
	// Sending the field needs the entitlement, even if the value doesn't change.
	if _, sent := c.body["workspaceIds"]; sent && s.organization()["authorizedWorkspaces"] == false {
		return forbiddenError("workspaceIds requires the Authorized Workspaces entitlement")
	}
	if p := s.requireWorkspaces(getList(c.body, "workspaceIds")); p != nil {
		return p
	}
	hasSameName := func(o *resource) bool { return o.id != next.id && o.getString("name") == next.getString("name") }
	if _, sent := c.body["name"]; sent && s.findWhere(kindCluster, hasSameName) != nil {
		return badRequestError("cluster name '%s' already exists", next.getString("name"))
	}
	if old == nil {
		return validateNewCluster(next.state)
	}
	p := validateClusterUpdate(c.body, old.state)
	if p == nil {
		applyClusterUpdate(c.body, next, old.state)
	}
	return p
}

func validateNewCluster(state object) *requestError {
	if getString(state, "type") == typeHybrid { // only the descriptions in the document say that these are required
		for _, name := range []string{"dbInstanceType", "providerAccount"} {
			if getString(state, name) == "" {
				return invalidFieldError(name, "required", "is required")
			}
		}
	}
	if getString(state, "drRegion") == "" {
		return nil
	}
	for _, name := range gcpSecondRegionFields {
		if getString(state, "cloudProvider") == "GCP" && getString(state, name) == "" {
			return badRequestError("drRegion on GCP requires %s", name)
		}
	}
	fillSecondRegion(state)
	return nil
}

// validateClusterUpdate rejects unknown pools, and fields that don't exist on the cluster's cloud provider.
func validateClusterUpdate(body, old object) *requestError {
	for i, pool := range getObjects(body, "nodePools") {
		if _, sent := pool["id"]; sent && findPool(old, getString(pool, "id")) == nil {
			return invalidFieldError(fmt.Sprintf("nodePools[%d].id", i), "unknown", "is not a node pool of the cluster")
		}
	}
	cloud := getString(old, "cloudProvider")
	for only, fields := range map[string][]string{"AWS": {"isPrivateNetworkEgressEnabled"}, "GCP": gcpSecondRegionFields[1:]} {
		for _, name := range fields {
			if _, sent := body[name]; sent && cloud != only {
				return badRequestError("%s is only allowed for clusters on %s", name, only)
			}
		}
	}
	switch {
	case !getBool(body, "enableDr"):
		return nil
	case cloud != "AZURE":
		return badRequestError("Disaster Recovery of a cluster on %s can only be enabled by the admin API", cloud)
	case getString(body, "drRegion") == "":
		return badRequestError("enableDr requires drRegion")
	}
	return nil
}

// fillSecondRegion copies the networks of the first region to the second region where the request omits them.
func fillSecondRegion(state object) {
	for second, first := range map[string]string{"drVpcSubnetRange": "vpcSubnetRange", "drSecondaryVpcCidr": "secondaryVpcCidr"} {
		if network, ok := state[first]; ok {
			setMissing(state, object{second: network})
		}
	}
}

// applyClusterUpdate changes the members of next that an update doesn't simply replace. sent is the body of the request.
func applyClusterUpdate(sent object, next *resource, old object) {
	state := next.state
	if _, failsOver := sent["isFailedOver"]; failsOver { // starts a failover even if the value doesn't change
		next.pendingStatus = "FAILING_OVER"
		state["failovers"] = getNumber(old, "failovers") + 1
	}
	switch sent["enableDr"] {
	case true:
		state["isDrEnabled"] = true
		fillSecondRegion(state)
	case false:
		deleteMembers(state, secondRegionFields...)
		state["isDrEnabled"], state["drRegion"] = false, ""
	}
	state["nodePools"] = mergeNodePools(state, deepCopy(getObjects(old, "nodePools")), getObjects(sent, "nodePools"))
	deleteMembers(state, "enableDr", "clusterType", "status")
}

func fillCluster(_ *Server, next, old *resource) {
	state, finalStatus := next.state, clusterCreated
	if tags, sent := state["k8sTags"]; sent {
		state["tags"] = tags
	}
	deleteMembers(state, "k8sTags", "createdBy", "updatedBy") // clusters are returned without the latter two
	setMissing(state, object{
		"name": "cluster", "type": typeDedicated, "cloudProvider": "AWS", "region": "us-east-1", "drRegion": "",
		"vpcSubnetRange": "172.20.0.0/20", "dbInstanceType": "db.m6g.large",
	})
	if strings.HasPrefix(getString(state, "name"), "broken") {
		finalStatus = "CREATE_FAILED"
		if old != nil {
			finalStatus = "UPDATE_FAILED"
		}
	}
	setMissing(state, object{"isDrEnabled": getString(state, "drRegion") != "", "status": finalStatus})
	fillNodePools(state)
}
