package simulator

import (
	"maps"
	"math"
	"slices"
	"strings"
)

func (s *Server) validateDeployment(c *call, next, old *resource) {
	state, oldState := next.state, object(nil)
	if old == nil {
		s.requireExisting(kindWorkspace, state["workspaceId"])
		s.resolvePlacement(state)
		setMissing(state, object{"executor": executorCelery, "astroRuntimeVersion": defaultRuntime})
	} else {
		oldState = old.state
		validateDeploymentUpdate(c, state, oldState)
	}
	s.validateQueues(state, oldState)
	validateVariables(state, oldState)
	override := getOverride(state)
	hasEffect := override["overrideUntil"] == nil || override["isHibernating"] != nil
	requireField(hasEffect, "scalingSpec.hibernationSpec.override.isHibernating", "required", "is required")
	s.validateExecutor(state)
	if getString(state, "type") != typeHybrid {
		validateSize(state)
	}
	// This is stricter than the API, which refused a duplicate name to some users and accepted it from others.
	hasSameName := func(o *resource) bool {
		return o.id != next.id && areEqual(o.state, state, "workspaceId", "name")
	}
	require(s.findWhere(kindDeployment, hasSameName) == nil,
		"Deployment name '%v' already exists in this workspace", state["name"])
}

func validateDeploymentUpdate(c *call, state, old object) {
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

func (s *Server) validateExecutor(state object) {
	executor, runtime := getString(state, "executor"), getString(state, "astroRuntimeVersion")
	remote := getBool(getObject(state, "remoteExecution"), "enabled")
	require(!remote || getString(state, "type") != typeStandard,
		"remoteExecution is not available for a STANDARD Deployment")
	require(!remote || executor == executorAstro, "remoteExecution requires executor ASTRO")
	require(executor != executorAstro || airflowVersion(runtime) != "NA",
		"executor ASTRO requires Airflow 3, which Astro Runtime %s doesn't have", runtime)
	if queues := getObjects(state, "workerQueues"); len(queues) > 0 {
		require(executor != executorKubernetes, "workerQueues do not apply to executor KUBERNETES")
		require(!remote, "workerQueues do not apply when remoteExecution is enabled")
		require(findItem(queues, "name", "default") != nil, "workerQueues must contain a queue named default")
	}
	if pool := getString(state, "taskPodNodePoolId"); pool != "" {
		require(executor == executorKubernetes, "taskPodNodePoolId is only allowed with executor KUBERNETES")
		require(s.hasNodePool(getString(state, "clusterId"), pool), "node pool '%s' does not exist in the cluster", pool)
	}
}

// airflowVersion returns the version of Airflow 3 in a Runtime version like 3.1-2, or NA. Earlier Runtime versions look
// like 12.1.0.
func airflowVersion(runtime string) string {
	if version, _, found := strings.Cut(runtime, "-"); found && strings.Count(version, ".") == 1 {
		return version + ".0"
	}
	return "NA"
}

// validateSize checks the fields that only hosted Deployments have.
func validateSize(state object) {
	size, isDevelopment := maps.Clone(state), getBool(state, "isDevelopmentMode")
	setMissing(size, defaultQuotas)
	setMissing(size, object{"schedulerSize": "SMALL"})
	isTwice := func(memory, cpu string) bool {
		return math.Abs(parseQuantity(getString(size, memory))-2*parseQuantity(getString(size, cpu))) < 1e-9
	}
	require(isDevelopment || getObject(size, "scalingSpec")["hibernationSpec"] == nil,
		"hibernationSpec requires isDevelopmentMode")
	require(!isDevelopment || !getBool(size, "isHighAvailability"),
		"isHighAvailability is not available with isDevelopmentMode")
	require(!isDevelopment || size["schedulerSize"] == "SMALL", "schedulerSize must be SMALL with isDevelopmentMode")
	require(isTwice("resourceQuotaMemory", "resourceQuotaCpu"), "resourceQuotaMemory must be twice resourceQuotaCpu")
	require(isTwice("defaultTaskPodMemory", "defaultTaskPodCpu"), "defaultTaskPodMemory must be twice defaultTaskPodCpu")
}

// placement is the cluster of a Deployment, or its cloud and region.
type placement struct{ cluster, cloud, region string }

// requestedPlacement returns the placement of a create request. The order of precedence is: the request, the
// Workspace's default, the only cluster of the Organization. A cluster takes precedence over cloud and region.
func (s *Server) requestedPlacement(body object) placement {
	workspace, only := s.stateOf(kindWorkspace, getString(body, "workspaceId")), placement{}
	if clusters := s.stored[kindCluster]; len(clusters) == 1 {
		only.cluster = clusters[0].id
	}
	for _, p := range []placement{
		{cluster: getString(body, "clusterId")},
		{cloud: getString(body, "cloudProvider"), region: getString(body, "region")},
		{cluster: getString(workspace, "defaultClusterId")},
		{cloud: getString(workspace, "defaultCloudProvider"), region: getString(workspace, "defaultRegion")},
	} {
		if p != (placement{}) {
			return p
		}
	}
	return only
}

// resolvePlacement sets the cluster, or the cloud and region, in the body of a create request.
func (s *Server) resolvePlacement(body object) {
	kind, p := getString(body, "type"), s.requestedPlacement(body)
	deleteMembers(body, "clusterId", "cloudProvider", "region")
	if p.cluster == "" {
		require(kind == typeStandard,
			"clusterId is required: neither the Workspace's default nor the Organization's clusters determine it")
		require(p.cloud != "" && p.region != "", "cloudProvider and region must be set together")
		body["cloudProvider"], body["region"] = p.cloud, p.region
		return
	}
	s.requireExisting(kindCluster, p.cluster)
	o := s.find(kindCluster, p.cluster)
	require(o.state["type"] == kind,
		"cluster '%s' has type %s, but the Deployment has type %s", o.id, o.state["type"], kind)
	require(s.statusOf(o, false) == clusterCreated, "cluster '%s' is not ready: %s", o.id, s.statusOf(o, false))
	authorized := getList(o.state, "workspaceIds")
	require(len(authorized) == 0 || slices.Contains(authorized, body["workspaceId"]),
		"Workspace is not authorized for cluster '%s'", o.id)
	body["clusterId"] = o.id
}
