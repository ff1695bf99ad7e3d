package simulator_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

// documentedDeployment returns the create request of the API documentation's example.
func documentedDeployment(workspace string) map[string]any {
	return map[string]any{
		"name": "my_deployment", "type": "DEDICATED", "workspaceId": workspace, "clusterId": "cabcdefgh12ij34klmn567op8",
		"executor": "CELERY", "schedulerSize": "SMALL", "resourceQuotaCpu": "10", "resourceQuotaMemory": "20Gi",
		"defaultTaskPodCpu": "0.25", "defaultTaskPodMemory": "0.5Gi", "isCicdEnforced": false, "isDagDeployEnabled": true,
		"isHighAvailability": false, "astroRuntimeVersion": "3.1-2",
	}
}

// startPopulated starts an organization with the Workspace and the cluster of the documented example.
func startPopulated(t *testing.T, options simulator.Options) (o *testOrganization, workspace string) {
	t.Helper()
	o = startOrganization(t, options)
	workspace = o.Seed("workspace", map[string]any{"name": "data", "cicdEnforcedDefault": true})
	o.Seed("cluster", map[string]any{"id": "cabcdefgh12ij34klmn567op8", "name": "production", "region": "eu-west-1"})
	return o, workspace
}

func pickFields(object map[string]any, names ...string) map[string]any {
	picked := map[string]any{}
	for _, name := range names {
		if value, ok := object[name]; ok {
			picked[name] = value
		}
	}
	return picked
}

func TestDocumentedExampleCreates(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	created := o.mustSend("POST", "/deployments", documentedDeployment(w))
	want := map[string]any{
		"name": "my_deployment", "status": "CREATING", "clusterName": "production", "region": "eu-west-1", "workspaceName": "data",
		"airflowVersion": "3.1.0", "runtimeVersion": "3.1-2",
	}
	got := pickFields(created, "name", "status", "clusterName", "region", "workspaceName", "airflowVersion", "runtimeVersion",
		"description", "isDevelopmentMode", "contactEmails", "environmentVariables", "remoteExecution", "workloadIdentity", "scalingStatus", "cloudProvider")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("empty, disabled and write-only values must be absent:\n%s", diff)
	}
	queue := pickFields(getObjects(created, "workerQueues")[0], "name", "isDefault", "astroMachine", "podCpu", "podMemory", "podEphemeralStorage")
	if diff := cmp.Diff(map[string]any{"name": "default", "isDefault": true, "astroMachine": "A5", "podCpu": "1", "podMemory": "2Gi", "podEphemeralStorage": "10Gi"}, queue); diff != "" {
		t.Errorf("default queue:\n%s", diff)
	}
	if read := o.mustSend("GET", "/deployments/"+created["id"].(string), nil); read["status"] != "HEALTHY" {
		t.Errorf("status on the next read: %v", read["status"])
	}
	f := o.wantRefusal(400, "POST", "/deployments", documentedDeployment(w))
	if f.Message != "Invalid request: Deployment name 'my_deployment' already exists in this workspace" || f.FieldErrors != nil {
		t.Errorf("duplicate: %+v", f)
	}
	other := o.Seed("workspace", map[string]any{"name": "other"})
	o.mustSend("POST", "/deployments", documentedDeployment(other)) // names must only be unique within a Workspace
}

func TestMinimalCreateRequests(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	hybrid := o.Seed("cluster", map[string]any{"type": "HYBRID"})
	pool := getObjects(o.storedState("cluster", hybrid), "nodePools")[0]["id"]
	standard := o.mustSend("POST", "/deployments", map[string]any{"name": "s", "type": "STANDARD", "workspaceId": w, "cloudProvider": "AWS", "region": "us-east-1"})
	if diff := cmp.Diff(map[string]any{
		"cloudProvider": "AWS", "region": "us-east-1", "isCicdEnforced": true, "executor": "CELERY", "schedulerSize": "SMALL",
		"resourceQuotaCpu": "10", "resourceQuotaMemory": "20Gi", "defaultTaskPodCpu": "0.25", "defaultTaskPodMemory": "0.5Gi",
	}, pickFields(standard, "cloudProvider", "region", "clusterId", "isCicdEnforced", "executor", "schedulerSize", "schedulerAu",
		"resourceQuotaCpu", "resourceQuotaMemory", "defaultTaskPodCpu", "defaultTaskPodMemory")); diff != "" {
		t.Errorf("STANDARD:\n%s", diff)
	}
	body := map[string]any{"name": "h", "type": "HYBRID", "workspaceId": w, "clusterId": hybrid, "executor": "KUBERNETES", "scheduler": map[string]any{"au": 10}}
	created := o.mustSend("POST", "/deployments", body)
	if diff := cmp.Diff(map[string]any{"schedulerAu": 10.0, "schedulerReplicas": 1.0, "taskPodNodePoolId": pool, "schedulerCpu": "1"},
		pickFields(created, "schedulerAu", "schedulerReplicas", "taskPodNodePoolId", "schedulerCpu", "schedulerSize", "resourceQuotaCpu", "isHighAvailability")); diff != "" {
		t.Errorf("HYBRID:\n%s", diff)
	}
	// A request without cluster gets the Workspace's default, even if there are two clusters.
	least := map[string]any{"name": "d", "type": "DEDICATED", "workspaceId": w}
	o.wantRefusal(400, "POST", "/deployments", least)
	o.mustSend("POST", "/workspaces/"+w, map[string]any{"name": "data", "description": "", "cicdEnforcedDefault": false, "defaultClusterId": "cabcdefgh12ij34klmn567op8"})
	if d := o.mustSend("POST", "/deployments", least); d["clusterName"] != "production" {
		t.Errorf("placed on %v", d["clusterName"])
	}
}

