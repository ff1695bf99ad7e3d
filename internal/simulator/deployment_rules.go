package simulator

import (
	"cmp"
	"regexp"
	"slices"
)

// Defaults of a hosted Deployment.
const (
	defaultQuotaCPU    = "10"
	defaultQuotaMemory = "20Gi"
	defaultPodCPU      = "0.25"
	defaultPodMemory   = "0.5Gi"
	defaultRuntime     = "3.1-2"
)

// validateDeployment checks the rules between fields; the constraints of single fields are already checked. In
// an update, old is the current state, id is the Deployment's ID, and body already includes the fields that the update
// keeps.
func (s *Server) validateDeployment(body, old map[string]any, id string) *requestError {
	override := getObject(getObject(getObject(body, "scalingSpec"), "hibernationSpec"), "override")
	found := slices.Concat(s.validateQueues(body, old), validateVariables(body, old),
		validateHibernationOverride(override, "scalingSpec.hibernationSpec.override."))
	if found != nil {
		return invalidFieldsError(found)
	}
	if p := s.validateExecutor(body); p != nil {
		return p
	}
	if p := validateSize(body); p != nil {
		return p
	}
	if s.isNameTaken(body, id) {
		return badRequestError("Deployment name '%s' already exists in this workspace", getString(body, "name"))
	}
	return nil
}

func (s *Server) validateExecutor(body map[string]any) *requestError {
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
	case len(queues) > 0 && !slices.ContainsFunc(queues, func(q map[string]any) bool { return getString(q, "name") == "default" }):
		return badRequestError("workerQueues must contain a queue named default")
	case pool != "" && executor != executorKubernetes:
		return badRequestError("taskPodNodePoolId is only allowed with executor KUBERNETES")
	case pool != "" && !s.hasNodePool(getString(body, "clusterId"), pool):
		return badRequestError("node pool '%s' does not exist in the cluster", pool)
	}
	return nil
}

// airflow3RuntimePattern matches Runtime versions of Airflow 3, like 3.1-2. Earlier versions look like 12.1.0.
var airflow3RuntimePattern = regexp.MustCompile(`^\d+\.\d+-\d`)

func isAirflow3(runtime string) bool { return airflow3RuntimePattern.MatchString(runtime) }

func validateSize(body map[string]any) *requestError {
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

// isNameTaken reports whether another Deployment of the Workspace has the name. This is stricter than the API, which refused
// a duplicate name to some users and accepted it from others.
func (s *Server) isNameTaken(body map[string]any, id string) bool {
	return slices.ContainsFunc(s.collections[kindDeployment].resources, func(o *storedResource) bool {
		return o.id != id && o.getString("workspaceId") == getString(body, "workspaceId") && o.getString("name") == getString(body, "name")
	})
}
