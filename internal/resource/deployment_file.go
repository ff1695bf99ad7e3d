package resource

import "astro-apply/internal/schema"

// fileField is a field of an Astro CLI deployment file, and what it says in our
// words.
type fileField struct {
	name   string
	to     string             // a path from the Deployment, or from the element that it is in; "": nowhere
	when   []schema.Condition // of our fields: where it says something
	quiet  bool               // elsewhere nothing is said about it, since the CLI writes it everywhere
	why    string             // of one that goes nowhere, for a warning; "": none is due
	value  rewrite            // nil: as it is, and "" is as good as leaving it out
	moved  bool               // it belongs beside what it is in
	adds   bool               // a list that isn't meant in full
	means  *schema.Node       // what leaving it out says; nil: nothing
	fresh  fallback           // what a new one has that leaves it out; nil: what Astro decides
	fields []fileField        // of a mapping, which has no other place than its fields', or of a list's elements
}

// rewrite returns a value in our words; nil leaves it out. Into is where it goes.
type rewrite func(f *deploymentFile, into *schema.Node, m schema.Member) *schema.Node

// fileFields are the members of deployment:, such that what others depend on
// comes first.
func fileFields() []fileField {
	return []fileField{
		{name: "configuration", fields: configurationFields()},
		{name: "environment_variables", to: "environmentVariables", adds: true, fields: []fileField{
			{name: "key", to: "key", value: asItIs},
			{name: "is_secret", to: "isSecret"},
			{name: "value", to: "value", value: variableValue},
			{name: "updated_at"},
		}},
		{name: "worker_queues", to: "workerQueues", when: []schema.Condition{queued, local}, fields: []fileField{
			{name: "name", to: "name", value: asItIs},
			{name: "worker_type", value: workerType},
			{name: "min_worker_count", to: "minWorkerCount", fresh: always(schema.Int(0))},
			{name: "max_worker_count", to: "maxWorkerCount", fresh: always(schema.Int(10))},
			{name: "worker_concurrency", to: "workerConcurrency", fresh: freshConcurrency},
			{name: "pod_ephemeral_storage", to: "podEphemeralStorage"},
			{name: "pod_cpu", why: "the worker type decides it"},
			{name: "pod_ram", why: "the worker type decides it"},
		}},
		{name: "alert_emails", to: "contactEmails"},
		hibernationSchedules(false),
		{name: "metadata"}, // tells of a live Deployment; name and Workspace say which one is meant
	}
}

func configurationFields() []fileField {
	var (
		inHosted = []schema.Condition{hosted}
		inHybrid = []schema.Condition{hybrid}
		remotely = []schema.Condition{dedicated, remote}
		enabled  = []schema.Condition{{Field: "remoteExecution.enabled", In: []string{"true"}}}
	)
	return []fileField{
		{name: "name", to: "name", value: fileName},
		{name: "workspace_name", to: "workspace"},
		{name: "deployment_type", to: "type", value: word("type", map[string]string{
			"HOSTED_STANDARD": "STANDARD", "HOSTED_SHARED": "STANDARD", "HOSTED_DEDICATED": "DEDICATED",
		})},
		{name: "executor", to: "executor", value: word("executor", map[string]string{
			"CELERYEXECUTOR": "CELERY", "KUBERNETESEXECUTOR": "KUBERNETES", "ASTROEXECUTOR": "ASTRO",
		})},
		{name: "description", to: "description", value: asItIs},
		{name: "runtime_version", to: "astroRuntimeVersion"},
		{name: "cluster_name", to: "cluster", when: []schema.Condition{placed}},
		{name: "cloud_provider", to: "cloudProvider", when: []schema.Condition{standard}, quiet: true, value: word("cloudProvider", nil)},
		{name: "region", to: "region", when: []schema.Condition{standard}, quiet: true},
		{name: "dag_deploy_enabled", to: "isDagDeployEnabled", fresh: freshDagDeploy},
		{name: "ci_cd_enforcement", to: "isCicdEnforced", fresh: always(schema.Boolean(false))},
		{name: "is_development_mode", to: "isDevelopmentMode", when: inHosted},
		{name: "is_high_availability", to: "isHighAvailability", when: inHosted},
		{name: "scheduler_size", to: "schedulerSize", when: inHosted, value: word("schedulerSize", nil)},
		{name: "scheduler_au", to: "scheduler.au", when: inHybrid},
		{name: "scheduler_count", to: "scheduler.replicas", when: inHybrid, quiet: true},
		{name: "resource_quota_cpu", to: "resourceQuotaCpu", when: inHosted},
		{name: "resource_quota_memory", to: "resourceQuotaMemory", when: inHosted},
		{name: "default_task_pod_cpu", to: "defaultTaskPodCpu", when: inHosted},
		{name: "default_task_pod_memory", to: "defaultTaskPodMemory", when: inHosted},
		{name: "default_worker_type", to: "taskPodNodePool", when: []schema.Condition{hybrid, podded}},
		{name: "workload_identity", to: "workloadIdentity"},
		{name: "remote_execution", when: remotely, fields: []fileField{
			{name: "enabled", to: "remoteExecution.enabled"},
			{name: "allowed_ip_address_ranges", to: "remoteExecution.allowedIpAddressRanges", when: enabled},
			{name: "task_log_bucket", to: "remoteExecution.taskLogBucket", when: enabled, value: asItIs},
			{name: "task_log_url_pattern", to: "remoteExecution.taskLogUrlPattern", when: enabled, value: asItIs},
		}},
		hibernationSchedules(true),
	}
}

// hibernationSchedules stand beside configuration. Older documents of the CLI
// have them in it, where the CLI doesn't look.
func hibernationSchedules(moved bool) fileField {
	return fileField{
		name: "hibernation_schedules", to: "scalingSpec.hibernationSpec.schedules", when: []schema.Condition{hosted, devMode}, moved: moved,
		fields: []fileField{
			{name: "hibernate_at", to: "hibernateAtCron", value: asItIs},
			{name: "wake_at", to: "wakeAtCron", value: asItIs},
			{name: "enabled", to: "isEnabled", means: schema.Boolean(false)}, // which inspect leaves out
			{name: "description", to: "description", value: asItIs},
		},
	}
}
