// Package astrocli converts deployment files of the Astro CLI to manifests.
package astrocli

import (
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// fileField is a field of an Astro CLI deployment file, and its translation to a field of a
// manifest.
type fileField struct {
	name           string
	path           string             // the manifest's field, relative to the Deployment or to the list item; "": there is no such field
	conditions     []schema.Condition // on fields of the manifest; if one fails, the field has no effect
	ignoreSilently bool               // no warning if a condition fails, because the CLI always writes the field
	unusedReason   string             // why the field has no effect, for a warning; "": no warning
	convert        convertFunc        // nil: keep the value, and treat "" like an omitted field
	misplaced      bool               // the field belongs one level higher, next to its parent
	additive       bool               // the list isn't authoritative: other items are kept
	omittedMeans   *schema.Node       // the value of an omitted field; nil: not declared
	createDefault  createDefaultFunc  // the value of an omitted field of a new resource; nil: Astro chooses it
	fields         []fileField        // the fields of a mapping or of a list's items; a mapping without path only groups fields
}

// convertFunc returns the manifest's value of a field, nil to omit it. into is the mapping that
// receives it.
type convertFunc func(f *deploymentFile, into *schema.Node, m schema.Member) *schema.Node

// deploymentFileFields returns the fields below deployment:. A field comes after those on which its
// conditions depend.
func deploymentFileFields() []fileField {
	return []fileField{
		{name: "configuration", fields: configurationFields()},
		{name: "environment_variables", path: "environmentVariables", additive: true, fields: []fileField{
			{name: "key", path: "key", convert: keepValue},
			{name: "is_secret", path: "isSecret"},
			{name: "value", path: "value", convert: convertVariableValue},
			{name: "updated_at"},
		}},
		{name: "worker_queues", path: "workerQueues", conditions: []schema.Condition{kind.WhenQueueExecutor, kind.WhenLocalExecution}, fields: []fileField{
			{name: "name", path: "name", convert: keepValue},
			{name: "worker_type", convert: convertWorkerType},
			{name: "min_worker_count", path: "minWorkerCount", createDefault: constantDefault(schema.Int(0))},
			{name: "max_worker_count", path: "maxWorkerCount", createDefault: constantDefault(schema.Int(10))},
			{name: "worker_concurrency", path: "workerConcurrency", createDefault: workerConcurrencyDefault},
			{name: "pod_ephemeral_storage", path: "podEphemeralStorage"},
			{name: "pod_cpu", unusedReason: "the worker type determines it"},
			{name: "pod_ram", unusedReason: "the worker type determines it"},
		}},
		{name: "alert_emails", path: "contactEmails"},
		hibernationSchedulesField(false),
		{name: "metadata"}, // describes an existing Deployment; name and Workspace identify it
	}
}

func configurationFields() []fileField {
	var (
		inHosted = []schema.Condition{kind.WhenHosted}
		inHybrid = []schema.Condition{kind.WhenHybrid}
		inRemote = []schema.Condition{kind.WhenDedicated, kind.WhenAstroExecutor}
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
		{name: "cluster_name", path: "cluster", conditions: []schema.Condition{kind.WhenOnCluster}},
		{name: "cloud_provider", path: "cloudProvider", conditions: []schema.Condition{kind.WhenStandard}, ignoreSilently: true, convert: convertEnum("cloudProvider", nil)},
		{name: "region", path: "region", conditions: []schema.Condition{kind.WhenStandard}, ignoreSilently: true},
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
		{name: "default_worker_type", path: "taskPodNodePool", conditions: []schema.Condition{kind.WhenHybrid, kind.WhenKubernetes}},
		{name: "workload_identity", path: "workloadIdentity"},
		{name: "remote_execution", conditions: inRemote, fields: []fileField{
			{name: "enabled", path: "remoteExecution.enabled"},
			{name: "allowed_ip_address_ranges", path: "remoteExecution.allowedIpAddressRanges", conditions: enabled},
			{name: "task_log_bucket", path: "remoteExecution.taskLogBucket", conditions: enabled, convert: keepValue},
			{name: "task_log_url_pattern", path: "remoteExecution.taskLogUrlPattern", conditions: enabled, convert: keepValue},
		}},
		hibernationSchedulesField(true),
	}
}

// hibernationSchedulesField returns the field hibernation_schedules, which belongs next to configuration. Older
// documentation of the CLI shows it inside configuration (misplaced), where the CLI ignores it.
func hibernationSchedulesField(misplaced bool) fileField {
	return fileField{
		name: "hibernation_schedules", path: "scalingSpec.hibernationSpec.schedules", conditions: []schema.Condition{kind.WhenHosted, kind.WhenDevelopmentMode}, misplaced: misplaced,
		fields: []fileField{
			{name: "hibernate_at", path: "hibernateAtCron", convert: keepValue},
			{name: "wake_at", path: "wakeAtCron", convert: keepValue},
			{name: "enabled", path: "isEnabled", omittedMeans: schema.Boolean(false)}, // astro deployment inspect omits false
			{name: "description", path: "description", convert: keepValue},
		},
	}
}
