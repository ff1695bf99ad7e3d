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

// maxEphemeralStorage is the maximum ephemeral storage of a worker in Gi.
const maxEphemeralStorage = 100

// validateQueues checks the queues of a request against each other, against their machines and against the stored queues.
func (s *Server) validateQueues(body, old object) []FieldError {
	var found []FieldError
	queues := getObjects(body, "workerQueues")
	for i, q := range queues {
		path := fmt.Sprintf("workerQueues[%d].", i)
		same := func(field string) func(object) bool {
			return func(other object) bool { return getString(other, field) == getString(q, field) }
		}
		id := getString(q, "id")
		if _, hasID := q["id"]; hasID && !slices.ContainsFunc(getObjects(old, "workerQueues"), same("id")) {
			found = append(found, newFieldError(path+"id", "unknown", "is not a worker queue of this Deployment"))
		}
		if slices.ContainsFunc(queues[:i], same("name")) || id != "" && slices.ContainsFunc(queues[:i], same("id")) {
			found = append(found, newFieldError(path+"name", "unique", "and id must be unique"))
		}
		if getBool(q, "isDefault") != (getString(q, "name") == "default") {
			found = append(found, newFieldError(path+"isDefault", "default", "must be true only for the queue named default"))
		}
		if getNumber(q, "minWorkerCount") > getNumber(q, "maxWorkerCount") {
			found = append(found, newFieldError(path+"minWorkerCount", "lte", "must not be more than maxWorkerCount"))
		}
		if name := getString(q, "astroMachine"); name != "" && getNumber(q, "workerConcurrency") > astroMachineSize(name).concurrency {
			found = append(found, newFieldError(path+"workerConcurrency", "max",
				fmt.Sprintf("must be at most %v on %s", astroMachineSize(name).concurrency, name)))
		}
		if parseGibibytes(getString(q, "podEphemeralStorage")) > maxEphemeralStorage {
			found = append(found, newFieldError(path+"podEphemeralStorage", "max", fmt.Sprintf("must be at most %dGi", maxEphemeralStorage)))
		}
		if pool := getString(q, "nodePoolId"); pool != "" && !s.hasNodePool(getString(body, "clusterId"), pool) {
			found = append(found, newFieldError(path+"nodePoolId", "unknown", "is not a node pool of the cluster"))
		}
	}
	return found
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
			"isDefault": getString(q, "name") == "default", "minWorkerCount": 0.0, "maxWorkerCount": 10.0, "workerConcurrency": 5.0,
		})
		if getString(state, "type") == typeHybrid {
			setMissing(q, object{"nodePoolId": s.defaultNodePool(getString(state, "clusterId")), "podCpu": "1", "podMemory": "2Gi"})
			continue
		}
		setMissing(q, object{"astroMachine": "A5", "podEphemeralStorage": "10Gi"})
		m := astroMachineSize(getString(q, "astroMachine"))
		q["podCpu"], q["podMemory"] = formatDecimal(m.cpu), formatGibibytes(m.memory)
		q["podEphemeralStorage"] = formatGibibytes(parseGibibytes(getString(q, "podEphemeralStorage")))
	}
	state["workerQueues"] = toArray(queues)
}
