package simulator

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
)

const clusterCreated = "CREATED"

// secondRegionFields lists the fields of the second region. Disabling Disaster Recovery clears them.
var secondRegionFields = append([]string{"drRegion", "drSecondaryVpcCidr"}, gcpSecondRegionFields...)

// gcpSecondRegionFields lists the ranges of a second region on GCP, all of which are required.
var gcpSecondRegionFields = []string{"drVpcSubnetRange", "drPodSubnetRange", "drServicePeeringRange", "drServiceSubnetRange"}

// fillCluster sets the defaults of a cluster. A cluster whose name starts with "broken" fails, so that a test can have a
// cluster that never becomes ready.
func fillCluster(state map[string]any) {
	setMissing(state, map[string]any{
		"name": "cluster", "type": typeDedicated, "cloudProvider": "AWS", "region": "us-east-1", "drRegion": "",
		"vpcSubnetRange": "172.20.0.0/20", "dbInstanceType": "db.m6g.large",
	})
	setMissing(state, map[string]any{"isDrEnabled": getString(state, "drRegion") != "", "status": finalClusterStatus(state, "CREATE_FAILED")})
	delete(state, "createdBy") // clusters are returned without both
	delete(state, "updatedBy")
	fillNodePools(state)
}

// finalClusterStatus returns the status that a cluster has at the end of its workflow.
func finalClusterStatus(state map[string]any, failure string) string {
	if strings.HasPrefix(getString(state, "name"), "broken") {
		return failure
	}
	return clusterCreated
}

// clusterView returns a cluster as the API returns it: without empty lists, and with lists in the server's order.
func (s *Server) clusterView(o *storedResource) map[string]any {
	return clusterWithStatus(o, s.currentStatus(o, false))
}

// clusterWriteView returns the response to a create or update. Its status is always the pending one.
func clusterWriteView(o *storedResource) map[string]any { return clusterWithStatus(o, o.pendingStatus) }

func clusterWithStatus(o *storedResource, status string) map[string]any {
	view := deepCopy(o.state)
	for _, name := range []string{"failovers", "conflict", "updatedBy"} {
		delete(view, name)
	}
	view["status"] = status
	if strings.HasSuffix(status, "_FAILED") {
		setMissing(view, map[string]any{"healthStatus": map[string]any{"value": "UNHEALTHY", "details": []any{
			map[string]any{"code": "UNHEALTHY", "component": "cluster", "severity": "HIGH", "description": "the simulated workflow failed"},
		}}})
	}
	sortListBy(view, "tags", "key")
	view["workspaceIds"] = sortedSet(view["workspaceIds"])
	dropEmpty(view, "tags", "workspaceIds")
	return view
}

func (s *Server) listClusters(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not list clusters")
	}
	if provider := c.request.Query.Get("provider"); provider != "" && !slices.Contains([]string{"AWS", "AZURE", "GCP"}, provider) {
		return nil, invalidFieldsError([]FieldError{newFieldError("provider", "oneof", "has an unknown value")})
	}
	return listPage(c.request.Query, "clusters", s.collections[kindCluster].resources, s.clusterView)
}

func (s *Server) findCluster(c apiCall) (*storedResource, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not read or manage clusters")
	}
	if o := s.collections[kindCluster].findByID(c.id); o != nil {
		return o, nil
	}
	return nil, notFoundError("cluster", c.id)
}

func (s *Server) readCluster(c apiCall) (any, *requestError) {
	o, p := s.findCluster(c)
	if p != nil {
		return nil, p
	}
	return s.clusterView(o), nil
}

func (s *Server) deleteCluster(c apiCall) (any, *requestError) {
	o, p := s.findIdleCluster(c)
	if p != nil {
		return nil, p
	}
	if slices.ContainsFunc(s.collections[kindDeployment].resources, func(d *storedResource) bool { return d.getString("clusterId") == o.id }) {
		return nil, badRequestError("cluster '%s' still has Deployments", o.getString("name"))
	}
	s.collections[kindCluster].removeByID(o.id)
	return nil, nil
}

// defaultNodePool returns the pool of a hybrid Deployment whose request names none.
func (s *Server) defaultNodePool(cluster string) string {
	o := s.collections[kindCluster].findByID(cluster)
	if o == nil {
		return placeholderPoolID(cluster)
	}
	var first string
	for _, pool := range getObjects(o.state, "nodePools") {
		if getBool(pool, "isDefault") {
			return getString(pool, "id")
		}
		first = cmp.Or(first, getString(pool, "id"))
	}
	return first
}

