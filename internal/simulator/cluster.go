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
	gcpSecondRegionFields = []string{
		"drVpcSubnetRange", "drPodSubnetRange", "drServicePeeringRange", "drServiceSubnetRange",
	}
	// secondRegionFields lists the fields of the second region. Disabling Disaster Recovery clears them.
	secondRegionFields = append([]string{"drRegion", "drSecondaryVpcCidr"}, gcpSecondRegionFields...)
)

// clusterSpec is a kind whose update keeps the fields that it omits. A cluster whose name starts with "broken"
// fails, so that a test can have a cluster that never becomes ready.
func clusterSpec() kindSpec {
	return kindSpec{
		name: kindCluster, title: "cluster", path: "/clusters/{clusterId}", plural: "clusters",
		createStatus: "CREATING", updateStatus: "UPDATING",
		defaults: object{
			"name": "cluster", "type": typeDedicated, "cloudProvider": "AWS", "region": "us-east-1", "drRegion": "",
			"vpcSubnetRange": "172.20.0.0/20", "dbInstanceType": "db.m6g.large",
		},
		keepsAll: true,
		hidden:   []string{"createdBy", "updatedBy", "failovers"}, omitEmpty: []string{"tags", "workspaceIds"},
		beforeChange: (*Server).requireIdleCluster,
		validate:     (*Server).validateCluster,
		fill:         fillCluster,
		view: func(_ *Server, view object) {
			if strings.HasSuffix(getString(view, "status"), "_FAILED") {
				setMissing(view, object{"healthStatus": object{"value": "UNHEALTHY", "details": []any{
					object{
						"code": "UNHEALTHY", "component": "cluster", "severity": "HIGH",
						"description": "the simulated workflow failed",
					},
				}}})
			}
			sortListBy(view, "tags", "key")
			view["workspaceIds"] = sortedSet(getList(view, "workspaceIds"))
		},
	}
}

// requireIdleCluster refuses changes while a workflow runs on the cluster. The document declares 412 for that, but
// the API was seen to return 409.
func (s *Server) requireIdleCluster(c *call) {
	isBusy := slices.Contains([]string{"CREATING", "UPDATING", "FAILING_OVER"}, s.statusOf(c.target, false))
	requireStatus(http.StatusConflict, !isBusy, "a workflow is running on the cluster")
	require(c.request.Method != http.MethodDelete || !s.hasDeployments("clusterId", c.target.id),
		"cluster '%s' still has Deployments", c.target.getString("name"))
}

func (s *Server) validateCluster(c *call, next, old *resource) {
	// Sending the field needs the entitlement, even if the value doesn't change.
	_, sendsWorkspaces := c.body["workspaceIds"]
	requireAccess(!sendsWorkspaces || s.organization()["authorizedWorkspaces"] != false,
		"workspaceIds requires the Authorized Workspaces entitlement")
	s.requireExisting(kindWorkspace, getList(c.body, "workspaceIds")...)
	hasSameName := func(o *resource) bool { return o.id != next.id && o.state["name"] == c.body["name"] }
	require(s.findWhere(kindCluster, hasSameName) == nil, "cluster name '%v' already exists", c.body["name"])
	if old == nil {
		validateNewCluster(next.state)
		return
	}
	validateClusterUpdate(c.body, old.state)
	applyClusterUpdate(c.body, next, old.state)
}

func validateNewCluster(state object) {
	for _, name := range []string{"dbInstanceType", "providerAccount"} { // only descriptions in the document require them
		requireField(getString(state, "type") != typeHybrid || getString(state, name) != "", name, "required", "is required")
	}
	if getString(state, "drRegion") == "" {
		return
	}
	for _, name := range gcpSecondRegionFields {
		require(getString(state, "cloudProvider") != "GCP" || getString(state, name) != "",
			"drRegion on GCP requires %s", name)
	}
	fillSecondRegion(state)
}

