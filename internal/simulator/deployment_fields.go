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

// deploymentFields returns the fields of a create or update request for one type of Deployment.
func deploymentFields(kind string, update bool) []requestField {
	fields := slices.Concat([]requestField{
		{name: "type", enum: deploymentTypes},
		{name: "name", min: 1, max: 500, validate: validateNotBlank},
		{name: "description", max: 1000},
		{name: "workspaceId", min: 1},
		{name: "isCicdEnforced", jsonType: jsonBoolean},
		{name: "isDagDeployEnabled", jsonType: jsonBoolean},
		{name: "contactEmails", jsonType: jsonArray, validate: validateEmail},
		{name: "environmentVariables", jsonType: jsonArray, fields: variableFields},
		{name: "workloadIdentity"},
		{name: "drWorkloadIdentity"},
	}, variantFields(kind, update))
	if !update {
		return requireFields(append(fields, placementFields(kind)...), "name", "workspaceId")
	}
	required := []string{"type", "name", "workspaceId", "executor", "isCicdEnforced", "isDagDeployEnabled", "environmentVariables"}
	if kind == typeHybrid {
		return requireFields(fields, append(required, "scheduler")...)
	}
	return requireFields(fields, append(required, "schedulerSize", "isHighAvailability")...)
}

func variantFields(kind string, update bool) []requestField {
	if kind == typeHybrid {
		scheduler := []requestField{{name: "au", jsonType: jsonInteger, min: 5, max: 24}, {name: "replicas", jsonType: jsonInteger, min: 1, max: 4}}
		if update {
			scheduler = requireFields(scheduler, "au", "replicas")
		}
		return []requestField{
			{name: "executor", enum: []string{executorCelery, executorKubernetes}},
			{name: "scheduler", jsonType: jsonObject, fields: scheduler},
			{name: "taskPodNodePoolId"},
			{name: "workerQueues", jsonType: jsonArray, min: 1, fields: queueFields(kind, update)},
		}
	}
	return []requestField{
		{name: "executor", enum: []string{executorCelery, executorKubernetes, executorAstro}},
		{name: "schedulerSize", enum: []string{"SMALL", "MEDIUM", "LARGE", "EXTRA_LARGE"}},
		{name: "isHighAvailability", jsonType: jsonBoolean},
		{name: "isDevelopmentMode", jsonType: jsonBoolean},
		{name: "resourceQuotaCpu", validate: validateCPU},
		{name: "resourceQuotaMemory", validate: validateMemory},
		{name: "defaultTaskPodCpu", validate: validateCPU},
		{name: "defaultTaskPodMemory", validate: validateMemory},
		{name: "workerQueues", jsonType: jsonArray, min: 1, fields: queueFields(kind, update)},
		{name: "scalingSpec", jsonType: jsonObject, fields: []requestField{{name: "hibernationSpec", jsonType: jsonObject, fields: hibernationFields}}},
		{name: "remoteExecution", jsonType: jsonObject, fields: []requestField{
			{name: "enabled", jsonType: jsonBoolean, required: true},
			{name: "allowedIpAddressRanges", jsonType: jsonArray},
			{name: "taskLogBucket"},
			{name: "taskLogUrlPattern"},
		}},
	}
}

// placementFields returns the fields that can only be set in a create.
func placementFields(kind string) []requestField {
	fields := []requestField{{name: "astroRuntimeVersion", validate: validateRuntimeVersion}, {name: "clusterId"}}
	if kind == typeStandard {
		fields = append(fields, requestField{name: "cloudProvider", enum: cloudProviders}, requestField{name: "region"})
	}
	return fields
}

var variableFields = []requestField{
	{name: "key", min: 1, required: true},
	{name: "value"},
	{name: "isSecret", jsonType: jsonBoolean, required: true},
}

var hibernationFields = []requestField{
	{name: "schedules", jsonType: jsonArray, max: 10, fields: []requestField{
		{name: "hibernateAtCron", required: true, validate: validateCron},
		{name: "wakeAtCron", required: true, validate: validateCron},
		{name: "isEnabled", jsonType: jsonBoolean, required: true},
		{name: "description", max: 200},
	}},
	{name: "override", jsonType: jsonObject, fields: overrideFields},
}

var overrideFields = []requestField{
	{name: "isHibernating", jsonType: jsonBoolean},
	{name: "overrideUntil", validate: validateTime},
}
