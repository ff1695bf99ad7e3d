package simulator

import (
	"cmp"
	"regexp"
	"slices"
)

// What a hosted Deployment has without saying so.
const (
	defaultQuotaCPU    = "10"
	defaultQuotaMemory = "20Gi"
	defaultPodCPU      = "0.25"
	defaultPodMemory   = "0.5Gi"
	defaultRuntime     = "3.1-2"
)

// judge applies the rules between fields (notes 2.6) to a body that the document's constraints have let through. On an
// update, old is the state so far, id the Deployment's own, and the body holds already what the update keeps.
func (s *Server) judge(body, old map[string]any, id string) *problem {
	override := group(group(group(body, "scalingSpec"), "hibernationSpec"), "override")
	found := slices.Concat(s.judgeQueues(body, old), judgeVariables(body, old),
		judgeOverride(override, "scalingSpec.hibernationSpec.override."))
	if found != nil {
		return invalidFields(found)
	}
	if p := s.judgeExecutor(body); p != nil {
		return p
	}
	if p := judgeSize(body); p != nil {
		return p
	}
	if s.nameTaken(body, id) {
		return invalid("Deployment name '%s' already exists in this workspace", text(body, "name"))
	}
	return nil
}

func (s *Server) judgeExecutor(body map[string]any) *problem {
	kind, executor := text(body, "type"), cmp.Or(text(body, "executor"), executorCelery)
	remote := flag(group(body, "remoteExecution"), "enabled")
	queues := groups(body, "workerQueues")
	pool := text(body, "taskPodNodePoolId")
	switch {
	case remote && kind == typeStandard:
		return invalid("remoteExecution is not available for a STANDARD Deployment")
	case remote && executor != executorAstro:
		return invalid("remoteExecution needs executor ASTRO")
	case executor == executorAstro && !airflow3(cmp.Or(text(body, "astroRuntimeVersion"), defaultRuntime)):
		return invalid("executor ASTRO needs Airflow 3, not Astro Runtime %s", text(body, "astroRuntimeVersion"))
	case len(queues) > 0 && executor == executorKubernetes:
		return invalid("workerQueues do not apply to executor KUBERNETES")
	case len(queues) > 0 && remote:
		return invalid("workerQueues do not apply when remoteExecution is enabled")
	case len(queues) > 0 && !slices.ContainsFunc(queues, func(q map[string]any) bool { return text(q, "name") == "default" }):
		return invalid("workerQueues need a queue called default")
	case pool != "" && executor != executorKubernetes:
		return invalid("taskPodNodePoolId applies to executor KUBERNETES only")
	case pool != "" && !s.hasNodePool(text(body, "clusterId"), pool):
		return invalid("node pool '%s' does not exist in the cluster", pool)
	}
	return nil
}

// airflow3Runtime is how Runtime versions are written since Airflow 3: 3.1-2, before it was 12.1.0.
var airflow3Runtime = regexp.MustCompile(`^\d+\.\d+-\d`)

func airflow3(runtime string) bool { return airflow3Runtime.MatchString(runtime) }

func judgeSize(body map[string]any) *problem {
	if text(body, "type") == typeHybrid {
		return nil
	}
	development := flag(body, "isDevelopmentMode")
	_, hibernates := group(body, "scalingSpec")["hibernationSpec"]
	twice := func(cpu, memory, cpuDefault, memoryDefault string) bool {
		c, m := cores(cmp.Or(text(body, cpu), cpuDefault)), gibibytes(cmp.Or(text(body, memory), memoryDefault))
		return m-2*c < 1e-9 && 2*c-m < 1e-9
	}
	switch {
	case hibernates && !development:
		return invalid("a hibernation spec needs isDevelopmentMode")
	case development && flag(body, "isHighAvailability"):
		return invalid("isHighAvailability is not available with isDevelopmentMode")
	case development && cmp.Or(text(body, "schedulerSize"), "SMALL") != "SMALL":
		return invalid("schedulerSize must be SMALL with isDevelopmentMode")
	case !twice("resourceQuotaCpu", "resourceQuotaMemory", defaultQuotaCPU, defaultQuotaMemory):
		return invalid("resourceQuotaMemory must be twice resourceQuotaCpu")
	case !twice("defaultTaskPodCpu", "defaultTaskPodMemory", defaultPodCPU, defaultPodMemory):
		return invalid("defaultTaskPodMemory must be twice defaultTaskPodCpu")
	}
	return nil
}

// nameTaken is stricter than the API is said to be (notes 1.1), which answered this to some, and let others have two.
func (s *Server) nameTaken(body map[string]any, id string) bool {
	return slices.ContainsFunc(s.collections[kindDeployment].objects, func(o *object) bool {
		return o.id != id && o.text("workspaceId") == text(body, "workspaceId") && o.text("name") == text(body, "name")
	})
}
