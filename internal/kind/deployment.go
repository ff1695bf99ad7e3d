package kind

import (
	"strings"
	"time"

	"astro-apply/internal/schema"
)

// One table covers the three request variants of the API: the conditions in When select the
// variants that have a field.
var (
	WhenHosted          = schema.Condition{Field: "type", In: []string{"STANDARD", "DEDICATED"}}
	WhenHybrid          = schema.Condition{Field: "type", In: []string{"HYBRID"}}
	WhenStandard        = schema.Condition{Field: "type", In: []string{"STANDARD"}}
	WhenOnCluster       = schema.Condition{Field: "type", In: []string{"DEDICATED", "HYBRID"}}
	WhenQueueExecutor   = schema.Condition{Field: "executor", In: []string{"CELERY", "ASTRO"}}
	WhenKubernetes      = schema.Condition{Field: "executor", In: []string{"KUBERNETES"}}
	WhenAstroExecutor   = schema.Condition{Field: "executor", In: []string{"ASTRO"}}
	WhenLocalExecution  = schema.Condition{Field: "remoteExecution.enabled", In: []string{"false"}}
	WhenDevelopmentMode = schema.Condition{Field: "isDevelopmentMode", In: []string{"true"}}
)

const recreateDeploymentRemedy = "create a Deployment with another name, move your DAGs to it, then delete this one"

func deploymentKind() *Kind {
	const item = "/organizations/{organizationId}/deployments/{id}"
	return &Kind{
		Name:         "deployment",
		Title:        "Deployment",
		Section:      "deployments",
		Doc:          "An Airflow environment with its resources, variables and worker queues.",
		ParentFields: []string{"workspaceId"},
		Identity:     []string{"name"},
		Endpoints:    usualEndpoints(item, ListEndpoint{Member: "deployments", Filters: []string{"workspaceId", "name"}, ListsAll: true}),
		UpdateEndpoints: []UpdateEndpoint{
			{Endpoint: Endpoint{"POST", item}},
			{Name: "override", Endpoint: Endpoint{"POST", item + "/hibernation-override"}, Expand: expandOverride},
		},
		Flatten:     flattenDeployment,
		ReadinessOf: deploymentState,
		Expiry:      overrideExpiry,
		IDOutput:    "deployment-id",
		UIPath:      "/{workspaceId}/deployments/{id}",
		Fields:      DeploymentFields(),

		Visibility: "a token that is allowed to create Deployments in a Workspace sees all Deployments in it; use such a token",
		Rules:      deploymentRules(),
	}
}

