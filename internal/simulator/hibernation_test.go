package simulator_test

import (
	"testing"
	"time"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestOverrideEndpoint(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o, w := startPopulated(t, simulator.Options{Now: clockAt(&now)})
	id := o.Seed("deployment", map[string]any{"workspaceId": w, "isDevelopmentMode": true})
	path := "/deployments/" + id + "/hibernation-override"
	state := func() map[string]any {
		read := o.mustSend("GET", "/deployments/"+id, nil)
		spec, _ := read["scalingSpec"].(map[string]any)
		hibernation, _ := spec["hibernationSpec"].(map[string]any)
		return map[string]any{"status": read["status"], "override": hibernation["override"]}
	}
	answer := o.mustSend("POST", path, map[string]any{"isHibernating": true, "overrideUntil": "2026-01-02T05:00:00+01:00"})
	held := map[string]any{"isHibernating": true, "overrideUntil": "2026-01-02T04:00:00Z", "isActive": true}
	if diff := cmp.Diff(held, answer); diff != "" {
		t.Errorf("response:\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"status": "HIBERNATING", "override": any(held)}, state()); diff != "" {
		t.Errorf("while the override is active:\n%s", diff)
	}
	now = now.Add(time.Hour)
	if diff := cmp.Diff(map[string]any{"status": "HEALTHY", "override": any(withChanges(held, map[string]any{"isActive": false}))}, state()); diff != "" {
		t.Errorf("an expired override must be kept:\n%s", diff)
	}
	o.mustSend("POST", path, map[string]any{"isHibernating": true})
	o.mustSend("DELETE", path, nil)
	if diff := cmp.Diff(map[string]any{"status": "HEALTHY", "override": nil}, state()); diff != "" {
		t.Errorf("removed:\n%s", diff)
	}
	o.mustSend("POST", path, map[string]any{"isHibernating": true})
	o.mustSend("POST", path, map[string]any{"isHibernating": nil})
	if diff := cmp.Diff(map[string]any{"status": "HEALTHY", "override": nil}, state()); diff != "" {
		t.Errorf("null must remove the override:\n%s", diff)
	}
	o.wantRefusal(400, "POST", path, map[string]any{})
	o.wantRefusal(400, "POST", path, map[string]any{"isHibernating": true, "isActive": true})
	production := o.Seed("deployment", map[string]any{"workspaceId": w})
	o.wantRefusal(400, "POST", "/deployments/"+production+"/hibernation-override", map[string]any{"isHibernating": true})
	o.wantRefusal(404, "DELETE", "/deployments/cnone/hibernation-override", nil)
}

func TestScalingSpecIsReplaced(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	id := o.Seed("deployment", fullDeployment(w))
	schedules := []any{map[string]any{"hibernateAtCron": "1 1 * * 1", "wakeAtCron": "2 2 * * *", "isEnabled": false, "description": ""}}
	spec := map[string]any{"hibernationSpec": map[string]any{"schedules": schedules}}
	after := o.mustSend("POST", "/deployments/"+id, withChanges(minimalUpdate(w), map[string]any{"scalingSpec": spec}))
	want := map[string]any{"hibernationSpec": map[string]any{"schedules": []any{
		map[string]any{"hibernateAtCron": "1 1 * * 1", "wakeAtCron": "2 2 * * *", "isEnabled": false},
	}}}
	if diff := cmp.Diff(any(want), after["scalingSpec"]); diff != "" {
		t.Errorf("an override that isn't sent must be removed:\n%s", diff)
	}
	production := o.mustSend("POST", "/deployments/"+id, withChanges(minimalUpdate(w), map[string]any{"isDevelopmentMode": false}))
	if production["scalingSpec"] != nil || production["isDevelopmentMode"] != nil {
		t.Errorf("leaving development mode must remove the schedules: %v", production)
	}
	o.wantRefusal(400, "POST", "/deployments/"+id, withChanges(minimalUpdate(w), map[string]any{"scalingSpec": spec}))
}

func TestRemoteExecution(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	body := withChanges(documentedDeployment(w), map[string]any{"executor": "ASTRO", "remoteExecution": map[string]any{"enabled": true, "taskLogBucket": ""}})
	created := o.mustSend("POST", "/deployments", body)
	remote := created["remoteExecution"].(map[string]any)
	if diff := cmp.Diff(map[string]any{"enabled": true, "allowedIpAddressRanges": []any{}}, pickFields(remote, "enabled", "allowedIpAddressRanges", "taskLogBucket")); diff != "" {
		t.Error(diff)
	}
	if remote["remoteApiUrl"] == nil || created["workerQueues"] != nil {
		t.Errorf("remote execution must have an address and no queues: %v", created)
	}
	update := withChanges(minimalUpdate(w), map[string]any{"name": "my_deployment", "executor": "ASTRO"})
	if after := o.mustSend("POST", "/deployments/"+created["id"].(string), update); after["remoteExecution"] != nil || len(getObjects(after, "workerQueues")) != 1 {
		t.Errorf("an update without remoteExecution must disable it: %v", after)
	}
}
