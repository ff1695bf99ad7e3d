package resource

import "astro-apply/internal/schema"

// The three request variants of the API are one table here: the conditions in
// When say which variant has a field.
var (
	hosted   = schema.Condition{Field: "type", In: []string{"STANDARD", "DEDICATED"}}
	hybrid   = schema.Condition{Field: "type", In: []string{"HYBRID"}}
	standard = schema.Condition{Field: "type", In: []string{"STANDARD"}}
	placed   = schema.Condition{Field: "type", In: []string{"DEDICATED", "HYBRID"}}
	queued   = schema.Condition{Field: "executor", In: []string{"CELERY", "ASTRO"}}
	podded   = schema.Condition{Field: "executor", In: []string{"KUBERNETES"}}
	remote   = schema.Condition{Field: "executor", In: []string{"ASTRO"}}
	local    = schema.Condition{Field: "remoteExecution.enabled", In: []string{"false"}}
	devMode  = schema.Condition{Field: "isDevelopmentMode", In: []string{"true"}}
)

const elsewhere = "A Deployment can't be changed in this way. Create another one under a new name, move to it, and remove this one by hand"

func deployment() *Kind {
	const collection = "/organizations/{organizationId}/deployments"
	const item = collection + "/{id}"
	return &Kind{
		Name:     "deployment",
		Title:    "Deployment",
		Section:  "deployments",
		Doc:      "One Airflow environment, its resources, variables and worker queues.",
		Parents:  []string{"workspaceId"},
		Blocks:   []string{"workspaceId", "clusterId"},
		Identity: []string{"name"},
		List:     Query{Path: collection, Member: "deployments", Parents: "workspaceIds", Names: "names", Flat: true},
		Get:      Call{"GET", item},
		Create:   Call{"POST", collection},
		Delete:   Call{"DELETE", item},
		Parts: []Part{
			{Call: Call{"POST", item}},
			{
				Name: "override", Root: "scalingSpec.hibernationSpec.override",
				Call: Call{"POST", item + "/hibernation-override"}, None: Call{"DELETE", item + "/hibernation-override"},
			},
		},
		Canonical: canonicalDeployment,
		Ready:     deploymentState,
		Usable:    func(live *schema.Node) bool { return !live.Get("status").Is("CREATING") },
		Output:    "deployment-id",
		Page:      "/{workspaceId}/deployments/{id}",
		Fields:    deploymentFields(),

		Visibility: "a token that may create Deployments in a Workspace sees all of its Deployments",
		Rules:      deploymentRules(),
	}
}