// hasNodePool reports whether a cluster has a pool. A cluster with placeholder pools has every pool: a manifest that runs
// against the simulator names pools that only exist in Astro.
func (s *Server) hasNodePool(cluster, id string) bool {
	o := s.collections[kindCluster].findByID(cluster)
	return o != nil && slices.ContainsFunc(getObjects(o.state, "nodePools"), func(pool map[string]any) bool {
		return getString(pool, "id") == id || getString(pool, "id") == placeholderPoolID(cluster)
	})
}

func clusterSpec() kindSpec {
	return kindSpec{kind: kindCluster, fillDefaults: func(_ *Server, state map[string]any) { fillCluster(state) }, routes: map[string]handlerFunc{
		"GET clusters":      (*Server).listClusters,
		"POST clusters":     (*Server).createCluster,
		"GET clusters/*":    (*Server).readCluster,
		"POST clusters/*":   (*Server).updateCluster,
		"DELETE clusters/*": (*Server).deleteCluster,
	}}
}

func (s *Server) createCluster(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not create clusters")
	}
	body, p := decodeBody(c.request)
	if p != nil {
		return nil, p
	}
	if p := checkBody(body, "CreateClusterRequest", getString(body, "cloudProvider")); p != nil {
		return nil, p
	}
	if found := requireHybridFields(body); found != nil {
		return nil, invalidFieldsError(found)
	}
	if p := s.validateCluster(body, ""); p != nil {
		return nil, p
	}
	if getString(body, "drRegion") != "" && getString(body, "cloudProvider") == "GCP" {
		for _, name := range gcpSecondRegionFields {
			if getString(body, name) == "" {
				return nil, badRequestError("drRegion on GCP requires %s", name)
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

// requireHybridFields checks the fields that the document requires for hybrid clusters in their descriptions only.
func requireHybridFields(body object) []FieldError {
	var found []FieldError
	for _, name := range []string{"dbInstanceType", "providerAccount"} {
		if getString(body, "type") == typeHybrid && getString(body, name) == "" {
			found = append(found, newFieldError(name, "required", "is required"))
		}
	}
	return found
}

// fillSecondRegion copies the networks of the first region to the second region where the request omits them.
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

// validateCluster checks the rules beyond the constraints of single fields. id is the cluster's ID in an update, "" in a
// create.
func (s *Server) validateCluster(body map[string]any, id string) *requestError {
	// Sending the field needs the entitlement, even if the value doesn't change.
	workspaces, sent := body["workspaceIds"].([]any)
	if sent && s.organizationResource().state["authorizedWorkspaces"] == false {
		return forbiddenError("workspaceIds requires the Authorized Workspaces entitlement")
	}
	for _, workspace := range workspaces {
		if t, _ := workspace.(string); s.collections[kindWorkspace].findByID(t) == nil {
			return badRequestError("Workspace '%v' does not exist", workspace)
		}
	}
	name, hasName := body["name"]
	if hasName && slices.ContainsFunc(s.collections[kindCluster].resources, func(o *storedResource) bool { return o.id != id && o.state["name"] == name }) {
		return badRequestError("cluster name '%v' already exists", name)
	}
	return nil
}

// findIdleCluster returns the cluster in the path, or a conflict if a workflow runs on it. The document declares 412 for
// that, but the API was seen to return 409. A cluster that is seeded with the member conflict: 412 makes the
// simulator return 412.
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

// updateCluster replaces name and tags of a dedicated cluster, and of the other fields those in the request.
func (s *Server) updateCluster(c apiCall) (any, *requestError) {
	o, p := s.findIdleCluster(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeBody(c.request)
	if p != nil {
		return nil, p
	}
	if p := checkBody(body, "UpdateClusterRequest", o.getString("type")); p != nil {
		return nil, p
	}
	if found := validateNodePools(o.state, body); found != nil {
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

// validateCloudFields rejects fields that don't exist on the cluster's cloud provider.
func validateCloudFields(o *storedResource, body map[string]any) *requestError {
	cloud := o.getString("cloudProvider")
	only := map[string]string{"isPrivateNetworkEgressEnabled": "AWS"}
	for _, name := range gcpSecondRegionFields[1:] {
		only[name] = "GCP"
	}
	for _, name := range slices.Sorted(maps.Keys(only)) {
		if _, sent := body[name]; sent && only[name] != cloud {
			return badRequestError("%s is only allowed for clusters on %s", name, only[name])
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

// applyClusterUpdate changes the cluster as a validated update requests.
func applyClusterUpdate(o *storedResource, body map[string]any) {
	o.pendingStatus = "UPDATING"
	if _, sent := body["isFailedOver"]; sent { // starts a failover even if the value doesn't change
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
