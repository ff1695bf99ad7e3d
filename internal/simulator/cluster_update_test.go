package simulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestClusterIsBusy(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o := startOrganization(t, simulator.Options{ReadyAfter: time.Hour, Now: clockAt(&now)})
	update := map[string]any{"clusterType": "DEDICATED", "name": "x", "k8sTags": []any{}}
	path := "/clusters/" + o.mustSend("POST", "/clusters", clusterBody("AWS"))["id"].(string)
	busy := func(path string) {
		t.Helper()
		if f := o.wantRefusal(409, "POST", path, update); f.Message != "Conflict: a workflow is running on the cluster" {
			t.Errorf("message %q", f.Message)
		}
		o.wantRefusal(409, "DELETE", path, nil)
	}
	busy(path)
	now = now.Add(time.Hour)
	o.mustSend("POST", path, update)
	busy(path)
	now = now.Add(time.Hour)
	o.mustSend("POST", path, withChanges(update, map[string]any{"isFailedOver": true}))
	busy(path)
	now = now.Add(time.Hour)
	o.mustSend("DELETE", path, nil)
	busy("/clusters/" + o.Seed("cluster", map[string]any{"status": "UPDATING"}))
}

func TestClusterFailsOver(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	id := o.Seed("cluster", map[string]any{"drRegion": "r"})
	update := map[string]any{"clusterType": "DEDICATED", "name": "x", "k8sTags": []any{}}
	o.mustSend("POST", "/clusters/"+id, update)
	if n, counted := o.storedState("cluster", id)["failovers"]; counted {
		t.Errorf("%v failovers before the first one", n)
	}
	for range 2 { // the second one changes no value, but also counts
		if created := o.mustSend("POST", "/clusters/"+id, withChanges(update, map[string]any{"isFailedOver": true})); created["status"] != "FAILING_OVER" || created["isFailedOver"] != true || created["failovers"] != nil {
			t.Errorf("failing over: %v", created)
		}
	}
	if n := o.storedState("cluster", id)["failovers"]; n != 2.0 {
		t.Errorf("%v failovers, want 2", n)
	}
}

func TestClusterDisasterRecovery(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	update := map[string]any{"clusterType": "DEDICATED", "name": "x", "k8sTags": []any{}}
	azure := "/clusters/" + o.Seed("cluster", map[string]any{"cloudProvider": "AZURE"})
	on := o.mustSend("POST", azure, withChanges(update, map[string]any{"enableDr": true, "drRegion": "r", "enableReplicationTimeControl": true}))
	if on["isDrEnabled"] != true || on["drRegion"] != "r" || on["drVpcSubnetRange"] != on["vpcSubnetRange"] || on["enableReplicationTimeControl"] != true {
		t.Errorf("on: %v", on)
	}
	o.mustSend("POST", azure, update)
	if kept := o.mustSend("GET", azure, nil); kept["isDrEnabled"] != true || kept["drRegion"] != "r" {
		t.Errorf("fields that aren't sent must be kept: %v", kept)
	}
	off := o.mustSend("POST", azure, withChanges(update, map[string]any{"enableDr": false}))
	if diff := cmp.Diff(map[string]any{"isDrEnabled": false, "drRegion": ""}, pickFields(off, "isDrEnabled", "drRegion", "drVpcSubnetRange")); diff != "" {
		t.Errorf("off:\n%s", diff)
	}
}

func TestClusterWorkspaces(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w := o.Seed("workspace", map[string]any{})
	id := o.Seed("cluster", map[string]any{"name": "h", "type": "HYBRID", "workspaceIds": []any{w}})
	path, update := "/clusters/"+id, map[string]any{"clusterType": "HYBRID"}
	if kept := o.mustSend("POST", path, update); cmp.Diff([]any{w}, kept["workspaceIds"]) != "" || kept["name"] != "h" {
		t.Errorf("not sent: %v", kept)
	}
	unchanged := withChanges(update, map[string]any{"workspaceIds": []any{w}})
	o.mustSend("POST", path, unchanged)
	o.Seed("organization", map[string]any{"authorizedWorkspaces": false})
	if _, shown := o.mustSend("GET", "", nil)["authorizedWorkspaces"]; shown {
		t.Error("the Organization shows its entitlements")
	}
	for _, f := range []errorBody{
		o.wantRefusal(403, "POST", path, unchanged),
		o.wantRefusal(403, "POST", "/clusters", withChanges(clusterBody("AWS"), map[string]any{"workspaceIds": []any{}})),
	} {
		if f.Message != "Forbidden: workspaceIds requires the Authorized Workspaces entitlement" {
			t.Errorf("message %q", f.Message)
		}
	}
	o.mustSend("POST", path, update)
	o.mustSend("POST", "/clusters", clusterBody("AWS"))
	o.Seed("organization", map[string]any{"authorizedWorkspaces": true})
	if updated := o.mustSend("POST", path, withChanges(update, map[string]any{"workspaceIds": []any{}})); updated["workspaceIds"] != nil {
		t.Errorf("an empty list must remove the Workspaces: %v", updated)
	}
}

// TestClusterTypeIsOptional updates a dedicated cluster without clusterType, as the document allows. The validator requires
// clusterType, so this test doesn't use it.
func TestClusterTypeIsOptional(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	o.client = &http.Client{}
	path := "/clusters/" + o.Seed("cluster", map[string]any{})
	if created := o.mustSend("POST", path, map[string]any{"name": "x", "k8sTags": clusterTags}); created["name"] != "x" || len(getObjects(created, "tags")) != 2 {
		t.Errorf("created: %v", created)
	}
}

func TestDeploymentsOfClusters(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o, w := startPopulated(t, simulator.Options{ReadyAfter: time.Hour, Now: clockAt(&now)})
	other := o.Seed("workspace", map[string]any{})
	id := o.mustSend("POST", "/clusters", withChanges(clusterBody("AWS"), map[string]any{"name": "new", "workspaceIds": []any{other}}))["id"].(string)
	path, deployment := "/clusters/"+id, withChanges(documentedDeployment(w), map[string]any{"clusterId": id})
	wants := func(message string) {
		t.Helper()
		if f := o.wantRefusal(400, "POST", "/deployments", deployment); !strings.Contains(f.Message, message) {
			t.Errorf("message %q lacks %q", f.Message, message)
		}
	}
	wants("cluster '" + id + "' is not ready")
	now = now.Add(time.Hour)
	wants("Workspace is not authorized for cluster")
	o.mustSend("POST", path, map[string]any{"clusterType": "DEDICATED", "name": "new", "k8sTags": []any{}, "workspaceIds": []any{w}})
	wants("cluster '" + id + "' is not ready")
	now = now.Add(time.Hour)
	created := o.mustSend("POST", "/deployments", deployment)
	if f := o.wantRefusal(400, "DELETE", path, nil); !strings.Contains(f.Message, "still has Deployments") {
		t.Errorf("message %q", f.Message)
	}
	o.mustSend("DELETE", "/deployments/"+created["id"].(string), nil)
	o.mustSend("DELETE", path, nil)
	o.wantRefusal(404, "GET", path, nil)
}
