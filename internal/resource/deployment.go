package resource

import (
	"strings"
	"time"

	"astro-apply/internal/schema"
)

// One table covers the three request variants of the API: the conditions in When select the
// variants that have a field.
var (
	whenHosted          = schema.Condition{Field: "type", In: []string{"STANDARD", "DEDICATED"}}
	whenHybrid          = schema.Condition{Field: "type", In: []string{"HYBRID"}}
	whenStandard        = schema.Condition{Field: "type", In: []string{"STANDARD"}}
	whenOnCluster       = schema.Condition{Field: "type", In: []string{"DEDICATED", "HYBRID"}}
	whenQueueExecutor   = schema.Condition{Field: "executor", In: []string{"CELERY", "ASTRO"}}
	whenKubernetes      = schema.Condition{Field: "executor", In: []string{"KUBERNETES"}}
	whenAstroExecutor   = schema.Condition{Field: "executor", In: []string{"ASTRO"}}
	whenLocalExecution  = schema.Condition{Field: "remoteExecution.enabled", In: []string{"false"}}
	whenDevelopmentMode = schema.Condition{Field: "isDevelopmentMode", In: []string{"true"}}
)

const recreateDeploymentRemedy = "A Deployment can't be changed in this way. Create another one under a new name, move to it, and remove this one by hand"

func deploymentKind() *Kind {
	const collection = "/organizations/{organizationId}/deployments"
	const item = collection + "/{id}"
	return &Kind{
		Name:         "deployment",
		Title:        "Deployment",
		Section:      "deployments",
		Doc:          "One Airflow environment, its resources, variables and worker queues.",
		ParentFields: []string{"workspaceId"},
		DeleteBefore: []string{"workspaceId", "clusterId"},
		Identity:     []string{"name"},
		List:         ListEndpoint{Path: collection, Member: "deployments", ParentsParam: "workspaceIds", NameParam: "names", ListsAll: true},
		Get:          Endpoint{"GET", item},
		Create:       Endpoint{"POST", collection},
		Delete:       Endpoint{"DELETE", item},
		UpdateEndpoints: []UpdateEndpoint{
			{Endpoint: Endpoint{"POST", item}},
			{
				Name: "override", FieldPath: "scalingSpec.hibernationSpec.override",
				Endpoint: Endpoint{"POST", item + "/hibernation-override"}, DeleteEndpoint: Endpoint{"DELETE", item + "/hibernation-override"},
			},
		},
		Flatten:         flattenDeployment,
		StateOf:         deploymentState,
		IsReferenceable: func(live *schema.Node) bool { return !live.Get("status").Is("CREATING") },
		IDOutput:        "deployment-id",
		UIPath:          "/{workspaceId}/deployments/{id}",
		Fields:          deploymentFields(),

		Visibility: "a token that may create Deployments in a Workspace sees all of its Deployments",
		Rules:      deploymentRules(),
	}
}