// validateClusterUpdate refuses fields that don't exist on the cluster's cloud provider. Changes of node pools aren't
// simulated.
func validateClusterUpdate(body, old object) {
	require(body["nodePools"] == nil, "changes of nodePools are not simulated")
	cloud := getString(old, "cloudProvider")
	cloudFields := map[string][]string{"AWS": {"isPrivateNetworkEgressEnabled"}, "GCP": gcpSecondRegionFields[1:]}
	for only, fields := range cloudFields {
		for _, name := range fields {
			require(body[name] == nil || cloud == only, "%s is only allowed for clusters on %s", name, only)
		}
	}
	enables := getBool(body, "enableDr")
	require(!enables || cloud == "AZURE",
		"Disaster Recovery of a cluster on %s can only be enabled by the admin API", cloud)
	require(!enables || getString(body, "drRegion") != "", "enableDr requires drRegion")
}

// fillSecondRegion copies the networks of the first region to the second region where the request omits them.
func fillSecondRegion(state object) {
	networks := map[string]string{"drVpcSubnetRange": "vpcSubnetRange", "drSecondaryVpcCidr": "secondaryVpcCidr"}
	for second, first := range networks {
		if network, ok := state[first]; ok {
			setMissing(state, object{second: network})
		}
	}
}

// applyClusterUpdate changes the members of next that an update doesn't simply replace. sent is the body of the
// request.
func applyClusterUpdate(sent object, next *resource, old object) {
	state := next.state
	if sent["isFailedOver"] != nil { // starts a failover even if the value doesn't change
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
	deleteMembers(state, "enableDr", "clusterType", "status")
}

func fillCluster(_ *Server, next, old *resource) {
	state, finalStatus := next.state, clusterCreated
	if tags, sent := state["k8sTags"]; sent {
		state["tags"] = tags
	}
	delete(state, "k8sTags")
	if strings.HasPrefix(getString(state, "name"), "broken") {
		finalStatus = "CREATE_FAILED"
		if old != nil {
			finalStatus = "UPDATE_FAILED"
		}
	}
	setMissing(state, object{
		"isDrEnabled": getString(state, "drRegion") != "", "status": finalStatus,
		"nodePools": []any{object{"id": placeholderPoolID(next.id)}},
	})
	pools := getObjects(state, "nodePools")
	for i, pool := range pools {
		setMissing(pool, object{
			"id": fixedCUID(fmt.Sprint("nodepool ", next.id, " ", i)), "clusterId": next.id, "name": "default",
			"isDefault": i == 0 && findItem(pools, "isDefault", true) == nil, "maxNodeCount": 20.0,
			"cloudProvider": state["cloudProvider"], "nodeInstanceType": "m5.xlarge",
			"createdAt": state["createdAt"], "updatedAt": state["updatedAt"],
		})
		if getString(state, "type") == typeDedicated {
			setMissing(pool, object{"supportedAstroMachines": []any{"A5", "A10", "A20", "A40", "A60", "A120", "A160"}})
		}
	}
}

// placeholderPoolID returns the ID of the only pool of a cluster that is created or seeded without pools.
func placeholderPoolID(cluster string) string { return fixedCUID("nodepool " + cluster) }

// defaultNodePool returns the pool of a hybrid Deployment whose request names none.
func (s *Server) defaultNodePool(cluster string) string {
	pools := getObjects(s.stateOf(kindCluster, cluster), "nodePools")
	if pool := findItem(pools, "isDefault", true); pool != nil || len(pools) == 0 {
		return getString(pool, "id")
	}
	return getString(pools[0], "id")
}

// hasNodePool reports whether a cluster has a pool. A cluster with placeholder pools has every pool: a manifest that
// runs against the simulator names pools that only exist in Astro.
func (s *Server) hasNodePool(cluster, id string) bool {
	pools := getObjects(s.stateOf(kindCluster, cluster), "nodePools")
	return findItem(pools, "id", id) != nil || findItem(pools, "id", placeholderPoolID(cluster)) != nil
}
