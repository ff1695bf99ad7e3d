package simulator

import (
	"cmp"
	"slices"
)

// Clusters are there to be looked up: they are seeded, never written.

func fillCluster(state map[string]any) {
	fillIn(state, map[string]any{
		"name": "cluster", "type": "DEDICATED", "cloudProvider": "AWS", "region": "us-east-1", "status": "CREATED",
		"vpcSubnetRange": "172.20.0.0/20", "dbInstanceType": "db.m6g.large", "isDrEnabled": false, "drRegion": "",
	})
	delete(state, "createdBy") // a cluster's answer doesn't say who
	delete(state, "updatedBy")
	if _, ok := state["nodePools"]; ok {
		return
	}
	id := text(state, "id")
	pool := map[string]any{
		"id": madeUpPool(id), "clusterId": id, "name": "default", "isDefault": true, "maxNodeCount": 20.0,
		"cloudProvider": state["cloudProvider"], "nodeInstanceType": "m5.xlarge",
		"createdAt": state["createdAt"], "updatedAt": state["updatedAt"],
	}
	if text(state, "type") == typeDedicated {
		pool["supportedAstroMachines"] = []any{"A5", "A10", "A20", "A40", "A60", "A120", "A160"}
	}
	state["nodePools"] = []any{pool}
}

func clusterView(o *object) map[string]any { return plain(o.state) }

func (s *Server) listClusters(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not list clusters")
	}
	if provider := c.request.Query.Get("provider"); provider != "" && !slices.Contains(clouds, provider) {
		return nil, invalidFields([]FieldError{failed("provider", "oneof", "has an unknown value")})
	}
	return page(c.request.Query, "clusters", s.collections[kindCluster].objects, clusterView)
}

func (s *Server) readCluster(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not read clusters")
	}
	if o := s.collections[kindCluster].find(c.id); o != nil {
		return clusterView(o), nil
	}
	return nil, missing("cluster", c.id)
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

func madeUpPool(cluster string) string { return cuid("nodepool "+cluster, 0) }

func clusterHalf() half {
	return half{kind: kindCluster, fill: func(_ *Server, state map[string]any) { fillCluster(state) }, routes: map[string]handler{
		"GET clusters":   (*Server).listClusters,
		"GET clusters/*": (*Server).readCluster,
	}}
}