func deploymentFields() []schema.Field {
	const required = schema.RequiredUpdate
	return []schema.Field{
		{
			Name: "type", Type: schema.EnumType("STANDARD", "DEDICATED", "HYBRID"),
			Behavior: schema.RequiredCreate | required | schema.Immutable, Remedy: recreateDeploymentRemedy,
			Doc: "Where the Deployment runs: STANDARD on shared infrastructure, DEDICATED on a cluster of your own hosted by Astronomer, HYBRID on a cluster in your cloud.",
		},
		{
			Name: "name", Type: nameType(500), Behavior: schema.RequiredCreate | required,
			Doc: "The Deployment's name, unique in its Workspace.",
		},
		{
			Name: "workspaceId", Type: schema.TextType(0), Ref: &schema.Ref{Kind: "workspace", NameField: "workspace"},
			Behavior: schema.RequiredCreate | required | schema.Immutable, Remedy: "Transfer the Deployment in the Astro UI first",
			Doc: "The Workspace that the Deployment belongs to.",
		},
		{
			Name: "description", Type: schema.TextType(1000),
			Doc: "What the Deployment is for.",
		},
		{
			Name: "clusterId", Type: schema.TextType(0), Ref: &schema.Ref{Kind: "cluster", NameField: "cluster", SharedFields: []string{"type"}},
			Behavior: schema.Create | schema.Immutable, When: []schema.Condition{whenOnCluster}, Remedy: recreateDeploymentRemedy,
			Doc: "The cluster that the Deployment runs on.",
		},
		{
			Name: "cloudProvider", Type: schema.EnumType("AWS", "AZURE", "GCP"),
			Behavior: schema.Create | schema.Immutable, When: []schema.Condition{whenStandard}, Remedy: recreateDeploymentRemedy,
			Doc: "The cloud provider of a STANDARD Deployment, together with region.",
		},
		{
			Name: "region", Type: nonEmptyType(),
			Behavior: schema.Create | schema.Immutable, When: []schema.Condition{whenStandard}, Remedy: recreateDeploymentRemedy,
			Doc: "The region of a STANDARD Deployment, together with cloudProvider.",
		},
		{
			Name: "astroRuntimeVersion", Type: nonEmptyType(), Behavior: schema.Create | schema.IgnoreChanges,
			Remedy: "set when the Deployment is created; later it changes with the image that is deployed",
			Doc:    "The Astro Runtime version to create the Deployment with.",
		},
		{
			Name: "executor", Type: schema.EnumType("CELERY", "KUBERNETES", "ASTRO"), Behavior: required, Impact: schema.Disrupts,
			Doc: "How tasks are run.",
		},
		{
			Name: "isCicdEnforced", Type: schema.BoolType(), Behavior: required,
			Doc: "Whether deploys are only accepted from CI/CD.",
		},
		{
			Name: "isDagDeployEnabled", Type: schema.BoolType(), Behavior: required, ChangeWarning: dagDeployWarning, Impact: schema.Disrupts,
			Doc: "Whether DAGs can be deployed without an image.",
		},
		{
			Name: "isDevelopmentMode", Type: schema.BoolType(), When: []schema.Condition{whenHosted}, CheckChange: checkDevelopmentModeChange, ChangeWarning: developmentModeWarning, Impact: schema.Disrupts,
			Doc: "Whether development-only features such as hibernation are available. It can only be switched on at creation.",
		},
		{
			Name: "isHighAvailability", Type: schema.BoolType(), Behavior: required, When: []schema.Condition{whenHosted}, Impact: schema.Restarts,
			Doc: "Whether several schedulers run at once.",
		},
		{
			Name: "schedulerSize", Type: schema.EnumType("SMALL", "MEDIUM", "LARGE", "EXTRA_LARGE"), Behavior: required, When: []schema.Condition{whenHosted}, Impact: schema.Restarts,
			Doc: "The size of the scheduler.",
		},
		{
			Name: "scheduler", When: []schema.Condition{whenHybrid}, Behavior: required, Impact: schema.Restarts,
			Type: schema.ObjectType(
				schema.Field{Name: "au", ResponsePath: "/schedulerAu", Type: schema.IntType(5, 24), Behavior: required, Doc: "Astro units of the scheduler."},
				schema.Field{Name: "replicas", ResponsePath: "/schedulerReplicas", Type: schema.IntType(1, 4), Behavior: required, Doc: "How many schedulers run at once."},
			),
			Doc: "The scheduler of a HYBRID Deployment.",
		},
		{
			Name: "taskPodNodePoolId", Type: schema.TextType(0), When: []schema.Condition{whenHybrid, whenKubernetes}, ItemRef: nodePoolItemRef("taskPodNodePool"),
			Doc: "The node pool for task pods.",
		},
		{
			Name: "resourceQuotaCpu", Type: schema.CPUType(), When: []schema.Condition{whenHosted},
			Doc: "How much CPU all task pods together may use, in cores.",
		},
		{
			Name: "resourceQuotaMemory", Type: schema.MemoryType(), When: []schema.Condition{whenHosted},
			Doc: "How much memory all task pods together may use.",
		},
		{
			Name: "defaultTaskPodCpu", Type: schema.CPUType(), When: []schema.Condition{whenHosted},
			Doc: "The CPU of a task pod that asks for none, in cores.",
		},
		{
			Name: "defaultTaskPodMemory", Type: schema.MemoryType(), When: []schema.Condition{whenHosted},
			Doc: "The memory of a task pod that asks for none.",
		},
		{
			// A response only contains the effective identity. Sending it back would
			// turn Astronomer's default into an explicit choice; omitting it keeps the
			// choice that was made.
			Name: "workloadIdentity", ResponsePath: "effectiveWorkloadIdentity", Type: nonEmptyType(), Undeclared: schema.OmitAlways, Impact: schema.Restarts,
			Doc: "The cloud identity that the Deployment's pods act as.",
		},
		{
			Name: "drWorkloadIdentity", ResponsePath: "effectiveDRWorkloadIdentity", Type: nonEmptyType(), Undeclared: schema.OmitAlways,
			Doc: "The cloud identity that the Deployment's pods act as in its disaster recovery cluster.",
		},
		{
			Name: "contactEmails", Type: schema.SetType(emailType()),
			Doc: "Who is written to about the Deployment.",
		},
		{
			Name: "environmentVariables", Type: environmentVariablesType(), Behavior: required, Impact: schema.Restarts,
			Doc: "The Deployment's environment variables.",
		},
		{
			Name: "workerQueues", Type: workerQueuesType(), When: []schema.Condition{whenQueueExecutor, whenLocalExecution}, ChangeWarning: workerQueuesWarning, Impact: schema.Restarts,
			Doc: "The worker queues; one is called default.",
		},
		{
			Name: "remoteExecution", Type: remoteExecutionType(), When: []schema.Condition{whenHosted, whenAstroExecutor}, Impact: schema.Restarts,
			Doc: "Remote execution of tasks, on a DEDICATED Deployment with the ASTRO executor.",
		},
		{
			// The API refuses it outside development mode, and keeps the current value
			// if a request omits it.
			Name: "scalingSpec", Type: scalingSpecType(), When: []schema.Condition{whenHosted, whenDevelopmentMode}, Undeclared: schema.OmitAlways,
			Doc: "When the Deployment hibernates.",
		},
	}
}

