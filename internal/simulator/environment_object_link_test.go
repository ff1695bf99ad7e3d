package simulator_test

import (
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironmentObjectsAreResolved(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	w, first, second := site(o)
	foreign := o.Seed("deployment", map[string]any{"name": "f", "workspaceId": o.Seed("workspace", map[string]any{})})
	own := o.Seed("environmentObject", object("DEPLOYMENT", first, "AIRFLOW_VARIABLE", "OWN", nil))
	linked := o.Seed("environmentObject", object("WORKSPACE", w, "AIRFLOW_VARIABLE", "LINKED", map[string]any{"links": []any{link(first, nil)}}))
	auto := o.Seed("environmentObject", object("WORKSPACE", w, "AIRFLOW_VARIABLE", "AUTO", map[string]any{
		"autoLinkDeployments": true, "excludeLinks": []any{link(second, nil)},
	}))
	o.Seed("environmentObject", object("WORKSPACE", w, "AIRFLOW_VARIABLE", "LOOSE", nil))
	list := func(query string) []map[string]any {
		return members(o.do("GET", objects+"?"+query, nil), "environmentObjects")
	}
	all := list("deploymentId=" + first)
	if diff := cmp.Diff([]string{own, linked, auto}, ids(all)); diff != "" {
		t.Fatalf("without resolveLinked, linked ones are resolved:\n%s", diff)
	}
	for i, source := range []any{nil, w, w} {
		if all[i]["scope"] != "DEPLOYMENT" || all[i]["scopeEntityId"] != first || all[i]["sourceScopeEntityId"] != source {
			t.Errorf("scope and source: %v", all[i])
		}
	}
	for query, want := range map[string][]string{
		"resolveLinked=false&deploymentId=" + first: {own}, "deploymentId=" + second: nil, "deploymentId=" + foreign: nil,
	} {
		if diff := cmp.Diff(want, ids(list(query))); diff != "" {
			t.Errorf("%s:\n%s", query, diff)
		}
	}
	if of := list("workspaceId=" + w)[0]; of["scope"] != "WORKSPACE" || of["sourceScope"] != nil {
		t.Errorf("a Workspace's own object has no source: %v", of)
	}
}

func TestExcludeLinking(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	w, first, second := site(o)
	id := o.Seed("environmentObject", object("WORKSPACE", w, "AIRFLOW_VARIABLE", "A", map[string]any{"autoLinkDeployments": true, "links": []any{link(first, nil)}}))
	path := objects + "/" + id + "/exclude-linking"
	o.do("POST", path, link(second, nil))
	if diff := cmp.Diff([]any{link(second, nil)}, o.do("GET", objects+"/"+id, nil)["excludeLinks"]); diff != "" {
		t.Error(diff)
	}
	o.wantField(t, "scopeEntityId", path, map[string]any{"scope": "DEPLOYMENT"})
	o.wantField(t, "", path, link(first, nil))
	o.wantField(t, "", path, link("cnone", nil))
	of := o.Seed("environmentObject", object("DEPLOYMENT", first, "AIRFLOW_VARIABLE", "A", nil))
	o.wantField(t, "", objects+"/"+of+"/exclude-linking", link(second, nil))
	o.refused(404, "POST", objects+"/cnone/exclude-linking", link(second, nil))
}

func TestEnvironmentObjectsGoAlong(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	w, first, second := site(o)
	id := o.Seed("environmentObject", object("WORKSPACE", w, "AIRFLOW_VARIABLE", "A", map[string]any{
		"links": []any{link(first, nil)}, "excludeLinks": []any{link(second, nil)},
	}))
	of := o.Seed("environmentObject", object("DEPLOYMENT", first, "AIRFLOW_VARIABLE", "A", nil))
	o.do("DELETE", "/deployments/"+first, nil)
	o.refused(404, "GET", objects+"/"+of, nil)
	if read := o.do("GET", objects+"/"+id, nil); read["links"] != nil || read["excludeLinks"] == nil {
		t.Errorf("after the linked Deployment is gone: %v", read)
	}
	o.do("DELETE", "/deployments/"+second, nil)
	if read := o.do("GET", objects+"/"+id, nil); read["excludeLinks"] != nil {
		t.Errorf("after the excluded Deployment is gone: %v", read)
	}
	o.do("DELETE", "/workspaces/"+w, nil)
	o.refused(404, "GET", objects+"/"+id, nil)
}

func TestEnvironmentObjectAccess(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	w, first, second := site(o)
	variable := map[string]any{"airflowVariable": map[string]any{"value": "v"}}
	ofWorkspace := o.Seed("environmentObject", object("WORKSPACE", w, "AIRFLOW_VARIABLE", "A", variable))
	ofFirst := o.Seed("environmentObject", object("DEPLOYMENT", first, "AIRFLOW_VARIABLE", "A", variable))
	ofSecond := o.Seed("environmentObject", object("DEPLOYMENT", second, "AIRFLOW_VARIABLE", "A", variable))
	foreign := o.Seed("environmentObject", object("WORKSPACE", o.Seed("workspace", map[string]any{}), "AIRFLOW_VARIABLE", "A", variable))
	if got := ids(members(o.do("GET", objects, nil), "environmentObjects")); len(got) != 4 {
		t.Errorf("an Organization token sees %v", got)
	}

	workspace := o.as(o.Token(simulator.Scope{WorkspaceIDs: []string{w}}))
	for _, id := range []string{ofWorkspace, ofFirst, ofSecond} {
		workspace.do("GET", objects+"/"+id, nil)
		workspace.do("POST", objects+"/"+id, variable)
	}
	workspace.do("GET", objects+"?deploymentId="+first, nil)
	workspace.do("POST", objects, object("WORKSPACE", w, "AIRFLOW_VARIABLE", "B", variable))
	workspace.refused(403, "GET", objects, nil)
	for _, id := range []string{foreign, "cnone"} {
		workspace.refused(403, "GET", objects+"/"+id, nil)
		workspace.refused(403, "POST", objects+"/"+id, variable)
		workspace.refused(403, "DELETE", objects+"/"+id, nil)
	}

	deployment := o.as(o.Token(simulator.Scope{WorkspaceIDs: []string{w}, DeploymentIDs: []string{first}}))
	deployment.do("POST", objects+"/"+ofFirst, variable)
	deployment.do("GET", objects+"?deploymentId="+first, nil)
	deployment.refused(403, "GET", objects+"?workspaceId="+w, nil)
	deployment.refused(403, "GET", objects+"/"+ofWorkspace, nil)
	deployment.refused(403, "GET", objects+"/"+ofSecond, nil)
	deployment.refused(403, "POST", objects, object("WORKSPACE", w, "AIRFLOW_VARIABLE", "C", variable))
}
