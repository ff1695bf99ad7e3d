package simulator

import (
	"cmp"
	"strings"
)

// viewDeployment converts a Deployment to the API's form: without secrets, workload identities and empty values, and
// with lists in the server's order.
func (s *Server) viewDeployment(view object) {
	id := getString(view, "id")
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
	defaultIdentity := "arn:aws:iam::123456789012:role/AirflowS3Logs-" + id
	view["effectiveWorkloadIdentity"] = cmp.Or(getString(view, "workloadIdentity"), defaultIdentity)
	if dr := getString(view, "drWorkloadIdentity"); dr != "" {
		view["effectiveDRWorkloadIdentity"] = dr
	}
	if remote := getObject(view, "remoteExecution"); remote != nil {
		remote["remoteApiUrl"] = "https://remote.simulated.astronomer.run/" + shortHash(id)
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

func (s *Server) addReferenceNames(view object) {
	if w := s.find(kindWorkspace, getString(view, "workspaceId")); w != nil {
		view["workspaceName"] = w.getString("name")
	}
	if c := s.find(kindCluster, getString(view, "clusterId")); c != nil {
		view["clusterName"], view["region"] = c.getString("name"), c.getString("region")
	}
}

func addAddresses(view object) {
	runtime, short := getString(view, "astroRuntimeVersion"), shortHash(getString(view, "id"))
	host := "simulated.astronomer.run/" + short
	airflow := "NA"
	if isAirflow3(runtime) {
		airflow, _, _ = strings.Cut(runtime, "-")
		airflow += ".0"
	}
	setMissing(view, object{
		"runtimeVersion": runtime, "airflowVersion": airflow,
		"apiUrl": "https://" + host + "/api/v2", "uiUrl": "https://" + host, "webServerUrl": host,
		"webServerAirflowApiUrl": host + "/api/v2", "webServerIngressHostname": host,
		"webServerCpu": "0.5", "webServerMemory": "1Gi", "webServerReplicas": 1,
		"externalIPs": []any{}, "oidcIssuerUrl": "https://oidc.simulated.astronomer.run/" + short,
	})
}

func addSchedulerResources(view object) {
	if au := getNumber(view, "schedulerAu"); getString(view, "type") == typeHybrid {
		view["schedulerCpu"], view["schedulerMemory"] = formatDecimal(au/10), formatGibibytes(au*0.375)
		return
	}
	cpu := map[string]float64{"SMALL": 1, "MEDIUM": 2, "LARGE": 4, "EXTRA_LARGE": 8}[getString(view, "schedulerSize")]
	replicas := 1
	if getBool(view, "isHighAvailability") {
		replicas = 2
	}
	view["schedulerCpu"], view["schedulerMemory"] = formatDecimal(cpu), formatGibibytes(2*cpu)
	view["schedulerReplicas"] = replicas
}