func environmentVariablesType() schema.Type {
	return schema.KeyedType([]string{"key"},
		schema.Field{Name: "key", Type: nonEmptyType(), Behavior: schema.Required, Doc: "The variable's name."},
		schema.Field{
			// A response may omit an empty value, but an update must send it.
			Name: "value", Type: schema.TextType(0), Behavior: schema.RequiredCreate | schema.RequiredUpdate, Secret: &schema.SecretRule{IfSibling: "isSecret"},
			Doc: "The variable's value.",
		},
		schema.Field{
			Name: "isSecret", Type: schema.BoolType(), Behavior: schema.RequiredUpdate,
			Default: func(*schema.Node) *schema.Node { return schema.Boolean(false) },
			CheckChange: func(old, wanted *schema.Node, _ func(string) string) string {
				if old.Is("true") && wanted.Is("false") {
					return "a secret variable can't be made readable; remove it, and add it again under another key"
				}
				return ""
			},
			Doc: "Whether the value is kept secret.",
		},
	)
}

func workerQueuesType() schema.Type {
	const required = schema.RequiredCreate | schema.RequiredUpdate
	t := schema.KeyedType([]string{"name"},
		schema.Field{
			Name: "name", Behavior: schema.Required, Type: nameType(63),
			Doc: "The queue's name.",
		},
		schema.Field{
			Name: "isDefault", Type: schema.BoolType(), Behavior: required,
			Default: func(queue *schema.Node) *schema.Node { return schema.Boolean(queue.Get("name").Is("default")) },
			Doc:     "Whether tasks that name no queue go here; the queue called default unless declared.",
		},
		schema.Field{Name: "minWorkerCount", Type: schema.IntType(0, 0), Behavior: required, Doc: "The least number of workers."},
		schema.Field{Name: "maxWorkerCount", Type: schema.IntType(1, 0), Behavior: required, Doc: "The greatest number of workers."},
		schema.Field{Name: "workerConcurrency", Type: schema.IntType(1, 0), Behavior: required, Doc: "How many tasks one worker runs at once."},
		schema.Field{
			Name: "astroMachine", Type: schema.EnumType("A5", "A10", "A20", "A40", "A60", "A120", "A160"),
			Behavior: required, When: []schema.Condition{whenHosted}, Doc: "The machine of a worker.",
		},
		schema.Field{
			Name: "nodePoolId", Type: nonEmptyType(), Behavior: required, When: []schema.Condition{whenHybrid}, ItemRef: nodePoolItemRef("nodePool"),
			Doc: "The node pool of the workers.",
		},
		schema.Field{
			Name: "podEphemeralStorage", Type: schema.MemoryType(),
			Doc: "The ephemeral storage of a worker; for HYBRID only once the Deployment exists.",
		},
	)
	t.ServerFields = []string{"id"} // without its id, the API replaces a queue by another one, and its tasks get stuck
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
		schema.Field{Name: "enabled", Type: schema.BoolType(), Behavior: schema.Required, Doc: "Whether tasks run outside of Astro."},
		schema.Field{Name: "allowedIpAddressRanges", Type: schema.SetType(networkType()), When: enabled, Doc: "The networks that agents may call from."},
		schema.Field{Name: "taskLogBucket", Type: schema.TextType(0), When: enabled, Doc: "The bucket that task logs are read from."},
		schema.Field{Name: "taskLogUrlPattern", Type: schema.TextType(0), When: enabled, Doc: "The pattern of the links to task logs."},
	)
}

