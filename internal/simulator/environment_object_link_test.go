package simulator_test

import (
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironmentObjectsAreResolved(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w, first, second := seedWorkspace(o)
	foreign := o.Seed("deployment", map[string]any{"name": "f", "workspaceId": o.Seed("workspace", map[string]any{})})
	own := o.Seed("environmentObject", environmentObjectBody("DEPLOYMENT", first, "AIRFLOW_VARIABLE", "OWN", nil))
	linked := o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "AIRFLOW_VARIABLE", "LINKED", map[string]any{"links": []any{linkTo(first, nil)}}))
	auto := o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "AIRFLOW_VARIABLE", "AUTO", map[string]any{
		"autoLinkDeployments": true, "excludeLinks": []any{linkTo(second, nil)},
	}))
	o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "AIRFLOW_VARIABLE", "LOOSE", nil))
	list := func(query string) []map[string]any {
		return getObjects(o.mustSend("GET", environmentObjectsPath+"?"+query, nil), "environmentObjects")
	}
	all := list("deploymentId=" + first)
	if diff := cmp.Diff([]string{own, linked, auto}, idsOf(all)); diff != "" {
		t.Fatalf("linked objects must be included by default:\n%s", diff)
	}
	for i, source := range []any{nil, w, w} {
		if all[i]["scope"] != "DEPLOYMENT" || all[i]["scopeEntityId"] != first || all[i]["sourceScopeEntityId"] != source {
			t.Errorf("scope and source: %v", all[i])
		}
	}
	for query, want := range map[string][]string{
		"resolveLinked=false&deploymentId=" + first: {own}, "deploymentId=" + second: nil, "deploymentId=" + foreign: nil,
	} {
		if diff := cmp.Diff(want, idsOf(list(query))); diff != "" {
			t.Errorf("%s:\n%s", query, diff)
		}
	}
	if of := list("workspaceId=" + w)[0]; of["scope"] != "WORKSPACE" || of["sourceScope"] != nil {
		t.Errorf("an object in its own Workspace must have no source: %v", of)
	}
}

func TestEnvironmentObjectsAreDeletedWithParent(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w, first, second := seedWorkspace(o)
	id := o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "AIRFLOW_VARIABLE", "A", map[string]any{
		"links": []any{linkTo(first, nil)}, "excludeLinks": []any{linkTo(second, nil)},
	}))
	of := o.Seed("environmentObject", environmentObjectBody("DEPLOYMENT", first, "AIRFLOW_VARIABLE", "A", nil))
	o.mustSend("DELETE", "/deployments/"+first, nil)
	o.wantRefusal(404, "GET", environmentObjectsPath+"/"+of, nil)
	if read := o.mustSend("GET", environmentObjectsPath+"/"+id, nil); read["links"] != nil || read["excludeLinks"] == nil {
		t.Errorf("after the deletion of the linked Deployment: %v", read)
	}
	o.mustSend("DELETE", "/deployments/"+second, nil)
	if read := o.mustSend("GET", environmentObjectsPath+"/"+id, nil); read["excludeLinks"] != nil {
		t.Errorf("after the deletion of the excluded Deployment: %v", read)
	}
	o.mustSend("DELETE", "/workspaces/"+w, nil)
	o.wantRefusal(404, "GET", environmentObjectsPath+"/"+id, nil)
}

func TestEnvironmentObjectAccess(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w, first, second := seedWorkspace(o)
	variable := map[string]any{"airflowVariable": map[string]any{"value": "v"}}
	ofWorkspace := o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "AIRFLOW_VARIABLE", "A", variable))
	ofFirst := o.Seed("environmentObject", environmentObjectBody("DEPLOYMENT", first, "AIRFLOW_VARIABLE", "A", variable))
	ofSecond := o.Seed("environmentObject", environmentObjectBody("DEPLOYMENT", second, "AIRFLOW_VARIABLE", "A", variable))
	foreign := o.Seed("environmentObject", environmentObjectBody("WORKSPACE", o.Seed("workspace", map[string]any{}), "AIRFLOW_VARIABLE", "A", variable))
	if got := idsOf(getObjects(o.mustSend("GET", environmentObjectsPath, nil), "environmentObjects")); len(got) != 4 {
		t.Errorf("an Organization token lists %v", got)
	}

	workspace := o.withToken(o.NewToken(simulator.Scope{WorkspaceIDs: []string{w}}))
	for _, id := range []string{ofWorkspace, ofFirst, ofSecond} {
		workspace.mustSend("GET", environmentObjectsPath+"/"+id, nil)
		workspace.mustSend("POST", environmentObjectsPath+"/"+id, variable)
	}
	workspace.mustSend("GET", environmentObjectsPath+"?deploymentId="+first, nil)
	workspace.mustSend("POST", environmentObjectsPath, environmentObjectBody("WORKSPACE", w, "AIRFLOW_VARIABLE", "B", variable))
	workspace.wantRefusal(403, "GET", environmentObjectsPath, nil)
	for _, id := range []string{foreign, "cnone"} {
		workspace.wantRefusal(403, "GET", environmentObjectsPath+"/"+id, nil)
		workspace.wantRefusal(403, "POST", environmentObjectsPath+"/"+id, variable)
		workspace.wantRefusal(403, "DELETE", environmentObjectsPath+"/"+id, nil)
	}

	deployment := o.withToken(o.NewToken(simulator.Scope{WorkspaceIDs: []string{w}, DeploymentIDs: []string{first}}))
	deployment.mustSend("POST", environmentObjectsPath+"/"+ofFirst, variable)
	deployment.mustSend("GET", environmentObjectsPath+"?deploymentId="+first, nil)
	deployment.wantRefusal(403, "GET", environmentObjectsPath+"?workspaceId="+w, nil)
	deployment.wantRefusal(403, "GET", environmentObjectsPath+"/"+ofWorkspace, nil)
	deployment.wantRefusal(403, "GET", environmentObjectsPath+"/"+ofSecond, nil)
	deployment.wantRefusal(403, "POST", environmentObjectsPath, environmentObjectBody("WORKSPACE", w, "AIRFLOW_VARIABLE", "C", variable))
}
