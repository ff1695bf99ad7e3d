package simulator_test

import (
	"fmt"
	"testing"
	"time"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

var clusterTags = []any{map[string]any{"key": "team", "value": "data"}, map[string]any{"key": "cost", "value": "42"}}

func clusterBody(cloud string) map[string]any {
	body := map[string]any{"name": "production", "cloudProvider": cloud, "type": "DEDICATED", "region": "somewhere", "vpcSubnetRange": "172.20.0.0/20"}
	if cloud == "GCP" {
		return withChanges(body, map[string]any{"podSubnetRange": "172.21.0.0/19", "servicePeeringRange": "172.23.0.0/20", "serviceSubnetRange": "172.22.0.0/22"})
	}
	return body
}

func TestClusterLifecycle(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o := startOrganization(t, simulator.Options{ReadyAfter: time.Hour, Now: clockAt(&now)})
	w := o.Seed("workspace", map[string]any{})
	created := o.mustSend("POST", "/clusters", withChanges(clusterBody("AWS"), map[string]any{
		"k8sTags": clusterTags, "workspaceIds": []any{w}, "drRegion": "elsewhere", "enableReplicationTimeControl": true, "secondaryVpcCidr": "100.64.0.0/16",
	}))
	path := "/clusters/" + created["id"].(string)
	read := o.mustSend("GET", path, nil)
	if diff := cmp.Diff(created, read); diff != "" {
		t.Errorf("a read differs from the response to the create:\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{
		"name": "production", "status": "CREATING", "tags": []any{clusterTags[1], clusterTags[0]}, "workspaceIds": []any{w}, "isDrEnabled": true, "drRegion": "elsewhere",
		"drVpcSubnetRange": "172.20.0.0/20", "drSecondaryVpcCidr": "100.64.0.0/16", "enableReplicationTimeControl": true,
	}, pickFields(created, "name", "status", "tags", "workspaceIds", "isDrEnabled", "drRegion", "drVpcSubnetRange", "drSecondaryVpcCidr",
		"enableReplicationTimeControl", "k8sTags", "createdBy", "updatedBy")); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	now = now.Add(time.Hour)
	if diff := cmp.Diff(withChanges(created, map[string]any{"status": "CREATED"}), o.mustSend("GET", path, nil)); diff != "" {
		t.Errorf("when ready:\n%s", diff)
	}
	after := o.mustSend("POST", path, map[string]any{"name": "renamed", "clusterType": "DEDICATED", "k8sTags": []any{}})
	want := withChanges(created, map[string]any{"status": "UPDATING", "name": "renamed", "tags": nil, "updatedAt": "2026-01-02T04:04:05.000Z"})
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("an update must replace name and tags, and keep the rest:\n%s", diff)
	}
	now = now.Add(time.Hour)
	if diff := cmp.Diff([]map[string]any{withChanges(after, map[string]any{"status": "CREATED"})}, getObjects(o.mustSend("GET", "/clusters", nil), "clusters")); diff != "" {
		t.Errorf("list:\n%s", diff)
	}
	o.mustSend("DELETE", path, nil)
	o.wantRefusal(404, "GET", path, nil)
	o.wantRefusal(404, "POST", path, map[string]any{"name": "renamed", "clusterType": "DEDICATED", "k8sTags": []any{}})
	o.wantRefusal(404, "DELETE", path, nil)
}

func TestClusterIsReadyAtOnce(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	created := o.mustSend("POST", "/clusters", clusterBody("AZURE"))
	if read := o.mustSend("GET", "/clusters/"+created["id"].(string), nil); created["status"] != "CREATING" || read["status"] != "CREATED" {
		t.Errorf("status %v, then %v", created["status"], read["status"])
	}
	broken := o.mustSend("POST", "/clusters", withChanges(clusterBody("AZURE"), map[string]any{"name": "broken"}))
	if broken["status"] != "CREATING" || broken["healthStatus"] != nil {
		t.Errorf("the response already shows the later failure: %v", broken)
	}
}

