package simulator

import (
	"cmp"
	"slices"
)

func (s *Server) validateDeployment(c *call, next, old *resource) {
	state, oldState := next.state, object(nil)
	if old == nil {
		s.requireExisting(kindWorkspace, state["workspaceId"])
		s.resolvePlacement(state)
	} else {
		oldState = old.state
		s.validateDeploymentUpdate(c, state, oldState)
	}
	invalid := slices.Concat(s.validateQueues(state, oldState), validateVariables(state, oldState))
	override := getOverride(state)
	if _, hasEnd := override["overrideUntil"]; hasEnd && override["isHibernating"] == nil { // it would have no effect
		invalid = append(invalid, newFieldError("scalingSpec.hibernationSpec.override.isHibernating", "required", "is required"))
	}
	requireValid(invalid)
	s.validateExecutor(state)
	if getString(state, "type") != typeHybrid {
		validateSize(state)
	}
	// This is stricter than the API, which refused a duplicate name to some users and accepted it from others.
	hasSameName := func(o *resource) bool {
		return o.id != next.id && o.state["workspaceId"] == state["workspaceId"] && o.state["name"] == state["name"]
	}
	require(s.findWhere(kindDeployment, hasSameName) == nil, "Deployment name '%v' already exists in this workspace", state["name"])
}

func (s *Server) validateDeploymentUpdate(c *call, state, old object) {
	for _, name := range []string{"type", "workspaceId"} {
		require(state[name] == old[name], "%s of a Deployment cannot be changed", name)
	}
	require(!getBool(state, "isDevelopmentMode") || getBool(old, "isDevelopmentMode"),
		"isDevelopmentMode cannot be changed to true for an existing Deployment")
	if _, sent := c.body["scalingSpec"]; !sent && !getBool(state, "isDevelopmentMode") {
		delete(state, "scalingSpec") // leaving development mode removes the stored hibernation settings
	}
	delete(state, "status") // a seeded status holds until an update
}

func (s *Server) validateExecutor(body object) {
	executor, runtime := cmp.Or(getString(body, "executor"), executorCelery), cmp.Or(getString(body, "astroRuntimeVersion"), defaultRuntime)
	remote := getBool(getObject(body, "remoteExecution"), "enabled")
	require(!remote || getString(body, "type") != typeStandard, "remoteExecution is not available for a STANDARD Deployment")
	require(!remote || executor == executorAstro, "remoteExecution requires executor ASTRO")
	require(executor != executorAstro || isAirflow3(runtime), "executor ASTRO requires Airflow 3, which Astro Runtime %s doesn't have", runtime)
	if queues := getObjects(body, "workerQueues"); len(queues) > 0 {
		isDefault := func(q object) bool { return getString(q, "name") == "default" }
		require(executor != executorKubernetes, "workerQueues do not apply to executor KUBERNETES")
		require(!remote, "workerQueues do not apply when remoteExecution is enabled")
		require(slices.ContainsFunc(queues, isDefault), "workerQueues must contain a queue named default")
	}
	if pool := getString(body, "taskPodNodePoolId"); pool != "" {
		require(executor == executorKubernetes, "taskPodNodePoolId is only allowed with executor KUBERNETES")
		require(s.hasNodePool(getString(body, "clusterId"), pool), "node pool '%s' does not exist in the cluster", pool)
	}
}

// airflow3RuntimePattern matches Runtime versions of Airflow 3, like 3.1-2. Earlier versions look like 12.1.0.
var airflow3RuntimePattern = lazyPattern(`^\d+\.\d+-\d`)

func isAirflow3(runtime string) bool { return airflow3RuntimePattern().MatchString(runtime) }

// validateSize checks the fields that only hosted Deployments have.
func validateSize(body object) {
	development := getBool(body, "isDevelopmentMode")
	isTwice := func(memory, memoryDefault, cpu, cpuDefault string) bool {
		c, m := parseCores(cmp.Or(getString(body, cpu), cpuDefault)), parseGibibytes(cmp.Or(getString(body, memory), memoryDefault))
		return m-2*c < 1e-9 && 2*c-m < 1e-9
	}
	require(development || getObject(body, "scalingSpec")["hibernationSpec"] == nil, "hibernationSpec requires isDevelopmentMode")
	require(!development || !getBool(body, "isHighAvailability"), "isHighAvailability is not available with isDevelopmentMode")
	require(!development || cmp.Or(getString(body, "schedulerSize"), "SMALL") == "SMALL", "schedulerSize must be SMALL with isDevelopmentMode")
	require(isTwice("resourceQuotaMemory", defaultQuotaMemory, "resourceQuotaCpu", defaultQuotaCPU),
		"resourceQuotaMemory must be twice resourceQuotaCpu")
	require(isTwice("defaultTaskPodMemory", defaultPodMemory, "defaultTaskPodCpu", defaultPodCPU),
		"defaultTaskPodMemory must be twice defaultTaskPodCpu")
}
