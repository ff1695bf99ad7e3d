package simulator

import (
	"fmt"
	"slices"
)

// machine is what an Astro machine gives a worker (notes 2.5).
type machine struct{ cpu, memory, concurrency float64 }

func astroMachine(name string) machine {
	cpu := map[string]float64{"A5": 1, "A10": 2, "A20": 4, "A40": 8, "A60": 12, "A120": 24, "A160": 32}[name]
	return machine{cpu: cpu, memory: 2 * cpu, concurrency: 15 * cpu}
}

// maxEphemeralStorage of a worker, in Gi.
const maxEphemeralStorage = 100

func queueFields(kind string, update bool) []field {
	fields := []field{
		{name: "id"},
		{name: "name", min: 1, max: 63, required: true},
		{name: "isDefault", shape: flagShape, required: true},
		{name: "minWorkerCount", shape: numberShape, required: true},
		{name: "maxWorkerCount", shape: numberShape, min: 1, required: true},
		{name: "workerConcurrency", shape: numberShape, min: 1, required: true},
	}
	if kind != typeHybrid || update {
		fields = append(fields, field{name: "podEphemeralStorage", wrong: noMemory})
	}
	if kind == typeHybrid {
		return append(fields, field{name: "nodePoolId", min: 1, required: true})
	}
	machines := []string{"A5", "A10", "A20", "A40", "A60", "A120", "A160"}
	return append(fields, field{name: "astroMachine", enum: machines, required: true})
}

// judgeQueues holds the queues sent against each other, their machines and the queues there are.
func (s *Server) judgeQueues(body, old map[string]any) []FieldError {
	var found []FieldError
	queues := groups(body, "workerQueues")
	for i, q := range queues {
		path := fmt.Sprintf("workerQueues[%d].", i)
		same := func(member string) func(map[string]any) bool {
			return func(other map[string]any) bool { return text(other, member) == text(q, member) }
		}
		id := text(q, "id")
		if _, given := q["id"]; given && !slices.ContainsFunc(groups(old, "workerQueues"), same("id")) {
			found = append(found, failed(path+"id", "unknown", "is no worker queue of this Deployment"))
		}
		if slices.ContainsFunc(queues[:i], same("name")) || id != "" && slices.ContainsFunc(queues[:i], same("id")) {
			found = append(found, failed(path+"name", "unique", "must be unique, and so must the id"))
		}
		if flag(q, "isDefault") != (text(q, "name") == "default") {
			found = append(found, failed(path+"isDefault", "default", "must be true for the queue called default, and for no other"))
		}
		if number(q, "minWorkerCount") > number(q, "maxWorkerCount") {
			found = append(found, failed(path+"minWorkerCount", "lte", "must not be more than maxWorkerCount"))
		}
		if name := text(q, "astroMachine"); name != "" && number(q, "workerConcurrency") > astroMachine(name).concurrency {
			found = append(found, failed(path+"workerConcurrency", "max",
				fmt.Sprintf("must be at most %v on %s", astroMachine(name).concurrency, name)))
		}
		if gibibytes(text(q, "podEphemeralStorage")) > maxEphemeralStorage {
			found = append(found, failed(path+"podEphemeralStorage", "max", fmt.Sprintf("must be at most %dGi", maxEphemeralStorage)))
		}
		if pool := text(q, "nodePoolId"); pool != "" && !s.hasNodePool(text(body, "clusterId"), pool) {
			found = append(found, failed(path+"nodePoolId", "unknown", "is no node pool of the cluster"))
		}
	}
	return found
}

// fillQueues gives the queues what the server adds. A queue without id is a new one, whatever its name; no queues at
// all means one called default, with KUBERNETES too (notes 2.3), but not where remote agents do the work.
func (s *Server) fillQueues(state map[string]any) {
	queues := groups(state, "workerQueues")
	if len(queues) == 0 && group(state, "remoteExecution") == nil {
		queues = []map[string]any{{"name": "default", "isDefault": true}}
	}
	for _, q := range queues {
		if text(q, "id") == "" {
			s.serial++
			q["id"] = cuid("queue", s.serial)
		}
		fillIn(q, map[string]any{
			"isDefault": text(q, "name") == "default", "minWorkerCount": 0.0, "maxWorkerCount": 10.0, "workerConcurrency": 5.0,
		})
		if text(state, "type") == typeHybrid {
			fillIn(q, map[string]any{"nodePoolId": s.nodePool(text(state, "clusterId")), "podCpu": "1", "podMemory": "2Gi"})
			continue
		}
		fillIn(q, map[string]any{"astroMachine": "A5", "podEphemeralStorage": "10Gi"})
		m := astroMachine(text(q, "astroMachine"))
		q["podCpu"], q["podMemory"] = decimal(m.cpu), decimal(m.memory)+"Gi"
		q["podEphemeralStorage"] = decimal(gibibytes(text(q, "podEphemeralStorage"))) + "Gi"
	}
	state["workerQueues"] = list(queues)
}
