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
	fillIn(state, map[string]any{
		"name": "cluster", "type": typeDedicated, "cloudProvider": "AWS", "region": "us-east-1", "drRegion": "",
		"vpcSubnetRange": "172.20.0.0/20", "dbInstanceType": "db.m6g.large",
	})
	fillIn(state, map[string]any{"isDrEnabled": text(state, "drRegion") != "", "status": settled(state, "CREATE_FAILED")})
	delete(state, "createdBy") // a cluster's answer doesn't say who
	delete(state, "updatedBy")
	fillNodePools(state)
}

// settled is the status that a cluster ends in.
func settled(state map[string]any, failure string) string {
	if strings.HasPrefix(text(state, "name"), "broken") {
		return failure
	}
	return clusterCreated
}

// clusterView is a cluster as the API answers it: what is empty is absent, lists come in an order of their own.
func (s *Server) clusterView(o *object) map[string]any { return clusterIn(o, s.status(o, false)) }

// writtenCluster answers a create or update, which is never done at once.
func writtenCluster(o *object) map[string]any { return clusterIn(o, o.pending) }

func clusterIn(o *object, status string) map[string]any {
	view := plain(o.state)
	for _, name := range []string{"failovers", "conflict", "updatedBy"} {
		delete(view, name)
	}
	view["status"] = status
	if strings.HasSuffix(status, "_FAILED") {
		fillIn(view, map[string]any{"healthStatus": map[string]any{"value": "UNHEALTHY", "details": []any{
			map[string]any{"code": "UNHEALTHY", "component": "cluster", "severity": "HIGH", "description": "the simulated workflow failed"},
		}}})
	}
	sortBy(view, "tags", "key")
	view["workspaceIds"] = sortedSet(view["workspaceIds"])
	dropEmpty(view, "tags", "workspaceIds")
	return view
}

func (s *Server) listClusters(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not list clusters")
	}
	if provider := c.request.Query.Get("provider"); provider != "" && !slices.Contains(clouds, provider) {
		return nil, invalidFields([]FieldError{failed("provider", "oneof", "has an unknown value")})
	}
	return page(c.request.Query, "clusters", s.collections[kindCluster].objects, s.clusterView)
}

func (s *Server) cluster(c call) (*object, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not read or manage clusters")
	}
	if o := s.collections[kindCluster].find(c.id); o != nil {
		return o, nil
	}
	return nil, missing("cluster", c.id)
}

func (s *Server) readCluster(c call) (any, *problem) {
	o, p := s.cluster(c)
	if p != nil {
		return nil, p
	}
	return s.clusterView(o), nil
}

func (s *Server) deleteCluster(c call) (any, *problem) {
	o, p := s.idleCluster(c)
	if p != nil {
		return nil, p
	}
	if slices.ContainsFunc(s.collections[kindDeployment].objects, func(d *object) bool { return d.text("clusterId") == o.id }) {
		return nil, invalid("cluster '%s' still has Deployments", o.text("name"))
	}
	s.collections[kindCluster].remove(o.id)
	return nil, nil
}

// nodePool is the pool that a hybrid Deployment gets when it names none.
func (s *Server) nodePool(cluster string) string {
	o := s.collections[kindCluster].find(cluster)
	if o == nil {
		return madeUpPool(cluster)
	}
	var first string
	for _, pool := range groups(o.state, "nodePools") {
		if flag(pool, "isDefault") {
			return text(pool, "id")
		}
		first = cmp.Or(first, text(pool, "id"))
	}
	return first
}

// hasNodePool tells whether a cluster has a pool. One whose pools were made up has whatever it is asked for: a manifest
// that runs against the simulator names pools that only exist at Astro.
func (s *Server) hasNodePool(cluster, id string) bool {
	o := s.collections[kindCluster].find(cluster)
	return o != nil && slices.ContainsFunc(groups(o.state, "nodePools"), func(pool map[string]any) bool {
		return text(pool, "id") == id || text(pool, "id") == madeUpPool(cluster)
	})
}

func clusterHalf() half {
	return half{kind: kindCluster, fill: func(_ *Server, state map[string]any) { fillCluster(state) }, routes: map[string]handler{
		"GET clusters":      (*Server).listClusters,
		"POST clusters":     (*Server).createCluster,
		"GET clusters/*":    (*Server).readCluster,
		"POST clusters/*":   (*Server).updateCluster,
		"DELETE clusters/*": (*Server).deleteCluster,
	}}
}
