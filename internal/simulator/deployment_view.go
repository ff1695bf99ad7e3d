package simulator

import (
	"cmp"
	"slices"
	"strings"
)

// deploymentView returns a Deployment as the API returns it: without secrets, workload identities and empty values, and with
// lists in the server's order.
func (s *Server) deploymentView(o *storedResource) map[string]any {
	view := deepCopy(o.state)
	s.addReferenceNames(view)
	addAddresses(view)
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
	view["effectiveWorkloadIdentity"] = cmp.Or(getString(view, "workloadIdentity"), "arn:aws:iam::123456789012:role/AirflowS3Logs-"+o.id)
	if dr := getString(view, "drWorkloadIdentity"); dr != "" {
		view["effectiveDRWorkloadIdentity"] = dr
	}
	delete(view, "workloadIdentity")
	delete(view, "drWorkloadIdentity")
	if remote := getObject(view, "remoteExecution"); remote != nil {
		remote["remoteApiUrl"] = "https://remote.simulated.astronomer.run/" + shortHash(o.id)
	}
	if override := getObject(getObject(getObject(view, "scalingSpec"), "hibernationSpec"), "override"); override != nil {
		override["isActive"] = s.isOverrideActive(override)
	}
	asleep := s.isHibernating(o.state)
	if getBool(view, "isDevelopmentMode") {
		view["scalingStatus"] = map[string]any{"hibernationStatus": map[string]any{"isHibernating": asleep}}
	} else {
		delete(view, "isDevelopmentMode") // false and absent are the same
	}
	view["status"] = s.currentStatus(o, asleep)
	dropEmpty(view, "description", "contactEmails", "environmentVariables", "workerQueues")
	return view
}

// deploymentWriteView returns the response to a create or update. The status is the pending one; with
// Options.StaleStatusFor, an update still returns the old one.
func (s *Server) deploymentWriteView(o *storedResource) map[string]any {
	view := s.deploymentView(o)
	if !s.hasStaleStatus(o) {
		view["status"] = o.pendingStatus
	}
	return view
}

func (s *Server) hasStaleStatus(o *storedResource) bool {
	return o.staleStatus != "" && s.now().Before(o.changedAt.Add(s.options.StaleStatusFor))
}

func (s *Server) currentStatus(o *storedResource, asleep bool) string {
	switch {
	case s.hasStaleStatus(o):
		return o.staleStatus
	case o.pendingStatus != "" && s.now().Before(o.changedAt.Add(s.readyAfter)):
		return o.pendingStatus
	case o.getString("status") != "": // the seeded status holds until an update
		return o.getString("status")
	case asleep:
		return "HIBERNATING"
	}
	return "HEALTHY"
}

func (s *Server) addReferenceNames(view map[string]any) {
	if w := s.collections[kindWorkspace].findByID(getString(view, "workspaceId")); w != nil {
		view["workspaceName"] = w.getString("name")
	}
	if c := s.collections[kindCluster].findByID(getString(view, "clusterId")); c != nil {
		view["clusterName"], view["region"] = c.getString("name"), c.getString("region")
	}
}

func addAddresses(view map[string]any) {
	runtime, short := getString(view, "astroRuntimeVersion"), shortHash(getString(view, "id"))
	host := "simulated.astronomer.run/" + short
	airflow := "NA"
	if isAirflow3(runtime) {
		airflow, _, _ = strings.Cut(runtime, "-")
		airflow += ".0"
	}
	setMissing(view, map[string]any{
		"runtimeVersion": runtime, "airflowVersion": airflow,
		"apiUrl": "https://" + host + "/api/v2", "uiUrl": "https://" + host, "webServerUrl": host,
		"webServerAirflowApiUrl": host + "/api/v2", "webServerIngressHostname": host,
		"webServerCpu": "0.5", "webServerMemory": "1Gi", "webServerReplicas": 1,
		"externalIPs": []any{}, "oidcIssuerUrl": "https://oidc.simulated.astronomer.run/" + short,
	})
}

func addSchedulerResources(view map[string]any) {
	if getString(view, "type") == typeHybrid {
		view["schedulerCpu"], view["schedulerMemory"] = formatDecimal(getNumber(view, "schedulerAu")/10), formatDecimal(getNumber(view, "schedulerAu")*0.375)+"Gi"
		return
	}
	cpu := map[string]float64{"SMALL": 1, "MEDIUM": 2, "LARGE": 4, "EXTRA_LARGE": 8}[getString(view, "schedulerSize")]
	replicas := 1
	if getBool(view, "isHighAvailability") {
		replicas = 2
	}
	view["schedulerCpu"], view["schedulerMemory"], view["schedulerReplicas"] = formatDecimal(cpu), formatDecimal(2*cpu)+"Gi", replicas
}

// sortListBy sorts a list of objects by one of their members.
func sortListBy(view map[string]any, name, member string) {
	members := getObjects(view, name)
	slices.SortFunc(members, func(a, b map[string]any) int { return cmp.Compare(getString(a, member), getString(b, member)) })
	view[name] = toArray(members)
}