func TestClusterFails(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o := startOrganization(t, simulator.Options{ReadyAfter: time.Hour, Now: clockAt(&now)})
	seeded := o.mustSend("GET", "/clusters/"+o.Seed("cluster", map[string]any{"name": "broken from the start"}), nil)
	created := o.mustSend("POST", "/clusters", withChanges(clusterBody("AWS"), map[string]any{"name": "broken"}))
	path := "/clusters/" + created["id"].(string)
	now = now.Add(time.Hour)
	failed := o.mustSend("GET", path, nil)
	if seeded["status"] != "CREATE_FAILED" || created["status"] != "CREATING" || failed["status"] != "CREATE_FAILED" || failed["healthStatus"] == nil || created["healthStatus"] != nil {
		t.Errorf("seeded %v\ncreated %v\nfailed %v", seeded, created, failed)
	}
	o.mustSend("POST", path, map[string]any{"name": "fixed", "clusterType": "DEDICATED", "k8sTags": []any{}})
	now = now.Add(time.Hour)
	if fixed := o.mustSend("GET", path, nil); fixed["status"] != "CREATED" || fixed["healthStatus"] != nil {
		t.Errorf("fixed: %v", fixed)
	}
	o.mustSend("POST", path, map[string]any{"name": "broken again", "clusterType": "DEDICATED", "k8sTags": []any{}})
	now = now.Add(time.Hour)
	if status := o.mustSend("GET", path, nil)["status"]; status != "UPDATE_FAILED" {
		t.Errorf("status %v", status)
	}
	o.mustSend("DELETE", path, nil)
}

func TestClusterPools(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	pool := func(name string, changes map[string]any) map[string]any {
		return withChanges(map[string]any{"name": name, "maxNodeCount": 5, "nodeInstanceType": "m5.large"}, changes)
	}
	named := func(cluster map[string]any) (names []string) {
		for _, p := range getObjects(cluster, "nodePools") {
			names = append(names, fmt.Sprint(p["name"], " ", p["maxNodeCount"], " ", p["isDefault"]))
		}
		return names
	}
	if diff := cmp.Diff([]string{"default 20 true"}, named(o.mustSend("POST", "/clusters", withChanges(clusterBody("AWS"), map[string]any{"name": "plain"})))); diff != "" {
		t.Errorf("pools of a request without pools:\n%s", diff)
	}
	created := o.mustSend("POST", "/clusters", withChanges(clusterBody("AWS"), map[string]any{"nodePools": []any{pool("a", nil), pool("b", map[string]any{"isDefault": true})}}))
	if diff := cmp.Diff([]string{"a 5 false", "b 5 true"}, named(created)); diff != "" {
		t.Errorf("pools as sent:\n%s", diff)
	}
	path := "/clusters/" + created["id"].(string)
	update := map[string]any{"name": "n", "clusterType": "DEDICATED", "k8sTags": []any{}}
	updated := o.mustSend("POST", path, update)
	if diff := cmp.Diff(getObjects(created, "nodePools"), getObjects(updated, "nodePools")); diff != "" {
		t.Errorf("an update without pools must keep them:\n%s", diff)
	}
	o.wantRefusal(400, "POST", path, withChanges(update, map[string]any{"nodePools": []any{pool("c", nil)}}))
}

func TestClusterPagesAndAccess(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	var want []string
	for i := range 25 {
		want = append(want, o.Seed("cluster", map[string]any{"name": fmt.Sprint("c", i)}))
	}
	first, rest := o.mustSend("GET", "/clusters", nil), o.mustSend("GET", "/clusters?offset=20", nil)
	if diff := cmp.Diff(want, append(idsOf(getObjects(first, "clusters")), idsOf(getObjects(rest, "clusters"))...)); diff != "" || len(getObjects(first, "clusters")) != 20 {
		t.Errorf("pages:\n%s", diff)
	}
	if diff := cmp.Diff(want[24:], idsOf(getObjects(o.mustSend("GET", "/clusters?names=C24", nil), "clusters"))); diff != "" {
		t.Errorf("by name:\n%s", diff)
	}
	for _, scope := range []simulator.Scope{{WorkspaceIDs: []string{"cw"}}, {DeploymentIDs: []string{"cd"}}} {
		scope.ExpiresAt = time.Now().Add(time.Hour)
		narrow := o.withToken(o.NewToken(scope))
		narrow.wantRefusal(403, "GET", "/clusters", nil)
		narrow.wantRefusal(403, "POST", "/clusters", clusterBody("AWS"))
		narrow.wantRefusal(403, "GET", "/clusters/"+want[0], nil)
		narrow.wantRefusal(403, "POST", "/clusters/"+want[0], map[string]any{"name": "x", "clusterType": "DEDICATED", "k8sTags": []any{}})
		narrow.wantRefusal(403, "DELETE", "/clusters/"+want[0], nil)
	}
	if len(o.Resources("cluster")) != 25 {
		t.Error("a token without access to the Organization created or deleted a cluster")
	}
}
