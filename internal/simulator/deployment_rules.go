package simulator

import (
	"cmp"
	"slices"
)

func (s *Server) validateDeployment(c *call, next, old *resource) *requestError {
	state, oldState := next.state, object(nil)
	if old == nil {
		if s.find(kindWorkspace, next.getString("workspaceId")) == nil {
			return badRequestError("Workspace '%s' does not exist", next.getString("workspaceId"))
		}
		if p := s.resolvePlacement(state); p != nil {
			return p
		}
	} else {
		oldState = old.state
		for _, name := range []string{"type", "workspaceId"} {
			if state[name] != oldState[name] {
				return badRequestError("%s of a Deployment cannot be changed", name)
			}
		}
		if getBool(state, "isDevelopmentMode") && !getBool(oldState, "isDevelopmentMode") {
			return badRequestError("isDevelopmentMode cannot be changed to true for an existing Deployment")
		}
		if _, sent := c.body["scalingSpec"]; !sent && !getBool(state, "isDevelopmentMode") {
			delete(state, "scalingSpec") // leaving development mode removes the stored hibernation settings
		}
		delete(state, "status") // a seeded status holds until an update
	}
	found := slices.Concat(s.validateQueues(state, oldState), validateVariables(state, oldState))
	override := getOverride(state)
	if _, hasEnd := override["overrideUntil"]; hasEnd && override["isHibernating"] == nil { // it would have no effect
		found = append(found, newFieldError("scalingSpec.hibernationSpec.override.isHibernating", "required", "is required"))
	}
	if found != nil {
		return invalidFieldsError(found)
	}
	if p := s.validateExecutor(state); p != nil {
		return p
	}
	if p := validateSize(state); p != nil {
		return p
	}
	// This is stricter than the API, which refused a duplicate name to some users and accepted it from others.
	hasSameName := func(o *resource) bool {
		return o.id != next.id && o.state["workspaceId"] == state["workspaceId"] && o.state["name"] == state["name"]
	}
	if s.findWhere(kindDeployment, hasSameName) != nil {
		return badRequestError("Deployment name '%s' already exists in this workspace", next.getString("name"))
	}
	return nil
}

func (s *Server) validateExecutor(body object) *requestError {
	kind, executor := getString(body, "type"), cmp.Or(getString(body, "executor"), executorCelery)
	remote := getBool(getObject(body, "remoteExecution"), "enabled")
	queues := getObjects(body, "workerQueues")
	pool := getString(body, "taskPodNodePoolId")
	switch {
	case remote && kind == typeStandard:
		return badRequestError("remoteExecution is not available for a STANDARD Deployment")
	case remote && executor != executorAstro:
		return badRequestError("remoteExecution requires executor ASTRO")
	case executor == executorAstro && !isAirflow3(cmp.Or(getString(body, "astroRuntimeVersion"), defaultRuntime)):
		return badRequestError("executor ASTRO requires Airflow 3, which Astro Runtime %s doesn't have", getString(body, "astroRuntimeVersion"))
	case len(queues) > 0 && executor == executorKubernetes:
		return badRequestError("workerQueues do not apply to executor KUBERNETES")
	case len(queues) > 0 && remote:
		return badRequestError("workerQueues do not apply when remoteExecution is enabled")
	case len(queues) > 0 && !slices.ContainsFunc(queues, func(q object) bool { return getString(q, "name") == "default" }):
		return badRequestError("workerQueues must contain a queue named default")
	case pool != "" && executor != executorKubernetes:
		return badRequestError("taskPodNodePoolId is only allowed with executor KUBERNETES")
	case pool != "" && !s.hasNodePool(getString(body, "clusterId"), pool):
		return badRequestError("node pool '%s' does not exist in the cluster", pool)
	}
	return nil
}

// airflow3RuntimePattern matches Runtime versions of Airflow 3, like 3.1-2. Earlier versions look like 12.1.0.
var airflow3RuntimePattern = lazyPattern(`^\d+\.\d+-\d`)

func isAirflow3(runtime string) bool { return airflow3RuntimePattern().MatchString(runtime) }

func validateSize(body object) *requestError {
	if getString(body, "type") == typeHybrid {
		return nil
	}
	development := getBool(body, "isDevelopmentMode")
	_, hibernates := getObject(body, "scalingSpec")["hibernationSpec"]
	twice := func(cpu, memory, cpuDefault, memoryDefault string) bool {
		c, m := parseCores(cmp.Or(getString(body, cpu), cpuDefault)), parseGibibytes(cmp.Or(getString(body, memory), memoryDefault))
		return m-2*c < 1e-9 && 2*c-m < 1e-9
	}
	switch {
	case hibernates && !development:
		return badRequestError("hibernationSpec requires isDevelopmentMode")
	case development && getBool(body, "isHighAvailability"):
		return badRequestError("isHighAvailability is not available with isDevelopmentMode")
	case development && cmp.Or(getString(body, "schedulerSize"), "SMALL") != "SMALL":
		return badRequestError("schedulerSize must be SMALL with isDevelopmentMode")
	case !twice("resourceQuotaCpu", "resourceQuotaMemory", defaultQuotaCPU, defaultQuotaMemory):
		return badRequestError("resourceQuotaMemory must be twice resourceQuotaCpu")
	case !twice("defaultTaskPodCpu", "defaultTaskPodMemory", defaultPodCPU, defaultPodMemory):
		return badRequestError("defaultTaskPodMemory must be twice defaultTaskPodCpu")
	}
	return nil
}
