package apply_test

// exampleEdits contains edits of the examples: a text and its replacement. Together they
// change each mutable field of an example, one field per edit.
var exampleEdits = map[string][][2]string{
	"organization": {
		{"  billingEmail: finance@example.com", "  billingEmail: money@example.com"},
		{"organization:", "organization:\n  name: Other"},
		{"organization:", "organization:\n  isScimEnabled: true"},
		{"  allowEnhancedSupportAccess: false", "  allowEnhancedSupportAccess: true"},
		{"organization:", "organization:\n  hasAiFeaturesDisabled: true"},
		{"organization:", "organization:\n  shouldEnforceDedicatedClusters: true"},
	},
	"clusters": {
		{"{ key: team, value: data }", "{ key: team, value: other }"},
		{"{ key: team, value: data }", "{ key: team, value: data }\n      - { key: more, value: x }"},
		{"workspaces: [data-platform]", "workspaces: [data-platform, other-platform]"},
		{"    workspaces: [data-platform]", "    workspaces: [data-platform]\n    isPrivateNetworkEgressEnabled: true"},
		{"    workspaces: [data-platform]", "    workspaces: [data-platform]\n    enableReplicationTimeControl: true"},
	},
	"workspaces": {
		{"description: Pipelines of the data team.", `description: ""`},
		{"cicdEnforcedDefault: true", "cicdEnforcedDefault: false"},
		{"defaultCluster: production", "defaultCloudProvider: AWS\n    defaultRegion: us-west-2"},
	},
	"deployments": {
		{"description: Nightly loads.", "description: Daily loads."},
		{"executor: CELERY", "executor: ASTRO"},
		{"executor: CELERY", "executor: CELERY\n    isCicdEnforced: true"},
		{"isDagDeployEnabled: true", "isDagDeployEnabled: false"},
		{"resourceQuotaCpu: \"10\"\n    resourceQuotaMemory: 20Gi", "resourceQuotaCpu: \"20\"\n    resourceQuotaMemory: 40Gi"},
		{"executor: CELERY", "executor: CELERY\n    defaultTaskPodCpu: \"0.5\"\n    defaultTaskPodMemory: 1Gi"},
		{"executor: CELERY", "executor: CELERY\n    workloadIdentity: arn:aws:iam::123456789012:role/x"},
		{"executor: CELERY", "executor: CELERY\n    drWorkloadIdentity: arn:aws:iam::123456789012:role/y"},
		{"contactEmails: [data@example.com]", "contactEmails: [data@example.com, more@example.com]"},
		{"key: LOG_LEVEL, value: INFO", "key: LOG_LEVEL, value: DEBUG"},
		{"maxWorkerCount: 10", "maxWorkerCount: 12"},
		{"description: nights", "description: at night"},
		{"isHibernating: false", "isHibernating: true"},
	},
	"environmentObjects": {
		{"description: The warehouse.", "description: Another one."},
		{"host: example", "host: other"},
		{"region: eu-central-1", "region: us-east-1"},
		{"login: etl-nightly", "login: etl-daily"},
		{"deployment: playground", "deployment: sandbox"},
		{"{ value: data-team }", "{ value: other-team }"},
		{"    connection:\n", "    autoLinkDeployments: true\n    connection:\n"},
	},
	"customRoles": {
		{"description: Reads logs.", "description: Other."},
		{"deployment.logs.get", "deployment.logs.get, deployment.update"},
		{"[data-platform]", "[data-platform, other-platform]"},
	},
	"teams": {
		{"description: Maintains the pipelines.", "description: Other."},
		{"ORGANIZATION_MEMBER", "ORGANIZATION_BILLING_ADMIN"},
		{"grace@example.com", "grace@example.com, Edsger@Example.com"},
		{"WORKSPACE_AUTHOR", "WORKSPACE_OWNER"},
		{"role: log-reader", "role: DEPLOYMENT_ADMIN"},
		{"role: DAG_VIEWER", "role: DAG_AUTHOR"},
		{"dagTag: finance", "dagId: finance"},
	},
	"users": {
		{"ORGANIZATION_MEMBER", "ORGANIZATION_OWNER"},
		{"WORKSPACE_OWNER", "WORKSPACE_MEMBER"},
		{"role: WORKSPACE_OWNER }", "role: WORKSPACE_OWNER }\n    deploymentRoles: [{ deployment: { workspace: data-platform, name: etl }, role: DEPLOYMENT_ADMIN }]"},
		{"role: WORKSPACE_OWNER }", "role: WORKSPACE_OWNER }\n    deploymentRoles: [{ deployment: { workspace: data-platform, name: etl }, role: DEPLOYMENT_ADMIN }]\n    dagRoles: [{ deployment: { workspace: data-platform, name: etl }, dagId: d, role: DAG_VIEWER }]"},
	},
	"apiTokens": {
		{"description: For the deploy workflow.", "description: Other."},
		{"role: WORKSPACE_ACCESSOR", "role: WORKSPACE_MEMBER"},
		{"role: DEPLOYMENT_ADMIN", "role: log-reader"},
	},
	"allowedIpAddressRanges": {{"203.0.113.0/24", "203.0.113.0/24\n  - 192.0.2.0/24"}},
}

// immutableEdits contains edits of immutable fields.
var immutableEdits = map[string][][2]string{
	"clusters": {
		{"type: DEDICATED", "type: HYBRID"}, {"region: us-east-1", "region: us-west-2"}, {"172.20.0.0/20", "172.20.0.0/16"}, {"cloudProvider: AWS", "cloudProvider: AZURE"},
	},
	"deployments": {{"type: DEDICATED\n    cluster: production", "type: STANDARD"}},
	"environmentObjects": {
		{"airflowVariable: { value: data-team }", "airflowVariable: { value: data-team, isSecret: true }"},
	},
	"customRoles": {{"scopeType: DEPLOYMENT", "scopeType: DAG"}},
	"apiTokens":   {{"tokenExpiryPeriodInDays: 90", "tokenExpiryPeriodInDays: 91"}, {"tokenExpiryPeriodInDays: 90", "kind: DIRECT_ACCESS"}},
	"agentTokens": {{"tokenExpiryPeriodInDays: 365", "tokenExpiryPeriodInDays: 36"}, {"description: For the agents in our data center.", "description: Other."}},
}

// sideEffects contains the fields that Astro changes together with another field of the
// same resource, with their kinds.
var sideEffects = map[string][]string{
	"autoLinkDeployments": {"environmentObject"}, "drRegion": {"cluster"}, "status": {"cluster", "deployment"}, "tags": {"cluster"}, "workerQueues": {"deployment"},
	"defaultClusterId": {"workspace"}, "defaultCloudProvider": {"workspace"}, "defaultRegion": {"workspace"},
	"schedulerCpu": {"deployment"}, "schedulerMemory": {"deployment"},
}

// uneditedFields contains fields that no edit of an example can change: names, because
// they identify a resource, and fields of other types of the kind. The end-to-end scripts
// change them.
var uneditedFields = []string{
	"clusters.name", "workspaces.name", "deployments.name", "customRoles.name", "teams.name", "apiTokens.name",
	"clusters.enableDr", "clusters.drRegion", "clusters.drVpcSubnetRange", "clusters.isFailedOver",
	"deployments.isDevelopmentMode", "deployments.isHighAvailability", "deployments.schedulerSize", "deployments.scheduler", "deployments.taskPodNodePoolId", "deployments.remoteExecution",
	"environmentObjects.environmentVariable", "environmentObjects.metricsExport",
}
