package simulator

// fillDeployment completes a state that was sent or seeded: defaults for what is absent, the server's spelling for the
// rest. old is the state before an update, nil otherwise.
func (s *Server) fillDeployment(state, old map[string]any) {
	workspace := map[string]any{}
	if o := s.collections[kindWorkspace].find(text(state, "workspaceId")); o != nil {
		workspace = o.state
	}
	fillIn(state, map[string]any{
		"executor": executorCelery, "astroRuntimeVersion": defaultRuntime, "description": "", "contactEmails": []any{},
		"isCicdEnforced": flag(workspace, "cicdEnforcedDefault"), "isDagDeployEnabled": false,
		"namespace": "simulated-" + hash(text(state, "id")), "imageRepository": "images.astronomer.cloud/" + hash(text(state, "id")),
		"imageTag": "",
	})
	dropEmpty(state, "workloadIdentity", "drWorkloadIdentity")
	if text(state, "type") == typeHybrid {
		s.fillHybrid(state)
	} else {
		fillHosted(state)
	}
	s.fillQueues(state)
	fillVariables(state, old)
}

func fillHosted(state map[string]any) {
	fillIn(state, map[string]any{"schedulerSize": "SMALL", "isHighAvailability": false, "isDevelopmentMode": false})
	fillHibernation(state)
	if remote := group(state, "remoteExecution"); flag(remote, "enabled") {
		fillIn(remote, map[string]any{"allowedIpAddressRanges": []any{}})
		dropEmpty(remote, "taskLogBucket", "taskLogUrlPattern")
	} else {
		delete(state, "remoteExecution") // disabled, it disappears (notes 2.3)
		fillIn(state, map[string]any{
			"resourceQuotaCpu": defaultQuotaCPU, "resourceQuotaMemory": defaultQuotaMemory,
			"defaultTaskPodCpu": defaultPodCPU, "defaultTaskPodMemory": defaultPodMemory,
		})
	}
	// Whether the server respells 500m or 512Mi isn't known: it does here.
	for _, name := range []string{"resourceQuotaCpu", "defaultTaskPodCpu"} {
		if v := text(state, name); v != "" {
			state[name] = decimal(cores(v))
		}
	}
	for _, name := range []string{"resourceQuotaMemory", "defaultTaskPodMemory"} {
		if v := text(state, name); v != "" {
			state[name] = decimal(gibibytes(v)) + "Gi"
		}
	}
}

func (s *Server) fillHybrid(state map[string]any) {
	scheduler := group(state, "scheduler")
	delete(state, "scheduler") // is read as schedulerAu and schedulerReplicas
	if au, ok := scheduler["au"]; ok {
		state["schedulerAu"] = au
	}
	if replicas, ok := scheduler["replicas"]; ok {
		state["schedulerReplicas"] = replicas
	}
	fillIn(state, map[string]any{"schedulerAu": 5.0, "schedulerReplicas": 1.0})
	if text(state, "executor") == executorKubernetes {
		fillIn(state, map[string]any{"taskPodNodePoolId": s.nodePool(text(state, "clusterId"))})
	}
}

// seedDeployment completes a seeded Deployment, whose Workspace and cluster may be left to the server.
func (s *Server) seedDeployment(state map[string]any) {
	some := func(kind string, value map[string]any) string {
		for _, o := range s.collections[kind].objects {
			if value["type"] == nil || o.text("type") == value["type"] {
				return o.id
			}
		}
		return s.seed(kind, value)
	}
	if text(state, "workspaceId") == "" {
		state["workspaceId"] = some(kindWorkspace, map[string]any{})
	}
	fillIn(state, map[string]any{"name": "deployment", "type": typeStandard})
	if kind := text(state, "type"); kind == typeStandard {
		fillIn(state, map[string]any{"cloudProvider": "AWS", "region": "us-east-1"})
	} else if text(state, "clusterId") == "" {
		state["clusterId"] = some(kindCluster, map[string]any{"type": kind})
	}
	s.fillDeployment(state, nil)
}
