package simulator_test

import (
	"testing"
	"time"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestRoleLifecycle(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w := o.Seed("workspace", map[string]any{"name": "w"})
	created := o.mustSend("POST", "/roles", map[string]any{
		"name": "viewer", "scopeType": "DAG", "permissions": []any{"deployment.update", "deployment.get", "deployment.get"}, "restrictedWorkspaceIds": []any{w},
	})
	id := created["id"].(string)
	if diff := cmp.Diff(created, o.mustSend("GET", "/roles/"+id, nil)); diff != "" {
		t.Errorf("a read differs from the response to the create:\n%s", diff)
	}
	if diff := cmp.Diff([]any{"deployment.get", "deployment.update"}, created["permissions"]); diff != "" {
		t.Errorf("permissions:\n%s", diff)
	}
	item := getObjects(o.mustSend("GET", "/roles", nil), "roles")[0]
	if _, there := item["permissions"]; there || item["id"] != id {
		t.Errorf("a list item must have no permissions: %v", item)
	}
	after := o.mustSend("POST", "/roles/"+id, map[string]any{"name": "renamed", "permissions": []any{"deployment.get"}})
	if diff := cmp.Diff([]any{}, after["restrictedWorkspaceIds"]); diff != "" || after["name"] != "renamed" || after["scopeType"] != "DAG" {
		t.Errorf("an update must replace everything except the scope: %v", after)
	}
	o.mustSend("DELETE", "/roles/"+id, nil)
	o.wantRefusal(404, "GET", "/roles/"+id, nil)
}

func TestRoleRefusals(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	id := o.Seed("customRole", map[string]any{"name": "r"})
	for name, test := range map[string]struct {
		field, path string
		body        map[string]any
	}{
		"no permissions":        {"permissions", "/roles", map[string]any{"name": "x", "scopeType": "DAG"}},
		"empty permissions":     {"permissions", "/roles/" + id, map[string]any{"name": "x", "permissions": []any{}}},
		"invalid permission":    {"permissions[0]", "/roles/" + id, map[string]any{"name": "x", "permissions": []any{"all of it"}}},
		"no scope":              {"scopeType", "/roles", map[string]any{"name": "x", "permissions": []any{"deployment.get"}}},
		"scope of an update":    {"scopeType", "/roles/" + id, map[string]any{"name": "x", "permissions": []any{"deployment.get"}, "scopeType": "DAG"}},
		"scope of another kind": {"scopeType", "/roles", map[string]any{"name": "x", "permissions": []any{"deployment.get"}, "scopeType": "WORKSPACE"}},
	} {
		t.Run(name, func(t *testing.T) { o.wantFieldError(t, test.field, test.path, test.body) })
	}
	o.wantRefusal(400, "POST", "/roles/"+id, map[string]any{"name": "x", "permissions": []any{"deployment.get"}, "restrictedWorkspaceIds": []any{"cnowhere"}})
	narrow := o.withToken(o.NewToken(simulator.Scope{WorkspaceIDs: []string{"cw"}, ExpiresAt: time.Now().Add(time.Hour)}))
	narrow.wantRefusal(403, "GET", "/roles", nil)
	narrow.wantRefusal(403, "POST", "/roles/"+id, map[string]any{"name": "x", "permissions": []any{"deployment.get"}})
}