// DeploymentFields returns the fields of a Deployment.
func DeploymentFields() []schema.Field {
	const required = schema.RequiredUpdate
	return []schema.Field{
		{
			Name: "type", Type: schema.EnumType("STANDARD", "DEDICATED", "HYBRID"),
			Behavior: schema.RequiredCreate | required | schema.Immutable, Remedy: recreateDeploymentRemedy,
			Doc: "Infrastructure of the Deployment. STANDARD: shared infrastructure. DEDICATED: your own cluster, hosted by Astronomer. HYBRID: a cluster in your cloud.",
		},
		{
			Name: "name", Type: nameType(500), Behavior: schema.RequiredCreate | required,
			Doc: "Name of the Deployment, unique in its Workspace.",
		},
		{
			Name: "workspaceId", Type: schema.TextType(0), Ref: &schema.Ref{Kind: "workspace", NameField: "workspace", BlocksDelete: true},
			Behavior: schema.RequiredCreate | required | schema.Immutable, Remedy: "transfer the Deployment in the Astro UI first",
			Doc: "Workspace of the Deployment.",
		},
		{Name: "description", Type: schema.TextType(1000), Doc: "Description of the Deployment."},
		{
			Name: "clusterId", Type: schema.TextType(0), Ref: &schema.Ref{Kind: "cluster", NameField: "cluster", BlocksDelete: true},
			Behavior: schema.Create | schema.Immutable, When: []schema.Condition{WhenOnCluster}, Remedy: recreateDeploymentRemedy,
			Doc: "Cluster that the Deployment runs on.",
		},
		{
			Name: "cloudProvider", Type: schema.EnumType("AWS", "AZURE", "GCP"),
			Behavior: schema.Create | schema.Immutable, When: []schema.Condition{WhenStandard}, Remedy: recreateDeploymentRemedy,
			Doc: "Cloud provider of a STANDARD Deployment. Set it together with region.",
		},
		{
			Name: "region", Type: nonEmptyType(),
			Behavior: schema.Create | schema.Immutable, When: []schema.Condition{WhenStandard}, Remedy: recreateDeploymentRemedy,
			Doc: "Region of a STANDARD Deployment. Set it together with cloudProvider.",
		},
		{
			Name: "astroRuntimeVersion", Type: nonEmptyType(), Behavior: schema.Create | schema.IgnoreChanges,
			Remedy: "it is only set when the Deployment is created; later, deploying an image changes it",
			Doc:    "Astro Runtime version of a new Deployment.",
		},
		{
			Name: "executor", Type: schema.EnumType("CELERY", "KUBERNETES", "ASTRO"), Behavior: required, Impact: schema.Disrupts,
			Doc: "Executor that runs the tasks.",
		},
		{Name: "isCicdEnforced", Type: schema.BoolType(), Behavior: required, Doc: "Accept deploys only from CI/CD."},
		{
			Name: "isDagDeployEnabled", Type: schema.BoolType(), Behavior: required, ChangeWarning: dagDeployWarning, Impact: schema.Disrupts,
			Doc: "Allow deploying DAGs without an image.",
		},
		{
			Name: "isDevelopmentMode", Type: schema.BoolType(), When: []schema.Condition{WhenHosted}, CheckChange: checkDevelopmentModeChange, ChangeWarning: developmentModeWarning, Impact: schema.Disrupts,
			Doc: "Enable development-only features such as hibernation. Development mode can only be enabled when the Deployment is created.",
		},
		{
			Name: "isHighAvailability", Type: schema.BoolType(), Behavior: required, When: []schema.Condition{WhenHosted}, Impact: schema.Restarts,
			Doc: "Run several schedulers at once.",
		},
		{
			Name: "schedulerSize", Type: schema.EnumType("SMALL", "MEDIUM", "LARGE", "EXTRA_LARGE"), Behavior: required, When: []schema.Condition{WhenHosted}, Impact: schema.Restarts,
			Doc: "Size of the scheduler.",
		},
		{
			Name: "scheduler", When: []schema.Condition{WhenHybrid}, Behavior: required, Impact: schema.Restarts,
			Type: schema.ObjectType(
				schema.Field{Name: "au", ResponsePath: "/schedulerAu", Type: schema.IntType(5, 24), Behavior: required, Doc: "Astro units (AU) of the scheduler."},
				schema.Field{Name: "replicas", ResponsePath: "/schedulerReplicas", Type: schema.IntType(1, 4), Behavior: required, Doc: "Number of schedulers."},
			),
			Doc: "Scheduler of a HYBRID Deployment.",
		},
		{
			Name: "taskPodNodePoolId", Type: schema.TextType(0), When: []schema.Condition{WhenHybrid, WhenKubernetes}, ItemRef: nodePoolItemRef("taskPodNodePool"),
			Doc: "Node pool of the task pods.",
		},
		{
			Name: "resourceQuotaCpu", Type: schema.CPUType(), When: []schema.Condition{WhenHosted},
			Doc: "Maximum CPU of all task pods together, in cores.",
		},
		{
			Name: "resourceQuotaMemory", Type: schema.MemoryType(), When: []schema.Condition{WhenHosted},
			Doc: "Maximum memory of all task pods together.",
		},
		{
			Name: "defaultTaskPodCpu", Type: schema.CPUType(), When: []schema.Condition{WhenHosted},
			Doc: "CPU of a task pod that doesn't request any, in cores.",
		},
		{
			Name: "defaultTaskPodMemory", Type: schema.MemoryType(), When: []schema.Condition{WhenHosted},
			Doc: "Memory of a task pod that doesn't request any.",
		},
		{
			// A response only contains the effective identity. Sending it back would
			// turn Astronomer's default into an explicit choice; omitting it keeps the
			// choice that was made.
			Name: "workloadIdentity", ResponsePath: "effectiveWorkloadIdentity", Type: nonEmptyType(), Undeclared: schema.OmitAlways, Impact: schema.Restarts,
			Doc: "Cloud identity of the Deployment's pods.",
		},
		{
			Name: "drWorkloadIdentity", ResponsePath: "effectiveDRWorkloadIdentity", Type: nonEmptyType(), Undeclared: schema.OmitAlways,
			Doc: "Cloud identity of the Deployment's pods in its disaster recovery cluster.",
		},
		{
			Name: "contactEmails", Type: schema.SetType(emailType()),
			Doc: "Email addresses that get alerts about the Deployment.",
		},
		{
			Name: "environmentVariables", Type: environmentVariablesType(), Behavior: required, Impact: schema.Restarts,
			Doc: "Environment variables of the Deployment.",
		},
		{
			Name: "workerQueues", Type: workerQueuesType(), When: []schema.Condition{WhenQueueExecutor, WhenLocalExecution}, ChangeWarning: workerQueuesWarning, Impact: schema.Restarts,
			Doc: "Worker queues. One of them must be named default.",
		},
		{
			Name: "remoteExecution", Type: remoteExecutionType(), When: []schema.Condition{WhenHosted, WhenAstroExecutor}, Impact: schema.Restarts,
			Doc: "Remote execution of tasks, for a DEDICATED Deployment with the ASTRO executor.",
		},
		{
			// The API refuses it outside development mode, and keeps the current value
			// if a request omits it.
			Name: "scalingSpec", Type: scalingSpecType(), When: []schema.Condition{WhenHosted, WhenDevelopmentMode}, Undeclared: schema.OmitAlways,
			Doc: "Hibernation settings of the Deployment.",
		},
	}
}

