package simulator_test

import (
	"testing"
	"time"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestRoleLives(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	w := o.Seed("workspace", map[string]any{"name": "w"})
	made := o.do("POST", "/roles", map[string]any{
		"name": "viewer", "scopeType": "DAG", "permissions": []any{"deployment.update", "deployment.get", "deployment.get"}, "restrictedWorkspaceIds": []any{w},
	})
	id := made["id"].(string)
	if diff := cmp.Diff(made, o.do("GET", "/roles/"+id, nil)); diff != "" {
		t.Errorf("read differs from what create answered:\n%s", diff)
	}
	if diff := cmp.Diff([]any{"deployment.get", "deployment.update"}, made["permissions"]); diff != "" {
		t.Errorf("permissions:\n%s", diff)
	}
	item := members(o.do("GET", "/roles", nil), "roles")[0]
	if _, there := item["permissions"]; there || item["id"] != id {
		t.Errorf("a list item tells no permissions: %v", item)
	}
	after := o.do("POST", "/roles/"+id, map[string]any{"name": "renamed", "permissions": []any{"deployment.get"}})
	if diff := cmp.Diff([]any{}, after["restrictedWorkspaceIds"]); diff != "" || after["name"] != "renamed" || after["scopeType"] != "DAG" {
		t.Errorf("an update replaces all but the scope: %v", after)
	}
	o.do("DELETE", "/roles/"+id, nil)
	o.refused(404, "GET", "/roles/"+id, nil)
}

func TestRoleRefusals(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	id := o.Seed("customRole", map[string]any{"name": "r"})
	for name, test := range map[string]struct {
		field, path string
		body        map[string]any
	}{
		"no permissions":        {"permissions", "/roles", map[string]any{"name": "x", "scopeType": "DAG"}},
		"empty permissions":     {"permissions", "/roles/" + id, map[string]any{"name": "x", "permissions": []any{}}},
		"no permission":         {"permissions[0]", "/roles/" + id, map[string]any{"name": "x", "permissions": []any{"all of it"}}},
		"no scope":              {"scopeType", "/roles", map[string]any{"name": "x", "permissions": []any{"deployment.get"}}},
		"scope of an update":    {"scopeType", "/roles/" + id, map[string]any{"name": "x", "permissions": []any{"deployment.get"}, "scopeType": "DAG"}},
		"scope of another kind": {"scopeType", "/roles", map[string]any{"name": "x", "permissions": []any{"deployment.get"}, "scopeType": "WORKSPACE"}},
	} {
		t.Run(name, func(t *testing.T) { o.wantField(t, test.field, test.path, test.body) })
	}
	o.refused(400, "POST", "/roles/"+id, map[string]any{"name": "x", "permissions": []any{"deployment.get"}, "restrictedWorkspaceIds": []any{"cnowhere"}})
	narrow := o.as(o.Token(simulator.Scope{WorkspaceIDs: []string{"cw"}, ExpiresAt: time.Now().Add(time.Hour)}))
	narrow.refused(403, "GET", "/roles", nil)
	narrow.refused(403, "POST", "/roles/"+id, map[string]any{"name": "x", "permissions": []any{"deployment.get"}})
}
