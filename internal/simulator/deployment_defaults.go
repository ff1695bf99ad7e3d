package simulator

// fillDeployment completes a state that was sent or seeded: defaults for what is absent, the server's spelling for the
// rest. old is the state before an update, nil otherwise.
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
		delete(state, "remoteExecution") // disabled, it disappears (notes 2.3)
		setMissing(state, map[string]any{
			"resourceQuotaCpu": defaultQuotaCPU, "resourceQuotaMemory": defaultQuotaMemory,
			"defaultTaskPodCpu": defaultPodCPU, "defaultTaskPodMemory": defaultPodMemory,
		})
	}
	// Whether the server respells 500m or 512Mi isn't known: it does here.
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
	delete(state, "scheduler") // is read as schedulerAu and schedulerReplicas
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

// fillSeededDeployment completes a seeded Deployment, whose Workspace and cluster may be left to the server.
func (s *Server) fillSeededDeployment(state map[string]any) {
	some := func(kind string, value map[string]any) string {
		for _, o := range s.collections[kind].resources {
			if value["type"] == nil || o.getString("type") == value["type"] {
				return o.id
			}
		}
		return s.seedResource(kind, value)
	}
	if getString(state, "workspaceId") == "" {
		state["workspaceId"] = some(kindWorkspace, map[string]any{})
	}
	setMissing(state, map[string]any{"name": "deployment", "type": typeStandard})
	if kind := getString(state, "type"); kind == typeStandard {
		setMissing(state, map[string]any{"cloudProvider": "AWS", "region": "us-east-1"})
	} else if getString(state, "clusterId") == "" {
		state["clusterId"] = some(kindCluster, map[string]any{"type": kind})
	}
	s.fillDeployment(state, nil)
}
