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
		path := "scalingSpec.hibernationSpec.override.isHibernating"
		invalid = append(invalid, newFieldError(path, "required", "is required"))
	}
	requireValid(invalid)
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
	executor := cmp.Or(getString(body, "executor"), executorCelery)
	runtime := cmp.Or(getString(body, "astroRuntimeVersion"), defaultRuntime)
	remote := getBool(getObject(body, "remoteExecution"), "enabled")
	require(!remote || getString(body, "type") != typeStandard,
		"remoteExecution is not available for a STANDARD Deployment")
	require(!remote || executor == executorAstro, "remoteExecution requires executor ASTRO")
	require(executor != executorAstro || isAirflow3(runtime),
		"executor ASTRO requires Airflow 3, which Astro Runtime %s doesn't have", runtime)
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
		c := parseCores(cmp.Or(getString(body, cpu), cpuDefault))
		m := parseGibibytes(cmp.Or(getString(body, memory), memoryDefault))
		return m-2*c < 1e-9 && 2*c-m < 1e-9
	}
	require(development || getObject(body, "scalingSpec")["hibernationSpec"] == nil,
		"hibernationSpec requires isDevelopmentMode")
	require(!development || !getBool(body, "isHighAvailability"),
		"isHighAvailability is not available with isDevelopmentMode")
	require(!development || cmp.Or(getString(body, "schedulerSize"), "SMALL") == "SMALL",
		"schedulerSize must be SMALL with isDevelopmentMode")
	require(isTwice("resourceQuotaMemory", defaultQuotaMemory, "resourceQuotaCpu", defaultQuotaCPU),
		"resourceQuotaMemory must be twice resourceQuotaCpu")
	require(isTwice("defaultTaskPodMemory", defaultPodMemory, "defaultTaskPodCpu", defaultPodCPU),
		"defaultTaskPodMemory must be twice defaultTaskPodCpu")
}

// requestedPlacement returns the cluster, or the cloud and region, of a create request. The order of precedence is:
// the request, the Workspace's default, the only cluster of the Organization. A cluster takes precedence over cloud
// and region.
func (s *Server) requestedPlacement(body object) (cluster, cloud, region string) {
	var workspace object
	if o := s.find(kindWorkspace, getString(body, "workspaceId")); o != nil {
		workspace = o.state
	}
	switch {
	case getString(body, "clusterId") != "":
		return getString(body, "clusterId"), "", ""
	case getString(body, "cloudProvider") != "" || getString(body, "region") != "":
		return "", getString(body, "cloudProvider"), getString(body, "region")
	case getString(workspace, "defaultClusterId") != "":
		return getString(workspace, "defaultClusterId"), "", ""
	case getString(workspace, "defaultCloudProvider") != "":
		return "", getString(workspace, "defaultCloudProvider"), getString(workspace, "defaultRegion")
	}
	if clusters := s.stored[kindCluster]; len(clusters) == 1 {
		return clusters[0].id, "", ""
	}
	return "", "", ""
}

// impliedType returns the type of a Deployment whose request omits it.
func (s *Server) impliedType(body object) string {
	id, cloud, _ := s.requestedPlacement(body)
	if o := s.find(kindCluster, id); o != nil {
		return o.getString("type")
	}
	if cloud != "" {
		return typeStandard
	}
	return typeDedicated
}

// resolvePlacement sets the cluster, or the cloud and region, in the body of a create request.
func (s *Server) resolvePlacement(body object) {
	kind := getString(body, "type")
	id, cloud, region := s.requestedPlacement(body)
	deleteMembers(body, "clusterId", "cloudProvider", "region")
	if id == "" {
		require(kind == typeStandard,
			"clusterId is required: neither the Workspace's default nor the Organization's clusters determine it")
		require(cloud != "" && region != "", "cloudProvider and region must be set together")
		body["cloudProvider"], body["region"] = cloud, region
		return
	}
	s.requireExisting(kindCluster, id)
	o := s.find(kindCluster, id)
	require(o.getString("type") == kind,
		"cluster '%s' has type %s, but the Deployment has type %s", id, o.getString("type"), kind)
	require(s.currentStatus(o) == clusterCreated, "cluster '%s' is not ready: %s", id, s.currentStatus(o))
	authorized := getList(o.state, "workspaceIds")
	require(len(authorized) == 0 || slices.Contains(authorized, body["workspaceId"]),
		"Workspace is not authorized for cluster '%s'", id)
	body["clusterId"] = id
}
