package simulator_test

import (
	"fmt"
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

const environmentObjectsPath = "/environment-objects"

// seedWorkspace seeds a Workspace with two Deployments.
func seedWorkspace(o *testOrganization) (workspace, first, second string) {
	workspace = o.Seed("workspace", map[string]any{"name": "w"})
	first = o.Seed("deployment", map[string]any{"name": "first", "workspaceId": workspace})
	return workspace, first, o.Seed("deployment", map[string]any{"name": "second", "workspaceId": workspace})
}

func environmentObjectBody(scope, id, kind, key string, more map[string]any) map[string]any {
	return withChanges(map[string]any{"scope": scope, "scopeEntityId": id, "objectType": kind, "objectKey": key}, more)
}

func linkTo(deployment string, overrides map[string]any) map[string]any {
	if overrides == nil {
		return map[string]any{"scope": "DEPLOYMENT", "scopeEntityId": deployment}
	}
	return map[string]any{"scope": "DEPLOYMENT", "scopeEntityId": deployment, "overrides": overrides}
}

// withoutServerFields returns a response without the fields that every resource has.
func withoutServerFields(answer map[string]any) map[string]any {
	return withChanges(answer, map[string]any{"id": nil, "createdAt": nil, "updatedAt": nil, "createdBy": nil, "updatedBy": nil})
}

func TestEnvironmentObjectLifecycle(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w, first, second := seedWorkspace(o)
	body := environmentObjectBody("WORKSPACE", w, "CONNECTION", "warehouse", map[string]any{
		"connection": map[string]any{
			"type": "postgres", "host": "h", "port": 5432, "password": "s3cret", "authTypeId": "cauth",
			"extra": map[string]any{"region": "eu", "API_Token": "t0ken"},
		},
		"description": "", "autoLinkDeployments": false, "excludeLinks": []any{linkTo(second, nil)},
		"links": []any{linkTo(first, map[string]any{"connection": map[string]any{"password": "0ther", "host": "h1"}})},
	})
	created := o.mustSend("POST", environmentObjectsPath, body)
	id, _ := created["id"].(string)
	if diff := cmp.Diff(map[string]any{"id": id}, created); diff != "" {
		t.Errorf("create must return only the ID:\n%s", diff)
	}
	read := o.mustSend("GET", environmentObjectsPath+"/"+id, nil)
	want := environmentObjectBody("WORKSPACE", w, "CONNECTION", "warehouse", map[string]any{
		"connection": map[string]any{
			"type": "postgres", "host": "h", "port": 5432.0, "extra": map[string]any{"region": "eu", "API_Token": ""},
			"connectionAuthType": map[string]any{
				"id": "cauth", "airflowType": "postgres", "authMethodName": "simulated", "description": "", "name": "cauth", "parameters": []any{}, "providerPackageName": "simulated",
			},
		},
		"setFields":    []any{"authTypeId", "extra.API_Token", "extra.region", "host", "password", "port", "type"},
		"excludeLinks": []any{linkTo(second, nil)},
		"links":        []any{withChanges(linkTo(first, nil), map[string]any{"connectionOverrides": map[string]any{"host": "h1"}, "setFields": []any{"host", "password"}})},
	})
	if diff := cmp.Diff(want, withoutServerFields(read)); diff != "" {
		t.Errorf("read:\n%s", diff)
	}
	if diff := cmp.Diff([]map[string]any{read}, getObjects(o.mustSend("GET", environmentObjectsPath+"?resolveLinked=false&workspaceId="+w, nil), "environmentObjects")); diff != "" {
		t.Errorf("a list item differs from a read:\n%s", diff)
	}
	if kept := o.storedState("environmentObject", id)["connection"].(map[string]any); kept["password"] != "s3cret" || kept["extra"].(map[string]any)["API_Token"] != "t0ken" {
		t.Errorf("the stored state lacks secrets: %v", kept)
	}
	o.mustSend("DELETE", environmentObjectsPath+"/"+id, nil)
	o.wantRefusal(404, "GET", environmentObjectsPath+"/"+id, nil)
}

func TestEnvironmentObjectAnswers(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w, first, _ := seedWorkspace(o)
	for name, test := range map[string]struct{ body, want map[string]any }{
		"secret": {
			environmentObjectBody("WORKSPACE", w, "ENVIRONMENT_VARIABLE", "A", map[string]any{
				"environmentVariable": map[string]any{"value": "s3cret", "isSecret": true},
				"links":               []any{linkTo(first, map[string]any{"environmentVariable": map[string]any{"value": "0ther"}})},
			}),
			map[string]any{
				"environmentVariable": map[string]any{"value": "", "isSecret": true}, "setFields": []any{"value"},
				"links": []any{withChanges(linkTo(first, nil), map[string]any{"environmentVariableOverrides": map[string]any{"value": ""}, "setFields": []any{"value"}})},
			},
		},
		"empty": {
			environmentObjectBody("DEPLOYMENT", first, "AIRFLOW_VARIABLE", "B", map[string]any{"airflowVariable": map[string]any{"value": ""}}),
			map[string]any{"airflowVariable": map[string]any{"value": "", "isSecret": false}, "setFields": []any{}},
		},
		"metrics": {
			environmentObjectBody("DEPLOYMENT", first, "METRICS_EXPORT", "C", map[string]any{"metricsExport": map[string]any{
				"endpoint": "https://m", "exporterType": "PROMETHEUS", "authType": "BASIC", "username": "u", "password": "p", "basicToken": "b",
				"headers": map[string]any{"X-Key": "k"}, "labels": map[string]any{"env": "dev"},
			}}),
			map[string]any{
				"metricsExport": map[string]any{
					"endpoint": "https://m", "exporterType": "PROMETHEUS", "headers": map[string]any{"X-Key": ""}, "labels": map[string]any{"env": "dev"},
				},
				"setFields": []any{"authType", "basicToken", "endpoint", "exporterType", "headers.X-Key", "labels.env", "password", "username"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			read := o.mustSend("GET", environmentObjectsPath+"/"+o.mustSend("POST", environmentObjectsPath, test.body)["id"].(string), nil)
			for _, given := range []string{"scope", "scopeEntityId", "objectType", "objectKey"} {
				test.want[given] = test.body[given]
			}
			if diff := cmp.Diff(test.want, withoutServerFields(read)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEnvironmentObjectSeeds(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"", "CONNECTION", "ENVIRONMENT_VARIABLE", "AIRFLOW_VARIABLE", "METRICS_EXPORT"} {
		for _, scope := range []string{"", "WORKSPACE", "DEPLOYMENT"} {
			o, seed := startOrganization(t, simulator.Options{}), map[string]any{}
			if kind != "" {
				seed["objectType"] = kind
			}
			if scope != "" {
				seed["scope"] = scope
			}
			if read := o.mustSend("GET", environmentObjectsPath+"/"+o.Seed("environmentObject", seed), nil); read["scopeEntityId"] == "" {
				t.Errorf("the list lacks %s in %s: %v", kind, scope, read)
			}
		}
	}
}

func TestEnvironmentObjectPages(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w, _, _ := seedWorkspace(o)
	var want []string
	for i := range 25 {
		want = append(want, o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "AIRFLOW_VARIABLE", fmt.Sprintf("K%02d", i), nil)))
	}
	o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "CONNECTION", "K24", nil))
	list := func(query string) []string {
		return idsOf(getObjects(o.mustSend("GET", environmentObjectsPath+"?workspaceId="+w+"&"+query, nil), "environmentObjects"))
	}
	if got := list(""); len(got) != 20 {
		t.Errorf("%d on the first page", len(got))
	}
	if diff := cmp.Diff(want[20:], list("objectType=AIRFLOW_VARIABLE&offset=20")); diff != "" {
		t.Errorf("second page:\n%s", diff)
	}
	if diff := cmp.Diff(want[24:], list("objectType=AIRFLOW_VARIABLE&objectKey=K24")); diff != "" {
		t.Errorf("by key:\n%s", diff)
	}
	requests := o.Requests()
	if q := requests[len(requests)-1].Query; q.Get("workspaceId") != w {
		t.Errorf("the recorded request lacks the query: %v", q)
	}
	o.wantRefusal(403, "GET", environmentObjectsPath+"?showSecrets=true", nil)
}
