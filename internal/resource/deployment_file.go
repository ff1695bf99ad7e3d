package resource

import "astro-apply/internal/schema"

// fileField is a field of an Astro CLI deployment file, and what it says in our
// words.
type fileField struct {
	name           string
	path           string             // a path from the Deployment, or from the element that it is in; "": nowhere
	conditions     []schema.Condition // of our fields: where it says something
	ignoreSilently bool               // elsewhere nothing is said about it, since the CLI writes it everywhere
	unusedReason   string             // of one that goes nowhere, for a warning; "": none is due
	convert        convertFunc        // nil: as it is, and "" is as good as leaving it out
	misplaced      bool               // it belongs beside what it is in
	additive       bool               // a list that isn't meant in full
	omittedMeans   *schema.Node       // what leaving it out says; nil: nothing
	createDefault  createDefaultFunc  // what a new one has that leaves it out; nil: what Astro decides
	fields         []fileField        // of a mapping, which has no other place than its fields', or of a list's elements
}

// convertFunc returns a value in our words; nil leaves it out. Into is where it goes.
type convertFunc func(f *deploymentFile, into *schema.Node, m schema.Member) *schema.Node

// deploymentFileFields are the members of deployment:, such that what others depend on
// comes first.
func deploymentFileFields() []fileField {
	return []fileField{
		{name: "configuration", fields: configurationFields()},
		{name: "environment_variables", path: "environmentVariables", additive: true, fields: []fileField{
			{name: "key", path: "key", convert: keepValue},
			{name: "is_secret", path: "isSecret"},
			{name: "value", path: "value", convert: convertVariableValue},
			{name: "updated_at"},
		}},
		{name: "worker_queues", path: "workerQueues", conditions: []schema.Condition{whenQueueExecutor, whenLocalExecution}, fields: []fileField{
			{name: "name", path: "name", convert: keepValue},
			{name: "worker_type", convert: convertWorkerType},
			{name: "min_worker_count", path: "minWorkerCount", createDefault: constantDefault(schema.Int(0))},
			{name: "max_worker_count", path: "maxWorkerCount", createDefault: constantDefault(schema.Int(10))},
			{name: "worker_concurrency", path: "workerConcurrency", createDefault: workerConcurrencyDefault},
			{name: "pod_ephemeral_storage", path: "podEphemeralStorage"},
			{name: "pod_cpu", unusedReason: "the worker type decides it"},
			{name: "pod_ram", unusedReason: "the worker type decides it"},
		}},
		{name: "alert_emails", path: "contactEmails"},
		hibernationSchedulesField(false),
		{name: "metadata"}, // tells of a live Deployment; name and Workspace say which one is meant
	}
}

func configurationFields() []fileField {
	var (
		inHosted = []schema.Condition{whenHosted}
		inHybrid = []schema.Condition{whenHybrid}
		remotely = []schema.Condition{whenDedicated, whenAstroExecutor}
		enabled  = []schema.Condition{{Field: "remoteExecution.enabled", In: []string{"true"}}}
	)
	return []fileField{
		{name: "name", path: "name", convert: convertName},
		{name: "workspace_name", path: "workspace"},
		{name: "deployment_type", path: "type", convert: convertEnum("type", map[string]string{
			"HOSTED_STANDARD": "STANDARD", "HOSTED_SHARED": "STANDARD", "HOSTED_DEDICATED": "DEDICATED",
		})},
		{name: "executor", path: "executor", convert: convertEnum("executor", map[string]string{
			"CELERYEXECUTOR": "CELERY", "KUBERNETESEXECUTOR": "KUBERNETES", "ASTROEXECUTOR": "ASTRO",
		})},
		{name: "description", path: "description", convert: keepValue},
		{name: "runtime_version", path: "astroRuntimeVersion"},
		{name: "cluster_name", path: "cluster", conditions: []schema.Condition{whenOnCluster}},
		{name: "cloud_provider", path: "cloudProvider", conditions: []schema.Condition{whenStandard}, ignoreSilently: true, convert: convertEnum("cloudProvider", nil)},
		{name: "region", path: "region", conditions: []schema.Condition{whenStandard}, ignoreSilently: true},
		{name: "dag_deploy_enabled", path: "isDagDeployEnabled", createDefault: dagDeployDefault},
		{name: "ci_cd_enforcement", path: "isCicdEnforced", createDefault: constantDefault(schema.Boolean(false))},
		{name: "is_development_mode", path: "isDevelopmentMode", conditions: inHosted},
		{name: "is_high_availability", path: "isHighAvailability", conditions: inHosted},
		{name: "scheduler_size", path: "schedulerSize", conditions: inHosted, convert: convertEnum("schedulerSize", nil)},
		{name: "scheduler_au", path: "scheduler.au", conditions: inHybrid},
		{name: "scheduler_count", path: "scheduler.replicas", conditions: inHybrid, ignoreSilently: true},
		{name: "resource_quota_cpu", path: "resourceQuotaCpu", conditions: inHosted},
		{name: "resource_quota_memory", path: "resourceQuotaMemory", conditions: inHosted},
		{name: "default_task_pod_cpu", path: "defaultTaskPodCpu", conditions: inHosted},
		{name: "default_task_pod_memory", path: "defaultTaskPodMemory", conditions: inHosted},
		{name: "default_worker_type", path: "taskPodNodePool", conditions: []schema.Condition{whenHybrid, whenKubernetes}},
		{name: "workload_identity", path: "workloadIdentity"},
		{name: "remote_execution", conditions: remotely, fields: []fileField{
			{name: "enabled", path: "remoteExecution.enabled"},
			{name: "allowed_ip_address_ranges", path: "remoteExecution.allowedIpAddressRanges", conditions: enabled},
			{name: "task_log_bucket", path: "remoteExecution.taskLogBucket", conditions: enabled, convert: keepValue},
			{name: "task_log_url_pattern", path: "remoteExecution.taskLogUrlPattern", conditions: enabled, convert: keepValue},
		}},
		hibernationSchedulesField(true),
	}
}

// hibernationSchedulesField stand beside configuration. Older documents of the CLI
// have them in it, where the CLI doesn't look.
func hibernationSchedulesField(moved bool) fileField {
	return fileField{
		name: "hibernation_schedules", path: "scalingSpec.hibernationSpec.schedules", conditions: []schema.Condition{whenHosted, whenDevelopmentMode}, misplaced: moved,
		fields: []fileField{
			{name: "hibernate_at", path: "hibernateAtCron", convert: keepValue},
			{name: "wake_at", path: "wakeAtCron", convert: keepValue},
			{name: "enabled", path: "isEnabled", omittedMeans: schema.Boolean(false)}, // which inspect leaves out
			{name: "description", path: "description", convert: keepValue},
		},
	}
}
