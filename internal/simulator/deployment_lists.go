package simulator

import "fmt"

// validateQueues checks the queues of a request against each other, against their machines and against the stored
// queues.
func (s *Server) validateQueues(state, old object) {
	queues := getObjects(state, "workerQueues")
	for i, q := range queues {
		check := func(ok bool, field, code, reason string) {
			requireField(ok, fmt.Sprintf("workerQueues[%d].%s", i, field), code, reason)
		}
		isNew := q["id"] == nil
		check(isNew || findItem(getObjects(old, "workerQueues"), "id", q["id"]) != nil,
			"id", "unknown", "is not a worker queue of this Deployment")
		isUnique := findItem(queues[:i], "name", q["name"]) == nil && (isNew || findItem(queues[:i], "id", q["id"]) == nil)
		check(isUnique, "name", "unique", "and id must be unique")
		check(getBool(q, "isDefault") == (q["name"] == "default"),
			"isDefault", "default", "must be true only for the queue named default")
		check(getNumber(q, "minWorkerCount") <= getNumber(q, "maxWorkerCount"),
			"minWorkerCount", "lte", "must not be more than maxWorkerCount")
		if machine := getString(q, "astroMachine"); machine != "" {
			limit := 15 * machineCPU(machine)
			reason := fmt.Sprintf("must be at most %v on %s", limit, machine)
			check(getNumber(q, "workerConcurrency") <= limit, "workerConcurrency", "max", reason)
		}
		check(parseQuantity(getString(q, "podEphemeralStorage")) <= 100,
			"podEphemeralStorage", "max", "must be at most 100Gi")
		pool := getString(q, "nodePoolId")
		check(pool == "" || s.hasNodePool(getString(state, "clusterId"), pool),
			"nodePoolId", "unknown", "is not a node pool of the cluster")
	}
}

// machineCPU returns the CPU cores that an Astro machine provides to a worker.
func machineCPU(name string) float64 {
	return map[string]float64{"A5": 1, "A10": 2, "A20": 4, "A40": 8, "A60": 12, "A120": 24, "A160": 32}[name]
}

// fillQueues sets the server's values of worker queues. A queue without ID is a new queue, even if its name exists. A
// Deployment without queues gets one named default, also with KUBERNETES, but not with remote execution.
func (s *Server) fillQueues(state object) {
	queues := getObjects(state, "workerQueues")
	if len(queues) == 0 && getObject(state, "remoteExecution") == nil {
		queues = []object{{"name": "default", "isDefault": true}}
	}
	for _, q := range queues {
		if getString(q, "id") == "" {
			q["id"] = toCUID(s.newHash(fmt.Sprint("queue ", q["name"], " of ", state["id"])))
		}
		setMissing(q, object{
			"isDefault": q["name"] == "default", "minWorkerCount": 0.0, "maxWorkerCount": 10.0, "workerConcurrency": 5.0,
		})
		if getString(state, "type") == typeHybrid {
			pool := s.defaultNodePool(getString(state, "clusterId"))
			setMissing(q, object{"nodePoolId": pool, "podCpu": "1", "podMemory": "2Gi"})
			continue
		}
		setMissing(q, object{"astroMachine": "A5", "podEphemeralStorage": "10Gi"})
		cpu := machineCPU(getString(q, "astroMachine"))
		q["podCpu"], q["podMemory"] = formatDecimal(cpu), formatGibibytes(2*cpu)
		q["podEphemeralStorage"] = normalizeQuantity(getString(q, "podEphemeralStorage"))
	}
	state["workerQueues"] = toArray(queues)
}

// validateVariables checks the variables of a request against the stored ones: only a stored secret may omit its value.
func validateVariables(state, old object) {
	variables := getObjects(state, "environmentVariables")
	for i, v := range variables {
		check := func(ok bool, field, code, reason string) {
			requireField(ok, fmt.Sprintf("environmentVariables[%d].%s", i, field), code, reason)
		}
		wasSecret := getBool(findItem(getObjects(old, "environmentVariables"), "key", v["key"]), "isSecret")
		check(findItem(variables[:i], "key", v["key"]) == nil, "key", "unique", "must be unique")
		check(!wasSecret || getBool(v, "isSecret"), "isSecret", "immutable", "cannot be changed to false for a secret")
		check(v["value"] != nil || wasSecret, "value", "required", "is required")
	}
}

// fillVariables replaces all variables. A secret that is sent without a value keeps the stored one.
func fillVariables(state, old object) {
	variables := getObjects(state, "environmentVariables")
	for _, v := range variables {
		stored := findItem(getObjects(old, "environmentVariables"), "key", v["key"])
		setMissing(v, object{"value": getString(stored, "value")})
		stamp := state["updatedAt"]
		if stored != nil && areEqual(stored, v, "value", "isSecret") {
			stamp = stored["updatedAt"]
		}
		setMissing(v, object{"isSecret": false, "updatedAt": stamp})
	}
	state["environmentVariables"] = toArray(variables)
}