func deploymentFields() []schema.Field {
	const required = schema.RequiredUpdate
	return []schema.Field{
		{
			Name: "type", Type: schema.EnumType("STANDARD", "DEDICATED", "HYBRID"),
			Behavior: schema.RequiredCreate | required | schema.Immutable, Remedy: elsewhere,
			Doc: "Where the Deployment runs: STANDARD on shared infrastructure, DEDICATED on a cluster of your own hosted by Astronomer, HYBRID on a cluster in your cloud.",
		},
		{
			Name: "name", Type: name(500), Behavior: schema.RequiredCreate | required,
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
			Behavior: schema.Create | schema.Immutable, When: []schema.Condition{placed}, Remedy: elsewhere,
			Doc: "The cluster that the Deployment runs on.",
		},
		{
			Name: "cloudProvider", Type: schema.EnumType("AWS", "AZURE", "GCP"),
			Behavior: schema.Create | schema.Immutable, When: []schema.Condition{standard}, Remedy: elsewhere,
			Doc: "The cloud provider of a STANDARD Deployment, together with region.",
		},
		{
			Name: "region", Type: nonEmpty(),
			Behavior: schema.Create | schema.Immutable, When: []schema.Condition{standard}, Remedy: elsewhere,
			Doc: "The region of a STANDARD Deployment, together with cloudProvider.",
		},
		{
			Name: "astroRuntimeVersion", Type: nonEmpty(), Behavior: schema.Create | schema.IgnoreChanges,
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
			Name: "isDagDeployEnabled", Type: schema.BoolType(), Behavior: required, ChangeWarning: dagDeployCaution, Impact: schema.Disrupts,
			Doc: "Whether DAGs can be deployed without an image.",
		},
		{
			Name: "isDevelopmentMode", Type: schema.BoolType(), When: []schema.Condition{hosted}, CheckChange: developmentModeFrozen, ChangeWarning: developmentModeCaution, Impact: schema.Disrupts,
			Doc: "Whether development-only features such as hibernation are available. It can only be switched on at creation.",
		},
		{
			Name: "isHighAvailability", Type: schema.BoolType(), Behavior: required, When: []schema.Condition{hosted}, Impact: schema.Restarts,
			Doc: "Whether several schedulers run at once.",
		},
		{
			Name: "schedulerSize", Type: schema.EnumType("SMALL", "MEDIUM", "LARGE", "EXTRA_LARGE"), Behavior: required, When: []schema.Condition{hosted}, Impact: schema.Restarts,
			Doc: "The size of the scheduler.",
		},
		{
			Name: "scheduler", When: []schema.Condition{hybrid}, Behavior: required, Impact: schema.Restarts,
			Type: schema.ObjectType(
				schema.Field{Name: "au", ResponsePath: "/schedulerAu", Type: schema.IntType(5, 24), Behavior: required, Doc: "Astro units of the scheduler."},
				schema.Field{Name: "replicas", ResponsePath: "/schedulerReplicas", Type: schema.IntType(1, 4), Behavior: required, Doc: "How many schedulers run at once."},
			),
			Doc: "The scheduler of a HYBRID Deployment.",
		},
		{
			Name: "taskPodNodePoolId", Type: schema.TextType(0), When: []schema.Condition{hybrid, podded}, ItemRef: nodePool("taskPodNodePool"),
			Doc: "The node pool for task pods.",
		},
		{
			Name: "resourceQuotaCpu", Type: schema.CPUType(), When: []schema.Condition{hosted},
			Doc: "How much CPU all task pods together may use, in cores.",
		},
		{
			Name: "resourceQuotaMemory", Type: schema.MemoryType(), When: []schema.Condition{hosted},
			Doc: "How much memory all task pods together may use.",
		},
		{
			Name: "defaultTaskPodCpu", Type: schema.CPUType(), When: []schema.Condition{hosted},
			Doc: "The CPU of a task pod that asks for none, in cores.",
		},
		{
			Name: "defaultTaskPodMemory", Type: schema.MemoryType(), When: []schema.Condition{hosted},
			Doc: "The memory of a task pod that asks for none.",
		},
		{
			// The answer only holds the identity in effect. Sending that back would
			// pin Astronomer's default as if someone had chosen it; leaving it out
			// keeps what was chosen.
			Name: "workloadIdentity", ResponsePath: "effectiveWorkloadIdentity", Type: nonEmpty(), Undeclared: schema.OmitAlways, Impact: schema.Restarts,
			Doc: "The cloud identity that the Deployment's pods act as.",
		},
		{
			Name: "drWorkloadIdentity", ResponsePath: "effectiveDRWorkloadIdentity", Type: nonEmpty(), Undeclared: schema.OmitAlways,
			Doc: "The cloud identity that the Deployment's pods act as in its disaster recovery cluster.",
		},
		{
			Name: "contactEmails", Type: schema.SetType(email()),
			Doc: "Who is written to about the Deployment.",
		},
		{
			Name: "environmentVariables", Type: environmentVariables(), Behavior: required, Impact: schema.Restarts,
			Doc: "The Deployment's environment variables.",
		},
		{
			Name: "workerQueues", Type: workerQueues(), When: []schema.Condition{queued, local}, ChangeWarning: queueCaution, Impact: schema.Restarts,
			Doc: "The worker queues; one is called default.",
		},
		{
			Name: "remoteExecution", Type: remoteExecution(), When: []schema.Condition{hosted, remote}, Impact: schema.Restarts,
			Doc: "Remote execution of tasks, on a DEDICATED Deployment with the ASTRO executor.",
		},
		{
			// The API refuses it outside development mode, and keeps it when it is
			// left out.
			Name: "scalingSpec", Type: scalingSpec(), When: []schema.Condition{hosted, devMode}, Undeclared: schema.OmitAlways,
			Doc: "When the Deployment hibernates.",
		},
	}
}
