package simulator

import "slices"

const (
	typeStandard  = "STANDARD"
	typeDedicated = "DEDICATED"
	typeHybrid    = "HYBRID"

	executorCelery     = "CELERY"
	executorKubernetes = "KUBERNETES"
	executorAstro      = "ASTRO"
)

var deploymentTypes = []string{typeDedicated, typeHybrid, typeStandard}

// deploymentFields are the members of a create or update request for one type of Deployment.
func deploymentFields(kind string, update bool) []field {
	fields := slices.Concat([]field{
		{name: "type", enum: deploymentTypes},
		{name: "name", min: 1, max: 500, wrong: blank},
		{name: "description", max: 1000},
		{name: "workspaceId", min: 1},
		{name: "isCicdEnforced", shape: flagShape},
		{name: "isDagDeployEnabled", shape: flagShape},
		{name: "contactEmails", shape: listShape, wrong: noMailAddress},
		{name: "environmentVariables", shape: listShape, of: variableFields},
		{name: "workloadIdentity"},
		{name: "drWorkloadIdentity"},
	}, variantFields(kind, update))
	if !update {
		return must(append(fields, placementFields(kind)...), "name", "workspaceId")
	}
	required := []string{"type", "name", "workspaceId", "executor", "isCicdEnforced", "isDagDeployEnabled", "environmentVariables"}
	if kind == typeHybrid {
		return must(fields, append(required, "scheduler")...)
	}
	return must(fields, append(required, "schedulerSize", "isHighAvailability")...)
}

func variantFields(kind string, update bool) []field {
	if kind == typeHybrid {
		scheduler := []field{{name: "au", shape: numberShape, min: 5, max: 24}, {name: "replicas", shape: numberShape, min: 1, max: 4}}
		if update {
			scheduler = must(scheduler, "au", "replicas")
		}
		return []field{
			{name: "executor", enum: []string{executorCelery, executorKubernetes}},
			{name: "scheduler", shape: groupShape, of: scheduler},
			{name: "taskPodNodePoolId"},
			{name: "workerQueues", shape: listShape, min: 1, of: queueFields(kind, update)},
		}
	}
	return []field{
		{name: "executor", enum: []string{executorCelery, executorKubernetes, executorAstro}},
		{name: "schedulerSize", enum: []string{"SMALL", "MEDIUM", "LARGE", "EXTRA_LARGE"}},
		{name: "isHighAvailability", shape: flagShape},
		{name: "isDevelopmentMode", shape: flagShape},
		{name: "resourceQuotaCpu", wrong: noCPU},
		{name: "resourceQuotaMemory", wrong: noMemory},
		{name: "defaultTaskPodCpu", wrong: noCPU},
		{name: "defaultTaskPodMemory", wrong: noMemory},
		{name: "workerQueues", shape: listShape, min: 1, of: queueFields(kind, update)},
		{name: "scalingSpec", shape: groupShape, of: []field{{name: "hibernationSpec", shape: groupShape, of: hibernationFields}}},
		{name: "remoteExecution", shape: groupShape, of: []field{
			{name: "enabled", shape: flagShape, required: true},
			{name: "allowedIpAddressRanges", shape: listShape},
			{name: "taskLogBucket"},
			{name: "taskLogUrlPattern"},
		}},
	}
}

// placementFields are settled when a Deployment is created; so is its Runtime version.
func placementFields(kind string) []field {
	fields := []field{{name: "astroRuntimeVersion", wrong: noRuntime}, {name: "clusterId"}}
	if kind == typeStandard {
		fields = append(fields, field{name: "cloudProvider", enum: clouds}, field{name: "region"})
	}
	return fields
}

var variableFields = []field{
	{name: "key", min: 1, required: true},
	{name: "value"},
	{name: "isSecret", shape: flagShape, required: true},
}

var hibernationFields = []field{
	{name: "schedules", shape: listShape, max: 10, of: []field{
		{name: "hibernateAtCron", required: true, wrong: noCron},
		{name: "wakeAtCron", required: true, wrong: noCron},
		{name: "isEnabled", shape: flagShape, required: true},
		{name: "description", max: 200},
	}},
	{name: "override", shape: groupShape, of: overrideFields},
}

var overrideFields = []field{
	{name: "isHibernating", shape: flagShape},
	{name: "overrideUntil", wrong: noTime},
}
