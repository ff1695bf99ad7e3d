package simulator

import "cmp"

const (
	typeStandard  = "STANDARD"
	typeDedicated = "DEDICATED"
	typeHybrid    = "HYBRID"

	executorCelery     = "CELERY"
	executorKubernetes = "KUBERNETES"
	executorAstro      = "ASTRO"

	defaultRuntime = "3.1-2"
)

// defaultQuotas holds the defaults of a hosted Deployment without remote execution.
var defaultQuotas = object{
	"resourceQuotaCpu": "10", "resourceQuotaMemory": "20Gi", "defaultTaskPodCpu": "0.25", "defaultTaskPodMemory": "0.5Gi",
}

func deploymentSpec() kindSpec {
	return kindSpec{
		name: kindDeployment, title: "Deployment", path: "/deployments/{deploymentId}", plural: "deployments",
		owner:        []string{"id", "workspaceId"}, // a new Deployment has no ID
		createStatus: "CREATING", updateStatus: "DEPLOYING",
		defaults: object{
			"name": "deployment", "type": typeStandard, "executor": executorCelery, "astroRuntimeVersion": defaultRuntime,
			"description": "", "contactEmails": []any{}, "isDagDeployEnabled": false, "imageTag": "",
		},
		// Whether an update that omits these fields keeps them is unclear for the API.
		keeps:     []string{"scalingSpec", "workloadIdentity", "drWorkloadIdentity", "isDevelopmentMode"},
		hidden:    []string{"workloadIdentity", "drWorkloadIdentity"},
		omitEmpty: []string{"description", "contactEmails", "environmentVariables", "workerQueues"},
		validate:  (*Server).validateDeployment,
		fill:      (*Server).fillDeployment,
		view:      (*Server).viewDeployment,
		routes: map[string]handlerFunc{
			"POST /deployments/{deploymentId}/hibernation-override":   (*Server).setHibernationOverride,
			"DELETE /deployments/{deploymentId}/hibernation-override": (*Server).setHibernationOverride,
		},
	}
}

// fillDeployment sets the defaults of a Deployment, and normalizes the spelling of its values. It finds or seeds the
// Workspace and the cluster if a seed lacks them.
func (s *Server) fillDeployment(next, old *resource) {
	state, oldState := next.state, object(nil)
	if old != nil {
		next.staleStatus, oldState = s.statusOf(old, false), old.state
	}
	if getString(state, "workspaceId") == "" {
		state["workspaceId"] = s.findOrSeed(kindWorkspace, object{})
	}
	if kind := getString(state, "type"); kind == typeStandard {
		setMissing(state, object{"cloudProvider": "AWS", "region": "us-east-1"})
	} else if getString(state, "clusterId") == "" {
		state["clusterId"] = s.findOrSeed(kindCluster, object{"type": kind})
	}
	short := shortHash(next.id)
	setMissing(state, object{
		"isCicdEnforced": getBool(s.stateOf(kindWorkspace, getString(state, "workspaceId")), "cicdEnforcedDefault"),
		"namespace":      "simulated-" + short, "imageRepository": "images.astronomer.cloud/" + short,
	})
	dropEmpty(state, "workloadIdentity", "drWorkloadIdentity")
	if getString(state, "type") == typeHybrid {
		s.fillHybrid(state)
	} else {
		fillHosted(state)
	}
	s.fillQueues(state)
	fillVariables(state, oldState)
}

func fillHosted(state object) {
	setMissing(state, object{"schedulerSize": "SMALL", "isHighAvailability": false, "isDevelopmentMode": false})
	fillHibernation(state)
	if remote := getObject(state, "remoteExecution"); getBool(remote, "enabled") {
		setMissing(remote, object{"allowedIpAddressRanges": []any{}})
		dropEmpty(remote, "taskLogBucket", "taskLogUrlPattern")
	} else {
		delete(state, "remoteExecution") // the API doesn't return it if it is disabled
		setMissing(state, defaultQuotas)
	}
	// Unknown: does the API normalize 500m and 512Mi? The simulator does, so that clients must compare values, not text.
	for name := range defaultQuotas {
		if v := getString(state, name); v != "" {
			state[name] = normalizeQuantity(v)
		}
	}
}