func scalingSpecType() schema.Type {
	override := schema.ObjectType(
		schema.Field{
			Name: "isHibernating", Type: schema.BoolType(), Behavior: schema.RequiredCreate | schema.RequiredUpdate | schema.MustBeKnown,
			Doc: "Whether the Deployment hibernates, whatever the schedules say.",
		},
		schema.Field{Name: "overrideUntil", Type: timestampType(), Doc: `Until when the override holds. "", or left out of a new one: until it is removed.`},
	)
	schedules := schema.KeyedType([]string{"hibernateAtCron", "wakeAtCron"},
		schema.Field{Name: "hibernateAtCron", Type: cronType(), Behavior: schema.Required, Doc: "When to hibernate: 5 cron parts, in UTC."},
		schema.Field{Name: "wakeAtCron", Type: cronType(), Behavior: schema.Required, Doc: "When to wake: 5 cron parts, in UTC."},
		schema.Field{
			Name: "isEnabled", Type: schema.BoolType(), Behavior: schema.RequiredUpdate,
			Default: func(*schema.Node) *schema.Node { return schema.Boolean(true) },
			Doc:     "Whether the schedule is in force. Left out: as it is live, true for a new one.",
		},
		schema.Field{Name: "description", Type: schema.TextType(200), Doc: "What the schedule is for."},
	)
	schedules.ItemCount = &schema.Range{Max: 10}
	return schema.ObjectType(schema.Field{
		Name: "hibernationSpec", Doc: "The hibernation of a Deployment in development mode.",
		Type: schema.ObjectType(
			schema.Field{Name: "schedules", Type: schedules, Doc: "When the Deployment hibernates and wakes."},
			schema.Field{
				// It has a separate call, which needs an existing Deployment. The call that
				// updates the schedules would end a current override, so it sends that, too.
				Name: "override", EndpointName: "override", Behavior: schema.Update, Type: override, IsExpired: isOverrideExpired, Impact: schema.Disrupts,
				Doc: "What holds instead of the schedules; {} ends it.",
			},
		),
	})
}

func flattenDeployment(live *schema.Node) {
	if live.Get("type").Is("STANDARD") {
		live.Delete("clusterId") // Astronomer chooses the shared cluster
	}
}

// isOverrideExpired reports whether an override has ended. The plan treats it as removed and never restores
// it, whether the API still returns it or the manifest still declares it.
func isOverrideExpired(override *schema.Node, now time.Time) bool {
	if override.Get("isActive").Is("false") {
		return true
	}
	until, err := time.Parse(time.RFC3339, override.Get("overrideUntil").ScalarText())
	return err == nil && !now.IsZero() && !now.Before(until)
}

// deploymentState returns the state and the status of a Deployment, as the API's advice for clients defines it:
// HIBERNATING counts as healthy, and UNHEALTHY may be temporary while pods are replaced.
func deploymentState(live *schema.Node) (State, string) {
	status := live.Get("status").ScalarText()
	switch status {
	case "HEALTHY", "HIBERNATING":
		return StateReady, status
	}
	if reason := live.Get("statusReason").ScalarText(); reason != "" {
		return StatePending, status + ": " + strings.TrimSpace(reason)
	}
	return StatePending, status
}
