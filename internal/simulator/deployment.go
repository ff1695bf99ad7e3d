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

// Defaults of a hosted Deployment.
const (
	defaultQuotaCPU    = "10"
	defaultQuotaMemory = "20Gi"
	defaultPodCPU      = "0.25"
	defaultPodMemory   = "0.5Gi"
	defaultRuntime     = "3.1-2"
)

func deploymentSpec() kindSpec {
	return kindSpec{
		name: kindDeployment, title: "Deployment", path: "/deployments/{deploymentId}", plural: "deployments",
		createStatus: "CREATING", updateStatus: "DEPLOYING",
		defaults: object{
			"name": "deployment", "type": typeStandard, "executor": executorCelery, "astroRuntimeVersion": defaultRuntime,
			"description": "", "contactEmails": []any{}, "isDagDeployEnabled": false, "imageTag": "",
		},
		hidden:    []string{"workloadIdentity", "drWorkloadIdentity"},
		omitEmpty: []string{"description", "contactEmails", "environmentVariables", "workerQueues"},
		canAccess: func(_ *Server, c *call, _ string, o *resource) bool {
			return o != nil && c.caller.canAccessDeployment(o)
		},
		list:         func(s *Server, c *call) []*resource { return s.filter(kindDeployment, c.caller.canAccessDeployment) },
		beforeCreate: (*Server).prepareNewDeployment,
		// An update that omits one of these fields keeps it (unclear for the API).
		keeps: func(field string) bool {
			return slices.Contains([]string{"scalingSpec", "workloadIdentity", "drWorkloadIdentity", "isDevelopmentMode"}, field)
		},
		validate: (*Server).validateDeployment,
		fill:     (*Server).fillDeployment,
		view:     (*Server).viewDeployment,
		deleted:  (*Server).deleteDependents,
		routes: map[string]handlerFunc{
			"POST /deployments/{deploymentId}/hibernation-override":   (*Server).setHibernationOverride,
			"DELETE /deployments/{deploymentId}/hibernation-override": (*Server).deleteHibernationOverride,
		},
	}
}

func (s *Server) prepareNewDeployment(c *call) {
	workspace := getString(c.body, "workspaceId")
	requireAccess(c.caller.canAccessWorkspace(workspace),
		"the token isn't allowed to create Deployments in Workspace '%s'", workspace)
	if c.body["type"] == nil {
		c.body["type"] = s.impliedType(c.body)
	}
}

// fillDeployment sets the defaults of a Deployment, and normalizes the spelling of its values. It finds or seeds the
// Workspace and the cluster if a seed lacks them.
func (s *Server) fillDeployment(next, old *resource) {
	state, oldState := next.state, object(nil)
	if old != nil {
		next.staleStatus, oldState = s.currentStatus(old), old.state
	}
	if getString(state, "workspaceId") == "" {
		state["workspaceId"] = s.findOrSeed(kindWorkspace, object{})
	}
	if kind := getString(state, "type"); kind == typeStandard {
		setMissing(state, object{"cloudProvider": "AWS", "region": "us-east-1"})
	} else if getString(state, "clusterId") == "" {
		state["clusterId"] = s.findOrSeed(kindCluster, object{"type": kind})
	}
	enforced := false
	if w := s.find(kindWorkspace, getString(state, "workspaceId")); w != nil {
		enforced = getBool(w.state, "cicdEnforcedDefault")
	}
	short := shortHash(next.id)
	setMissing(state, object{
		"isCicdEnforced": enforced, "namespace": "simulated-" + short, "imageRepository": "images.astronomer.cloud/" + short,
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

// findOrSeed returns a resource of a kind, and of the type of value if it has one. If there is none, it seeds value.
func (s *Server) findOrSeed(kind string, value object) string {
	isSuitable := func(o *resource) bool { return value["type"] == nil || o.state["type"] == value["type"] }
	if o := s.findWhere(kind, isSuitable); o != nil {
		return o.id
	}
	return s.seedResource(kind, value)
}

func fillHosted(state object) {
	setMissing(state, object{"schedulerSize": "SMALL", "isHighAvailability": false, "isDevelopmentMode": false})
	fillHibernation(state)
	if remote := getObject(state, "remoteExecution"); getBool(remote, "enabled") {
		setMissing(remote, object{"allowedIpAddressRanges": []any{}})
		dropEmpty(remote, "taskLogBucket", "taskLogUrlPattern")
	} else {
		delete(state, "remoteExecution") // the API doesn't return it if it is disabled
		setMissing(state, object{
			"resourceQuotaCpu": defaultQuotaCPU, "resourceQuotaMemory": defaultQuotaMemory,
			"defaultTaskPodCpu": defaultPodCPU, "defaultTaskPodMemory": defaultPodMemory,
		})
	}
	// Unknown: does the API normalize 500m and 512Mi? The simulator does, so that clients must compare values, not text.
	for _, name := range []string{"resourceQuotaCpu", "defaultTaskPodCpu"} {
		if v := getString(state, name); v != "" {
			state[name] = formatDecimal(parseCores(v))
		}
	}
	for _, name := range []string{"resourceQuotaMemory", "defaultTaskPodMemory"} {
		if v := getString(state, name); v != "" {
			state[name] = formatGibibytes(parseGibibytes(v))
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