func (s *Server) fillHybrid(state object) {
	// The scheduler is returned as schedulerAu and schedulerReplicas.
	for name, value := range getObject(state, "scheduler") {
		state[map[string]string{"au": "schedulerAu", "replicas": "schedulerReplicas"}[name]] = value
	}
	delete(state, "scheduler")
	setMissing(state, object{"schedulerAu": 5.0, "schedulerReplicas": 1.0})
	if getString(state, "executor") == executorKubernetes {
		setMissing(state, object{"taskPodNodePoolId": s.defaultNodePool(getString(state, "clusterId"))})
	}
}

// viewDeployment converts a Deployment to the API's form: without secrets, workload identities and empty values, and
// with lists in the server's order.
func (s *Server) viewDeployment(view object) {
	id, short := getString(view, "id"), shortHash(getString(view, "id"))
	if w := s.stateOf(kindWorkspace, getString(view, "workspaceId")); w != nil {
		view["workspaceName"] = w["name"]
	}
	if c := s.stateOf(kindCluster, getString(view, "clusterId")); c != nil {
		view["clusterName"], view["region"] = c["name"], c["region"]
	}
	host, runtime := "simulated.astronomer.run/"+short, getString(view, "astroRuntimeVersion")
	setMissing(view, object{
		"runtimeVersion": runtime, "airflowVersion": airflowVersion(runtime),
		"apiUrl": "https://" + host + "/api/v2", "uiUrl": "https://" + host, "webServerUrl": host,
		"webServerAirflowApiUrl": host + "/api/v2", "webServerIngressHostname": host,
		"webServerCpu": "0.5", "webServerMemory": "1Gi", "webServerReplicas": 1,
		"externalIPs": []any{}, "oidcIssuerUrl": "https://oidc.simulated.astronomer.run/" + short,
	})
	addSchedulerResources(view)
	for _, v := range getObjects(view, "environmentVariables") {
		if getBool(v, "isSecret") {
			v["value"] = "" // a client that sends this back erases the secret
		} else {
			dropEmpty(v, "value") // the document doesn't require an empty value
		}
	}
	sortListBy(view, "environmentVariables", "key")
	sortListBy(view, "workerQueues", "id")
	defaultIdentity := "arn:aws:iam::123456789012:role/AirflowS3Logs-" + id
	view["effectiveWorkloadIdentity"] = cmp.Or(getString(view, "workloadIdentity"), defaultIdentity)
	if dr := getString(view, "drWorkloadIdentity"); dr != "" {
		view["effectiveDRWorkloadIdentity"] = dr
	}
	if remote := getObject(view, "remoteExecution"); remote != nil {
		remote["remoteApiUrl"] = "https://remote.simulated.astronomer.run/" + short
	}
	if getBool(view, "isDevelopmentMode") {
		view["scalingStatus"] = object{"hibernationStatus": object{"isHibernating": s.isHibernating(view)}}
	} else {
		delete(view, "isDevelopmentMode") // false and absent are the same
	}
	if override := getOverride(view); override != nil {
		override["isActive"] = s.isOverrideActive(override)
	}
}

func addSchedulerResources(view object) {
	if au := getNumber(view, "schedulerAu"); getString(view, "type") == typeHybrid {
		view["schedulerCpu"], view["schedulerMemory"] = formatDecimal(au/10), formatGibibytes(au*0.375)
		return
	}
	cpu := map[string]float64{"SMALL": 1, "MEDIUM": 2, "LARGE": 4, "EXTRA_LARGE": 8}[getString(view, "schedulerSize")]
	view["schedulerCpu"], view["schedulerMemory"] = formatDecimal(cpu), formatGibibytes(2*cpu)
	view["schedulerReplicas"] = 1
	if getBool(view, "isHighAvailability") {
		view["schedulerReplicas"] = 2
	}
}
