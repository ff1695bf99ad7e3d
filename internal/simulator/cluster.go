package simulator

import (
	"cmp"
	"slices"
	"strings"
)

const clusterCreated = "CREATED"

// fillCluster completes a cluster. One whose name starts with "broken" fails: that is how a test gets a cluster which
// never becomes ready.
func fillCluster(state map[string]any) {
	setMissing(state, map[string]any{
		"name": "cluster", "type": typeDedicated, "cloudProvider": "AWS", "region": "us-east-1", "drRegion": "",
		"vpcSubnetRange": "172.20.0.0/20", "dbInstanceType": "db.m6g.large",
	})
	setMissing(state, map[string]any{"isDrEnabled": getString(state, "drRegion") != "", "status": finalClusterStatus(state, "CREATE_FAILED")})
	delete(state, "createdBy") // a cluster's answer doesn't say who
	delete(state, "updatedBy")
	fillNodePools(state)
}

// finalClusterStatus is the status that a cluster ends in.
func finalClusterStatus(state map[string]any, failure string) string {
	if strings.HasPrefix(getString(state, "name"), "broken") {
		return failure
	}
	return clusterCreated
}

// clusterView is a cluster as the API answers it: what is empty is absent, lists come in an order of their own.
func (s *Server) clusterView(o *storedResource) map[string]any {
	return clusterWithStatus(o, s.currentStatus(o, false))
}

// clusterWriteView answers a create or update, which is never done at once.
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
	if provider := c.request.Query.Get("provider"); provider != "" && !slices.Contains(cloudProviders, provider) {
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

// defaultNodePool is the pool that a hybrid Deployment gets when it names none.
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

// hasNodePool tells whether a cluster has a pool. One whose pools were made up has whatever it is asked for: a manifest
// that runs against the simulator names pools that only exist at Astro.
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