func environmentVariablesType() schema.Type {
	return schema.KeyedType([]string{"key"},
		schema.Field{Name: "key", Type: nonEmptyType(), Behavior: schema.Required, Doc: "Name of the variable."},
		schema.Field{
			// A response may omit an empty value, but an update must send it.
			Name: "value", Type: schema.TextType(0), Behavior: schema.RequiredCreate | schema.RequiredUpdate, Secret: &schema.SecretRule{If: "isSecret"},
			Doc: "Value of the variable.",
		},
		schema.Field{
			Name: "isSecret", Type: schema.BoolType(), Behavior: schema.RequiredUpdate,
			Default: func(*schema.Node) *schema.Node { return schema.Boolean(false) },
			CheckChange: func(old, wanted *schema.Node, _ func(string) string) string {
				if old.Is("true") && wanted.Is("false") {
					return "a secret variable can't be made readable; remove it and add a variable with another key"
				}
				return ""
			},
			Doc: "Keep the value secret.",
		},
	)
}

func workerQueuesType() schema.Type {
	const required = schema.RequiredCreate | schema.RequiredUpdate
	t := schema.KeyedType([]string{"name"},
		schema.Field{Name: "name", Behavior: schema.Required, Type: nameType(63), Doc: "Name of the queue."},
		schema.Field{
			Name: "isDefault", Type: schema.BoolType(), Behavior: required,
			Default: func(queue *schema.Node) *schema.Node { return schema.Boolean(queue.Get("name").Is("default")) },
			Doc:     "Use this queue for tasks that don't set one. Defaults to true for the queue named default.",
		},
		schema.Field{Name: "minWorkerCount", Type: schema.IntType(0, 0), Behavior: required, Doc: "Minimum number of workers."},
		schema.Field{Name: "maxWorkerCount", Type: schema.IntType(1, 0), Behavior: required, Doc: "Maximum number of workers."},
		schema.Field{Name: "workerConcurrency", Type: schema.IntType(1, 0), Behavior: required, Doc: "Maximum number of tasks that one worker runs at once."},
		schema.Field{
			Name: "astroMachine", Type: schema.EnumType("A5", "A10", "A20", "A40", "A60", "A120", "A160"),
			Behavior: required, When: []schema.Condition{WhenHosted}, Doc: "Machine type of a worker.",
		},
		schema.Field{
			Name: "nodePoolId", Type: nonEmptyType(), Behavior: required, When: []schema.Condition{WhenHybrid}, ItemRef: nodePoolItemRef("nodePool"),
			Doc: "Node pool of the workers.",
		},
		schema.Field{
			Name: "podEphemeralStorage", Type: schema.MemoryType(),
			Doc: "Ephemeral storage of a worker. For HYBRID, it can only be set once the Deployment exists.",
		},
	)
	t.ItemCount = &schema.Range{Min: 1}
	return t
}

// nodePoolItemRef describes a reference to a node pool of the Deployment's cluster.
func nodePoolItemRef(field string) *schema.ItemRefSpec {
	return &schema.ItemRefSpec{NameField: field, Title: "node pool", RefField: "clusterId", ListName: "nodePools", MatchFields: []string{"name", "nodeInstanceType"}}
}

