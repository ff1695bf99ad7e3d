package resource

import "astro-apply/internal/schema"

// The three request variants of the API are one table here: the conditions in
// When say which variant has a field.
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
			// The answer only holds the identity in effect. Sending that back would
			// pin Astronomer's default as if someone had chosen it; leaving it out
			// keeps what was chosen.
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
			// The API refuses it outside development mode, and keeps it when it is
			// left out.
			Name: "scalingSpec", Type: scalingSpecType(), When: []schema.Condition{whenHosted, whenDevelopmentMode}, Undeclared: schema.OmitAlways,
			Doc: "When the Deployment hibernates.",
		},
	}
}
