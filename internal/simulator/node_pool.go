package simulator

import (
	"maps"
	"slices"
)

func placeholderPoolID(cluster string) string { return newCUID("nodepool "+cluster, 0) }

func isDefaultPool(pool object) bool { return getBool(pool, "isDefault") }

// findPool returns the pool of a cluster with an ID, or nil.
func findPool(cluster object, id string) object {
	for _, pool := range getObjects(cluster, "nodePools") {
		if getString(pool, "id") == id {
			return pool
		}
	}
	return nil
}

// fillNodePools sets the defaults of a cluster's pools. A cluster without pools gets a placeholder.
func fillNodePools(state object) {
	id := getString(state, "id")
	if _, given := state["nodePools"]; !given {
		state["nodePools"] = []any{object{"id": placeholderPoolID(id)}}
	}
	pools := getObjects(state, "nodePools")
	for i, pool := range pools {
		setMissing(pool, object{
			"id": newCUID("nodepool "+id, i+1), "clusterId": id, "name": "default",
			"isDefault":    i == 0 && !slices.ContainsFunc(pools, isDefaultPool),
			"maxNodeCount": 20.0, "cloudProvider": state["cloudProvider"], "nodeInstanceType": "m5.xlarge",
			"createdAt": state["createdAt"], "updatedAt": state["updatedAt"],
		})
		if getString(state, "type") == typeDedicated {
			setMissing(pool, object{"supportedAstroMachines": []any{"A5", "A10", "A20", "A40", "A60", "A120", "A160"}})
		}
	}
	state["nodePools"] = toArray(pools)
}

// mergeNodePools changes the pools that are sent with an ID and adds the others, even if their name exists. It removes
// none, because the document only mentions pools to add.
func mergeNodePools(state object, pools, sent []object) []any {
	for _, change := range sent {
		i := slices.IndexFunc(pools, func(pool object) bool { return getString(change, "id") == getString(pool, "id") })
		if i < 0 {
			setMissing(change, object{"createdAt": state["updatedAt"], "updatedAt": state["updatedAt"]})
			pools = append(pools, change)
			continue
		}
		maps.Copy(pools[i], change)
		pools[i]["updatedAt"] = state["updatedAt"]
	}
	return toArray(pools)
}

// defaultNodePool returns the pool of a hybrid Deployment whose request names none.
func (s *Server) defaultNodePool(cluster string) string {
	o := s.find(kindCluster, cluster)
	if o == nil {
		return placeholderPoolID(cluster)
	}
	pools := getObjects(o.state, "nodePools")
	if len(pools) == 0 {
		return ""
	}
	return getString(pools[max(0, slices.IndexFunc(pools, isDefaultPool))], "id")
}

// hasNodePool reports whether a cluster has a pool. A cluster with placeholder pools has every pool: a manifest that
// runs against the simulator names pools that only exist in Astro.
func (s *Server) hasNodePool(cluster, id string) bool {
	o := s.find(kindCluster, cluster)
	return o != nil && (findPool(o.state, id) != nil || findPool(o.state, placeholderPoolID(cluster)) != nil)
}