func remoteExecutionType() schema.Type {
	// With enabled: false, the API ignores the other fields.
	enabled := []schema.Condition{{Field: "remoteExecution.enabled", In: []string{"true"}}}
	return schema.ObjectType(
		schema.Field{Name: "enabled", Type: schema.BoolType(), Behavior: schema.Required, Doc: "Run tasks outside of Astro."},
		schema.Field{Name: "allowedIpAddressRanges", Type: schema.SetType(networkType()), When: enabled, Doc: "Networks that agents may connect from."},
		schema.Field{Name: "taskLogBucket", Type: schema.TextType(0), When: enabled, Doc: "Bucket that contains the task logs."},
		schema.Field{Name: "taskLogUrlPattern", Type: schema.TextType(0), When: enabled, Doc: "URL pattern of the links to task logs."},
	)
}

func scalingSpecType() schema.Type {
	override := schema.ObjectType(
		schema.Field{
			Name: "isHibernating", Type: schema.BoolType(), Behavior: schema.RequiredCreate | schema.RequiredUpdate | schema.MustBeKnown,
			Doc: "Force hibernation on or off, regardless of the schedules.",
		},
		schema.Field{Name: "overrideUntil", Type: timestampType(), Doc: `End of the override. If it is "", or omitted in a new override, the override lasts until it is removed.`},
	)
	schedules := schema.KeyedType([]string{"hibernateAtCron", "wakeAtCron"},
		schema.Field{Name: "hibernateAtCron", Type: cronType(), Behavior: schema.Required, Doc: "Time to hibernate, as a cron expression with 5 parts, in UTC."},
		schema.Field{Name: "wakeAtCron", Type: cronType(), Behavior: schema.Required, Doc: "Time to wake up, as a cron expression with 5 parts, in UTC."},
		schema.Field{
			Name: "isEnabled", Type: schema.BoolType(), Behavior: schema.RequiredUpdate,
			Default: func(*schema.Node) *schema.Node { return schema.Boolean(true) },
			Doc:     "Enable the schedule. If omitted, the value in Astro is kept; a new schedule is enabled.",
		},
		schema.Field{Name: "description", Type: schema.TextType(200), Doc: "Description of the schedule."},
	)
	schedules.ItemCount = &schema.Range{Max: 10}
	return schema.ObjectType(schema.Field{
		Name: "hibernationSpec", Doc: "Hibernation of a Deployment in development mode.",
		Type: schema.ObjectType(
			schema.Field{Name: "schedules", Type: schedules, Doc: "Times to hibernate and to wake up."},
			schema.Field{
				// It has a separate call, which needs an existing Deployment. The call that
				// updates the schedules would end a current override, so it sends that, too.
				Name: "override", EndpointName: "override", Behavior: schema.Update, Type: override, Impact: schema.Disrupts,
				Doc: "Overrides the schedules. {} removes the override.",
			},
		),
	})
}

func flattenDeployment(live *schema.Node) {
	if live.Get("type").Is("STANDARD") {
		live.Delete("clusterId") // Astronomer chooses the shared cluster
	}
}

// overrideExpiry returns the end of the override. An override that has ended is never restored, whether the API still
// returns it or the manifest still declares it.
func overrideExpiry(body *schema.Node) *Expiry {
	const path = "scalingSpec.hibernationSpec.override"
	override := body.GetPath(path)
	until, err := time.Parse(time.RFC3339, override.Get("overrideUntil").ScalarText())
	switch {
	case override.Get("isActive").Is("false"):
		return &Expiry{Path: path}
	case err != nil:
		return nil
	}
	return &Expiry{Path: path, At: until}
}

// expandOverride omits an empty end, which the API refuses: without an end, an override lasts until it is removed.
func expandOverride(fields, _ *schema.Node, _ string) *schema.Node {
	out := fields.Clone()
	if out.Get("overrideUntil").Is("") {
		out.Delete("overrideUntil")
	}
	return out
}

// deploymentState returns the readiness of a Deployment, as the API's advice for clients defines it:
// HIBERNATING counts as healthy, and UNHEALTHY may be temporary while pods are replaced.
func deploymentState(live *schema.Node) Readiness {
	out := Readiness{Phase: Pending, Reason: live.Get("status").ScalarText()}
	out.IsReferenceable = out.Reason != "CREATING"
	switch out.Reason {
	case "HEALTHY", "HIBERNATING":
		out.Phase = Ready
		return out
	}
	if reason := live.Get("statusReason").ScalarText(); reason != "" {
		out.Reason += ": " + strings.TrimSpace(reason)
	}
	return out
}
