package simulator

import (
	"fmt"
	"maps"
	"slices"
)

func placeholderPoolID(cluster string) string { return newCUID("nodepool "+cluster, 0) }

// fillNodePools sets the defaults of a cluster's pools. A cluster without pools gets a placeholder.
func fillNodePools(state map[string]any) {
	id := getString(state, "id")
	if _, given := state["nodePools"]; !given {
		state["nodePools"] = []any{map[string]any{"id": placeholderPoolID(id)}}
	}
	pools := getObjects(state, "nodePools")
	isDefault := func(pool map[string]any) bool { return getBool(pool, "isDefault") }
	for i, pool := range pools {
		setMissing(pool, map[string]any{
			"id": newCUID("nodepool "+id, i+1), "clusterId": id, "name": "default", "isDefault": i == 0 && !slices.ContainsFunc(pools, isDefault),
			"maxNodeCount": 20.0, "cloudProvider": state["cloudProvider"], "nodeInstanceType": "m5.xlarge",
			"createdAt": state["createdAt"], "updatedAt": state["updatedAt"],
		})
		if getString(state, "type") == typeDedicated {
			setMissing(pool, map[string]any{"supportedAstroMachines": []any{"A5", "A10", "A20", "A40", "A60", "A120", "A160"}})
		}
	}
	state["nodePools"] = toArray(pools)
}

// updateNodePools changes the pools that are sent with an ID and adds the others, even if their name exists. It removes
// none, because the document only mentions pools to add.
func updateNodePools(state map[string]any, sent []map[string]any) {
	pools := getObjects(state, "nodePools")
	for _, change := range sent {
		i := slices.IndexFunc(pools, func(pool map[string]any) bool { return getString(change, "id") == getString(pool, "id") })
		if i < 0 {
			setMissing(change, map[string]any{"createdAt": state["updatedAt"], "updatedAt": state["updatedAt"]})
			pools = append(pools, change)
			continue
		}
		maps.Copy(pools[i], change)
		pools[i]["updatedAt"] = state["updatedAt"]
	}
	state["nodePools"] = toArray(pools)
	fillNodePools(state)
}

// validateNodePools returns an error for each ID that isn't the ID of a pool of the cluster.
func validateNodePools(state, body map[string]any) []FieldError {
	var found []FieldError
	for i, sent := range getObjects(body, "nodePools") {
		id, given := sent["id"]
		if given && !slices.ContainsFunc(getObjects(state, "nodePools"), func(pool map[string]any) bool { return pool["id"] == id }) {
			found = append(found, newFieldError(fmt.Sprintf("nodePools[%d].id", i), "unknown", "is not a node pool of the cluster"))
		}
	}
	return found
}
