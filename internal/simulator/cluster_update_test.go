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
	o := start(t, simulator.Options{Settle: time.Hour, Now: clock(&now)})
	update := map[string]any{"clusterType": "DEDICATED", "name": "x", "k8sTags": []any{}}
	path := "/clusters/" + o.do("POST", "/clusters", clusterBody("AWS"))["id"].(string)
	busy := func(status int, path string) {
		t.Helper()
		if f := o.refused(status, "POST", path, update); f.Message != "Conflict: a workflow is running on the cluster" {
			t.Errorf("message %q", f.Message)
		}
		o.refused(status, "DELETE", path, nil)
	}
	busy(409, path)
	now = now.Add(time.Hour)
	o.do("POST", path, update)
	busy(409, path)
	now = now.Add(time.Hour)
	o.do("POST", path, with(update, map[string]any{"isFailedOver": true}))
	busy(409, path)
	now = now.Add(time.Hour)
	o.do("DELETE", path, nil)
	seeded := o.Seed("cluster", map[string]any{"status": "UPDATING", "conflict": 412})
	busy(412, "/clusters/"+seeded)
	if _, shown := o.do("GET", "/clusters/"+seeded, nil)["conflict"]; shown {
		t.Error("an answer shows the conflict's status")
	}
}

func TestClusterFailsOver(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	id := o.Seed("cluster", map[string]any{"drRegion": "r"})
	update := map[string]any{"clusterType": "DEDICATED", "name": "x", "k8sTags": []any{}}
	o.do("POST", "/clusters/"+id, update)
	if n, counted := o.stored("cluster", id)["failovers"]; counted {
		t.Errorf("%v failovers without one", n)
	}
	for range 2 { // the second changes nothing, and counts
		if made := o.do("POST", "/clusters/"+id, with(update, map[string]any{"isFailedOver": true})); made["status"] != "FAILING_OVER" || made["isFailedOver"] != true || made["failovers"] != nil {
			t.Errorf("failing over: %v", made)
		}
	}
	if n := o.stored("cluster", id)["failovers"]; n != 2.0 {
		t.Errorf("%v failovers, want 2", n)
	}
}

func TestClusterRecovery(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	update := map[string]any{"clusterType": "DEDICATED", "name": "x", "k8sTags": []any{}}
	azure := "/clusters/" + o.Seed("cluster", map[string]any{"cloudProvider": "AZURE"})
	on := o.do("POST", azure, with(update, map[string]any{"enableDr": true, "drRegion": "r", "enableReplicationTimeControl": true}))
	if on["isDrEnabled"] != true || on["drRegion"] != "r" || on["drVpcSubnetRange"] != on["vpcSubnetRange"] || on["enableReplicationTimeControl"] != true {
		t.Errorf("on: %v", on)
	}
	o.do("POST", azure, update)
	if kept := o.do("GET", azure, nil); kept["isDrEnabled"] != true || kept["drRegion"] != "r" {
		t.Errorf("what isn't sent stays: %v", kept)
	}
	off := o.do("POST", azure, with(update, map[string]any{"enableDr": false}))
	if diff := cmp.Diff(map[string]any{"isDrEnabled": false, "drRegion": ""}, pick(off, "isDrEnabled", "drRegion", "drVpcSubnetRange")); diff != "" {
		t.Errorf("off:\n%s", diff)
	}
}

func TestClusterWorkspaces(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	w := o.Seed("workspace", map[string]any{})
	id := o.Seed("cluster", map[string]any{"name": "h", "type": "HYBRID", "workspaceIds": []any{w}})
	path, update := "/clusters/"+id, map[string]any{"clusterType": "HYBRID"}
	if kept := o.do("POST", path, update); cmp.Diff([]any{w}, kept["workspaceIds"]) != "" || kept["name"] != "h" {
		t.Errorf("not sent: %v", kept)
	}
	unchanged := with(update, map[string]any{"workspaceIds": []any{w}})
	o.do("POST", path, unchanged)
	o.Seed("organization", map[string]any{"authorizedWorkspaces": false})
	if _, shown := o.do("GET", "", nil)["authorizedWorkspaces"]; shown {
		t.Error("the Organization shows its entitlements")
	}
	for _, f := range []failure{
		o.refused(403, "POST", path, unchanged),
		o.refused(403, "POST", "/clusters", with(clusterBody("AWS"), map[string]any{"workspaceIds": []any{}})),
	} {
		if f.Message != "Forbidden: the Authorized Workspaces entitlement is needed" {
			t.Errorf("message %q", f.Message)
		}
	}
	o.do("POST", path, update)
	o.do("POST", "/clusters", clusterBody("AWS"))
	o.Seed("organization", map[string]any{"authorizedWorkspaces": true})
	if gone := o.do("POST", path, with(update, map[string]any{"workspaceIds": []any{}})); gone["workspaceIds"] != nil {
		t.Errorf("taken away: %v", gone)
	}
}

// The document requires no clusterType of a dedicated cluster's update; the validator does, so it is left out here.
func TestClusterTypeMayBeLeftOut(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	o.client = &http.Client{}
	path := "/clusters/" + o.Seed("cluster", map[string]any{})
	if made := o.do("POST", path, map[string]any{"name": "x", "k8sTags": tagged}); made["name"] != "x" || len(members(made, "tags")) != 2 {
		t.Errorf("made: %v", made)
	}
}

func TestDeploymentsOfClusters(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o, w := populated(t, simulator.Options{Settle: time.Hour, Now: clock(&now)})
	other := o.Seed("workspace", map[string]any{})
	id := o.do("POST", "/clusters", with(clusterBody("AWS"), map[string]any{"name": "new", "workspaceIds": []any{other}}))["id"].(string)
	path, deployment := "/clusters/"+id, with(documented(w), map[string]any{"clusterId": id})
	wants := func(message string) {
		t.Helper()
		if f := o.refused(400, "POST", "/deployments", deployment); !strings.Contains(f.Message, message) {
			t.Errorf("message %q lacks %q", f.Message, message)
		}
	}
	wants("cluster '" + id + "' is not ready")
	now = now.Add(time.Hour)
	wants("Workspace is not authorized to the cluster")
	o.do("POST", path, map[string]any{"clusterType": "DEDICATED", "name": "new", "k8sTags": []any{}, "workspaceIds": []any{w}})
	wants("cluster '" + id + "' is not ready")
	now = now.Add(time.Hour)
	made := o.do("POST", "/deployments", deployment)
	if f := o.refused(400, "DELETE", path, nil); !strings.Contains(f.Message, "still has Deployments") {
		t.Errorf("message %q", f.Message)
	}
	o.do("DELETE", "/deployments/"+made["id"].(string), nil)
	o.do("DELETE", path, nil)
	o.refused(404, "GET", path, nil)
}
