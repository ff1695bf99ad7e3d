package simulator

import (
	"cmp"
	"slices"
	"strings"
)

// deploymentView is a Deployment as the API answers it: secrets and workload identities as sent are left out, what is
// empty is absent, lists come in an order of their own.
func (s *Server) deploymentView(o *object) map[string]any {
	view := plain(o.state)
	s.viewReferences(view)
	viewAddresses(view)
	viewScheduler(view)
	for _, v := range groups(view, "environmentVariables") {
		if flag(v, "isSecret") {
			v["value"] = "" // sent back as it is, this would blank the secret
		} else {
			dropEmpty(v, "value") // the document doesn't promise it
		}
	}
	sortBy(view, "environmentVariables", "key")
	sortBy(view, "workerQueues", "id")
	view["effectiveWorkloadIdentity"] = cmp.Or(text(view, "workloadIdentity"), "arn:aws:iam::123456789012:role/AirflowS3Logs-"+o.id)
	if dr := text(view, "drWorkloadIdentity"); dr != "" {
		view["effectiveDRWorkloadIdentity"] = dr
	}
	delete(view, "workloadIdentity")
	delete(view, "drWorkloadIdentity")
	if remote := group(view, "remoteExecution"); remote != nil {
		remote["remoteApiUrl"] = "https://remote.simulated.astronomer.run/" + hash(o.id)
	}
	if override := group(group(group(view, "scalingSpec"), "hibernationSpec"), "override"); override != nil {
		override["isActive"] = s.active(override)
	}
	asleep := s.hibernating(o.state)
	if flag(view, "isDevelopmentMode") {
		view["scalingStatus"] = map[string]any{"hibernationStatus": map[string]any{"isHibernating": asleep}}
	} else {
		delete(view, "isDevelopmentMode") // false and absent are the same
	}
	view["status"] = s.status(o, asleep)
	dropEmpty(view, "description", "contactEmails", "environmentVariables", "workerQueues")
	return view
}

// writtenDeployment answers a create or update, which is never ready at once; with
// Stale, an update's answer doesn't show that yet.
func (s *Server) writtenDeployment(o *object) map[string]any {
	view := s.deploymentView(o)
	if !s.showsOldStatus(o) {
		view["status"] = o.pending
	}
	return view
}

func (s *Server) showsOldStatus(o *object) bool {
	return o.before != "" && s.now().Before(o.changed.Add(s.options.Stale))
}

func (s *Server) status(o *object, asleep bool) string {
	switch {
	case s.showsOldStatus(o):
		return o.before
	case o.pending != "" && s.now().Before(o.changed.Add(s.settle)):
		return o.pending
	case o.text("status") != "": // as seeded, until an update
		return o.text("status")
	case asleep:
		return "HIBERNATING"
	}
	return "HEALTHY"
}

func (s *Server) viewReferences(view map[string]any) {
	if w := s.collections[kindWorkspace].find(text(view, "workspaceId")); w != nil {
		view["workspaceName"] = w.text("name")
	}
	if c := s.collections[kindCluster].find(text(view, "clusterId")); c != nil {
		view["clusterName"], view["region"] = c.text("name"), c.text("region")
	}
}

func viewAddresses(view map[string]any) {
	runtime, short := text(view, "astroRuntimeVersion"), hash(text(view, "id"))
	host := "simulated.astronomer.run/" + short
	airflow := "NA"
	if airflow3(runtime) {
		airflow, _, _ = strings.Cut(runtime, "-")
		airflow += ".0"
	}
	fillIn(view, map[string]any{
		"runtimeVersion": runtime, "airflowVersion": airflow,
		"apiUrl": "https://" + host + "/api/v2", "uiUrl": "https://" + host, "webServerUrl": host,
		"webServerAirflowApiUrl": host + "/api/v2", "webServerIngressHostname": host,
		"webServerCpu": "0.5", "webServerMemory": "1Gi", "webServerReplicas": 1,
		"externalIPs": []any{}, "oidcIssuerUrl": "https://oidc.simulated.astronomer.run/" + short,
	})
}

func viewScheduler(view map[string]any) {
	if text(view, "type") == typeHybrid {
		view["schedulerCpu"], view["schedulerMemory"] = decimal(number(view, "schedulerAu")/10), decimal(number(view, "schedulerAu")*0.375)+"Gi"
		return
	}
	cpu := map[string]float64{"SMALL": 1, "MEDIUM": 2, "LARGE": 4, "EXTRA_LARGE": 8}[text(view, "schedulerSize")]
	replicas := 1
	if flag(view, "isHighAvailability") {
		replicas = 2
	}
	view["schedulerCpu"], view["schedulerMemory"], view["schedulerReplicas"] = decimal(cpu), decimal(2*cpu)+"Gi", replicas
}

// sortBy orders a list of objects by a member.
func sortBy(view map[string]any, name, member string) {
	members := groups(view, name)
	slices.SortFunc(members, func(a, b map[string]any) int { return cmp.Compare(text(a, member), text(b, member)) })
	view[name] = list(members)
}
