package simulator

import (
	"fmt"
	"slices"
)

// machineSize holds the resources that an Astro machine provides to a worker.
type machineSize struct{ cpu, memory, concurrency float64 }

func astroMachineSize(name string) machineSize {
	cpu := map[string]float64{"A5": 1, "A10": 2, "A20": 4, "A40": 8, "A60": 12, "A120": 24, "A160": 32}[name]
	return machineSize{cpu: cpu, memory: 2 * cpu, concurrency: 15 * cpu}
}

// validateQueues checks the queues of a request against each other, against their machines and against the stored
// queues.
func (s *Server) validateQueues(body, old object) []FieldError {
	var invalid fieldErrors
	queues := getObjects(body, "workerQueues")
	for i, q := range queues {
		has := func(queues []object, field string) bool {
			return slices.ContainsFunc(queues, func(other object) bool { return other[field] == q[field] })
		}
		check := func(ok bool, field, code, reason string) { invalid.check(ok, "workerQueues", i, field, code, reason) }
		check(q["id"] == nil || has(getObjects(old, "workerQueues"), "id"),
			"id", "unknown", "is not a worker queue of this Deployment")
		isUnique := !has(queues[:i], "name") && (q["id"] == nil || !has(queues[:i], "id"))
		check(isUnique, "name", "unique", "and id must be unique")
		check(getBool(q, "isDefault") == (q["name"] == "default"),
			"isDefault", "default", "must be true only for the queue named default")
		check(getNumber(q, "minWorkerCount") <= getNumber(q, "maxWorkerCount"),
			"minWorkerCount", "lte", "must not be more than maxWorkerCount")
		if machine := getString(q, "astroMachine"); machine != "" {
			limit := astroMachineSize(machine).concurrency
			reason := fmt.Sprintf("must be at most %v on %s", limit, machine)
			check(getNumber(q, "workerConcurrency") <= limit, "workerConcurrency", "max", reason)
		}
		check(parseGibibytes(getString(q, "podEphemeralStorage")) <= 100,
			"podEphemeralStorage", "max", "must be at most 100Gi")
		pool := getString(q, "nodePoolId")
		check(pool == "" || s.hasNodePool(getString(body, "clusterId"), pool),
			"nodePoolId", "unknown", "is not a node pool of the cluster")
	}
	return invalid
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
			s.serial++
			q["id"] = newCUID("queue", s.serial)
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
		m := astroMachineSize(getString(q, "astroMachine"))
		q["podCpu"], q["podMemory"] = formatDecimal(m.cpu), formatGibibytes(m.memory)
		q["podEphemeralStorage"] = formatGibibytes(parseGibibytes(getString(q, "podEphemeralStorage")))
	}
	state["workerQueues"] = toArray(queues)
}
