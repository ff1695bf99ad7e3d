package simulator

import (
	"fmt"
	"maps"
	"slices"
)

func madeUpPool(cluster string) string { return cuid("nodepool "+cluster, 0) }

// fillNodePools completes the pools of a cluster; without any, one is made up.
func fillNodePools(state map[string]any) {
	id := text(state, "id")
	if _, given := state["nodePools"]; !given {
		state["nodePools"] = []any{map[string]any{"id": madeUpPool(id)}}
	}
	pools := groups(state, "nodePools")
	isDefault := func(pool map[string]any) bool { return flag(pool, "isDefault") }
	for i, pool := range pools {
		fillIn(pool, map[string]any{
			"id": cuid("nodepool "+id, i+1), "clusterId": id, "name": "default", "isDefault": i == 0 && !slices.ContainsFunc(pools, isDefault),
			"maxNodeCount": 20.0, "cloudProvider": state["cloudProvider"], "nodeInstanceType": "m5.xlarge",
			"createdAt": state["createdAt"], "updatedAt": state["updatedAt"],
		})
		if text(state, "type") == typeDedicated {
			fillIn(pool, map[string]any{"supportedAstroMachines": []any{"A5", "A10", "A20", "A40", "A60", "A120", "A160"}})
		}
	}
	state["nodePools"] = list(pools)
}

// changeNodePools changes the pools that are sent with their id and adds the others, even under a name that exists: the
// document speaks of pools to add, and so none goes away.
func changeNodePools(state map[string]any, sent []map[string]any) {
	pools := groups(state, "nodePools")
	for _, change := range sent {
		i := slices.IndexFunc(pools, func(pool map[string]any) bool { return text(change, "id") == text(pool, "id") })
		if i < 0 {
			fillIn(change, map[string]any{"createdAt": state["updatedAt"], "updatedAt": state["updatedAt"]})
			pools = append(pools, change)
			continue
		}
		maps.Copy(pools[i], change)
		pools[i]["updatedAt"] = state["updatedAt"]
	}
	state["nodePools"] = list(pools)
	fillNodePools(state)
}

// judgeNodePools finds the ids that aren't those of the cluster's pools.
func judgeNodePools(state, body map[string]any) []FieldError {
	var found []FieldError
	for i, sent := range groups(body, "nodePools") {
		id, given := sent["id"]
		if given && !slices.ContainsFunc(groups(state, "nodePools"), func(pool map[string]any) bool { return pool["id"] == id }) {
			found = append(found, failed(fmt.Sprintf("nodePools[%d].id", i), "unknown", "is no node pool of the cluster"))
		}
	}
	return found
}
