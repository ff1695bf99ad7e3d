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
	o, w := populated(t, simulator.Options{Now: clock(&now)})
	id := o.Seed("deployment", map[string]any{"workspaceId": w, "isDevelopmentMode": true})
	path := "/deployments/" + id + "/hibernation-override"
	state := func() map[string]any {
		read := o.do("GET", "/deployments/"+id, nil)
		spec, _ := read["scalingSpec"].(map[string]any)
		hibernation, _ := spec["hibernationSpec"].(map[string]any)
		return map[string]any{"status": read["status"], "override": hibernation["override"]}
	}
	answer := o.do("POST", path, map[string]any{"isHibernating": true, "overrideUntil": "2026-01-02T05:00:00+01:00"})
	held := map[string]any{"isHibernating": true, "overrideUntil": "2026-01-02T04:00:00Z", "isActive": true}
	if diff := cmp.Diff(held, answer); diff != "" {
		t.Errorf("answer:\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"status": "HIBERNATING", "override": any(held)}, state()); diff != "" {
		t.Errorf("while it holds:\n%s", diff)
	}
	now = now.Add(time.Hour)
	if diff := cmp.Diff(map[string]any{"status": "HEALTHY", "override": any(with(held, map[string]any{"isActive": false}))}, state()); diff != "" {
		t.Errorf("it runs out and stays:\n%s", diff)
	}
	o.do("POST", path, map[string]any{"isHibernating": true})
	o.do("DELETE", path, nil)
	if diff := cmp.Diff(map[string]any{"status": "HEALTHY", "override": nil}, state()); diff != "" {
		t.Errorf("removed:\n%s", diff)
	}
	o.do("POST", path, map[string]any{"isHibernating": true})
	o.do("POST", path, map[string]any{"isHibernating": nil})
	if diff := cmp.Diff(map[string]any{"status": "HEALTHY", "override": nil}, state()); diff != "" {
		t.Errorf("null takes it back:\n%s", diff)
	}
	o.refused(400, "POST", path, map[string]any{})
	o.refused(400, "POST", path, map[string]any{"isHibernating": true, "isActive": true})
	production := o.Seed("deployment", map[string]any{"workspaceId": w})
	o.refused(400, "POST", "/deployments/"+production+"/hibernation-override", map[string]any{"isHibernating": true})
	o.refused(404, "DELETE", "/deployments/cnone/hibernation-override", nil)
}

func TestScalingSpecReplacesWholly(t *testing.T) {
	t.Parallel()
	o, w := populated(t, simulator.Options{})
	id := o.Seed("deployment", rich(w))
	schedules := []any{map[string]any{"hibernateAtCron": "1 1 * * 1", "wakeAtCron": "2 2 * * *", "isEnabled": false, "description": ""}}
	spec := map[string]any{"hibernationSpec": map[string]any{"schedules": schedules}}
	after := o.do("POST", "/deployments/"+id, with(least(w), map[string]any{"scalingSpec": spec}))
	want := map[string]any{"hibernationSpec": map[string]any{"schedules": []any{
		map[string]any{"hibernateAtCron": "1 1 * * 1", "wakeAtCron": "2 2 * * *", "isEnabled": false},
	}}}
	if diff := cmp.Diff(any(want), after["scalingSpec"]); diff != "" {
		t.Errorf("the override that wasn't sent is gone:\n%s", diff)
	}
	production := o.do("POST", "/deployments/"+id, with(least(w), map[string]any{"isDevelopmentMode": false}))
	if production["scalingSpec"] != nil || production["isDevelopmentMode"] != nil {
		t.Errorf("schedules end with development mode: %v", production)
	}
	o.refused(400, "POST", "/deployments/"+id, with(least(w), map[string]any{"scalingSpec": spec}))
}

func TestRemoteExecution(t *testing.T) {
	t.Parallel()
	o, w := populated(t, simulator.Options{})
	body := with(documented(w), map[string]any{"executor": "ASTRO", "remoteExecution": map[string]any{"enabled": true, "taskLogBucket": ""}})
	made := o.do("POST", "/deployments", body)
	remote := made["remoteExecution"].(map[string]any)
	if diff := cmp.Diff(map[string]any{"enabled": true, "allowedIpAddressRanges": []any{}}, pick(remote, "enabled", "allowedIpAddressRanges", "taskLogBucket")); diff != "" {
		t.Error(diff)
	}
	if remote["remoteApiUrl"] == nil || made["workerQueues"] != nil {
		t.Errorf("remote agents have an address and no queues: %v", made)
	}
	update := with(least(w), map[string]any{"name": "my_deployment", "executor": "ASTRO"})
	if after := o.do("POST", "/deployments/"+made["id"].(string), update); after["remoteExecution"] != nil || len(members(after, "workerQueues")) != 1 {
		t.Errorf("remoteExecution not sent: disabled, %v", after)
	}
}