func TestQuantitiesAreNormalized(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	body := withChanges(documentedDeployment(w), map[string]any{"defaultTaskPodCpu": "500m", "defaultTaskPodMemory": "1024Mi", "resourceQuotaCpu": "10.0"})
	if diff := cmp.Diff(map[string]any{"defaultTaskPodCpu": "0.5", "defaultTaskPodMemory": "1Gi", "resourceQuotaCpu": "10"},
		pickFields(o.mustSend("POST", "/deployments", body), "defaultTaskPodCpu", "defaultTaskPodMemory", "resourceQuotaCpu")); diff != "" {
		t.Error(diff)
	}
}

func TestStatusTransitions(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o, w := startPopulated(t, simulator.Options{ReadyAfter: time.Minute, Now: clockAt(&now)})
	id := o.mustSend("POST", "/deployments", documentedDeployment(w))["id"].(string)
	status := func() any { return o.mustSend("GET", "/deployments/"+id, nil)["status"] }
	var seen []any
	seen = append(seen, status())
	now = now.Add(time.Minute)
	seen = append(seen, status())
	update := withChanges(documentedDeployment(w), map[string]any{"clusterId": nil, "astroRuntimeVersion": nil, "environmentVariables": []any{}})
	after := o.mustSend("POST", "/deployments/"+id, update)
	seen = append(seen, after["status"], status())
	now = now.Add(time.Minute)
	seen = append(seen, status())
	if want := []any{"CREATING", "HEALTHY", "DEPLOYING", "DEPLOYING", "HEALTHY"}; !slices.Equal(want, seen) {
		t.Errorf("statuses %v, want %v", seen, want)
	}
	if after["updatedAt"] != "2026-01-02T03:05:05.000Z" || after["createdAt"] != "2026-01-02T03:04:05.000Z" {
		t.Errorf("updatedAt %v, createdAt %v", after["updatedAt"], after["createdAt"])
	}
	sick := o.Seed("deployment", map[string]any{"workspaceId": w, "name": "sick", "status": "UNHEALTHY"})
	if read := o.mustSend("GET", "/deployments/"+sick, nil); read["status"] != "UNHEALTHY" {
		t.Errorf("a seeded status must be kept: %v", read["status"])
	}
}

func TestSeededDeploymentDefaults(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"STANDARD", "DEDICATED", "HYBRID"} {
		o := startOrganization(t, simulator.Options{})
		id := o.Seed("deployment", map[string]any{"name": "etl", "type": kind, "contactEmails": []string{"a@b.c"}})
		read := o.mustSend("GET", "/deployments/"+id, nil) // the transport checks its conformance
		if read["type"] != kind || read["status"] != "HEALTHY" || !regexp.MustCompile(`^c[a-z0-9]{24}$`).MatchString(id) {
			t.Errorf("seeded: %v", read)
		}
		o.Resources("deployment")[0]["name"] = "changed"
		if o.storedState("deployment", id)["name"] != "etl" {
			t.Error("changing the result of Resources changes the server's state")
		}
	}
}

// TestStaleStatus checks that Options.StaleStatusFor delays the new status in the response to an update and in later reads,
// as may happen with the API.
func TestStaleStatus(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o, w := startPopulated(t, simulator.Options{ReadyAfter: time.Minute, StaleStatusFor: 10 * time.Second, Now: clockAt(&now)})
	created := o.mustSend("POST", "/deployments", documentedDeployment(w))
	id := created["id"].(string)
	status := func() any { return o.mustSend("GET", "/deployments/"+id, nil)["status"] }
	now = now.Add(time.Minute)
	seen := []any{created["status"], status()}
	update := withChanges(documentedDeployment(w), map[string]any{"clusterId": nil, "astroRuntimeVersion": nil, "environmentVariables": []any{}})
	seen = append(seen, o.mustSend("POST", "/deployments/"+id, update)["status"], status())
	for range 2 {
		now = now.Add(30 * time.Second)
		seen = append(seen, status())
	}
	if want := []any{"CREATING", "HEALTHY", "HEALTHY", "HEALTHY", "DEPLOYING", "HEALTHY"}; !slices.Equal(want, seen) {
		t.Errorf("statuses %v, want %v", seen, want)
	}
}
