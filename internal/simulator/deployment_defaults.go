package simulator

// fillDeployment sets the defaults of a sent or seeded state, and normalizes the spelling of its values. old is the state
// before an update, nil in a create.
func (s *Server) fillDeployment(state, old map[string]any) {
	workspace := map[string]any{}
	if o := s.collections[kindWorkspace].findByID(getString(state, "workspaceId")); o != nil {
		workspace = o.state
	}
	setMissing(state, map[string]any{
		"executor": executorCelery, "astroRuntimeVersion": defaultRuntime, "description": "", "contactEmails": []any{},
		"isCicdEnforced": getBool(workspace, "cicdEnforcedDefault"), "isDagDeployEnabled": false,
		"namespace": "simulated-" + shortHash(getString(state, "id")), "imageRepository": "images.astronomer.cloud/" + shortHash(getString(state, "id")),
		"imageTag": "",
	})
	dropEmpty(state, "workloadIdentity", "drWorkloadIdentity")
	if getString(state, "type") == typeHybrid {
		s.fillHybrid(state)
	} else {
		fillHosted(state)
	}
	s.fillQueues(state)
	fillVariables(state, old)
}

func fillHosted(state map[string]any) {
	setMissing(state, map[string]any{"schedulerSize": "SMALL", "isHighAvailability": false, "isDevelopmentMode": false})
	fillHibernation(state)
	if remote := getObject(state, "remoteExecution"); getBool(remote, "enabled") {
		setMissing(remote, map[string]any{"allowedIpAddressRanges": []any{}})
		dropEmpty(remote, "taskLogBucket", "taskLogUrlPattern")
	} else {
		delete(state, "remoteExecution") // the API doesn't return it if it is disabled
		setMissing(state, map[string]any{
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
			state[name] = formatDecimal(parseGibibytes(v)) + "Gi"
		}
	}
}

func (s *Server) fillHybrid(state map[string]any) {
	scheduler := getObject(state, "scheduler")
	delete(state, "scheduler") // returned as schedulerAu and schedulerReplicas
	if au, ok := scheduler["au"]; ok {
		state["schedulerAu"] = au
	}
	if replicas, ok := scheduler["replicas"]; ok {
		state["schedulerReplicas"] = replicas
	}
	setMissing(state, map[string]any{"schedulerAu": 5.0, "schedulerReplicas": 1.0})
	if getString(state, "executor") == executorKubernetes {
		setMissing(state, map[string]any{"taskPodNodePoolId": s.defaultNodePool(getString(state, "clusterId"))})
	}
}

// fillSeededDeployment sets the defaults of a seeded Deployment. It finds or seeds the Workspace and the cluster if they are
// missing.
func (s *Server) fillSeededDeployment(state map[string]any) {
	findOrSeed := func(kind string, value map[string]any) string {
		for _, o := range s.collections[kind].resources {
			if value["type"] == nil || o.getString("type") == value["type"] {
				return o.id
			}
		}
		return s.seedResource(kind, value)
	}
	if getString(state, "workspaceId") == "" {
		state["workspaceId"] = findOrSeed(kindWorkspace, map[string]any{})
	}
	setMissing(state, map[string]any{"name": "deployment", "type": typeStandard})
	if kind := getString(state, "type"); kind == typeStandard {
		setMissing(state, map[string]any{"cloudProvider": "AWS", "region": "us-east-1"})
	} else if getString(state, "clusterId") == "" {
		state["clusterId"] = findOrSeed(kindCluster, map[string]any{"type": kind})
	}
	s.fillDeployment(state, nil)
}
