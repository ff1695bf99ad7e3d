package simulator_test

import (
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironmentObjectUpdateClears(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w, first, second := seedWorkspace(o)
	id := o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "CONNECTION", "c", map[string]any{
		"connection":  map[string]any{"type": "http", "host": "h", "login": "l"},
		"description": "d", "autoLinkDeployments": true, "links": []any{linkTo(first, nil)}, "excludeLinks": []any{linkTo(second, nil)},
	}))
	after := o.mustSend("POST", environmentObjectsPath+"/"+id, map[string]any{"connection": map[string]any{"type": "ftp", "host": "h2"}})
	want := environmentObjectBody("WORKSPACE", w, "CONNECTION", "c", map[string]any{
		"connection": map[string]any{"type": "ftp", "host": "h2"}, "setFields": []any{"host", "type"},
	})
	if diff := cmp.Diff(want, withoutServerFields(after)); diff != "" {
		t.Errorf("fields that aren't sent must be cleared:\n%s", diff)
	}
	if diff := cmp.Diff(after, o.mustSend("GET", environmentObjectsPath+"/"+id, nil)); diff != "" {
		t.Errorf("a read differs from the response to the update:\n%s", diff)
	}
}

func TestEnvironmentObjectKeepsSecrets(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w, _, _ := seedWorkspace(o)
	type body = map[string]any
	connection := body{"type": "t", "password": "p", "extra": body{"secret": "s", "token": "t", "region": "r"}}
	metrics := body{
		"endpoint": "e", "exporterType": "PROMETHEUS", "password": "p", "basicToken": "b", "username": "u",
		"headers": body{"A": "a", "B": "b"}, "labels": body{"l": "x"},
	}
	for name, test := range map[string]struct {
		kind, member    string
		had, sent, want body
	}{
		"secret omitted": {"AIRFLOW_VARIABLE", "airflowVariable", body{"value": "s", "isSecret": true}, body{}, body{"value": "s", "isSecret": true}},
		"secret empty":   {"AIRFLOW_VARIABLE", "airflowVariable", body{"value": "s", "isSecret": true}, body{"value": ""}, body{"value": "s", "isSecret": true}},
		"new secret":     {"AIRFLOW_VARIABLE", "airflowVariable", body{"value": "s", "isSecret": true}, body{"value": "n"}, body{"value": "n", "isSecret": true}},
		"value empty":    {"ENVIRONMENT_VARIABLE", "environmentVariable", body{"value": "v", "isSecret": false}, body{"value": ""}, body{"value": "", "isSecret": false}},
		"value omitted":  {"ENVIRONMENT_VARIABLE", "environmentVariable", body{"value": "v", "isSecret": false}, body{}, body{"isSecret": false}},
		"password omitted": {
			"CONNECTION", "connection", connection,
			body{"type": "t", "extra": body{"secret": "", "region": ""}},
			body{"type": "t", "password": "p", "extra": body{"secret": "", "region": ""}},
		},
		"password empty": {"CONNECTION", "connection", connection, body{"type": "t", "password": ""}, connection},
		"new extra": {
			"CONNECTION", "connection", connection,
			body{"type": "t", "password": "n", "extra": body{"secret": 5.0, "token": "n"}},
			body{"type": "t", "password": "n", "extra": body{"secret": 5.0, "token": "n"}},
		},
		"metrics": {
			"METRICS_EXPORT", "metricsExport", metrics,
			body{"endpoint": "e", "exporterType": "PROMETHEUS", "basicToken": "", "headers": body{"A": ""}},
			body{"endpoint": "e", "exporterType": "PROMETHEUS", "password": "p", "basicToken": "b", "username": "u", "headers": body{"A": ""}},
		},
		"metrics omitted": {
			"METRICS_EXPORT", "metricsExport", metrics,
			body{"endpoint": "e", "exporterType": "PROMETHEUS"},
			withChanges(metrics, body{"labels": nil}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			id := o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, test.kind, name, body{test.member: test.had}))
			o.mustSend("POST", environmentObjectsPath+"/"+id, body{test.member: test.sent})
			if diff := cmp.Diff(test.want, o.storedState("environmentObject", id)[test.member]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestMapUpdateOptions checks both interpretations of an update with a map. The API's one isn't known, so a client must work
// with each.
func TestMapUpdateOptions(t *testing.T) {
	t.Parallel()
	type body = map[string]any
	had, sent := body{"token": "t", "secret": "s", "region": "r"}, body{"token": "", "region": ""}
	for _, test := range []struct {
		options simulator.Options
		want    body
	}{
		{simulator.Options{}, body{"token": "", "region": ""}},
		{simulator.Options{KeepEmptySecrets: true}, body{"token": "t", "region": ""}},
		{simulator.Options{MergeMaps: true}, body{"token": "", "region": "", "secret": "s"}},
		{simulator.Options{KeepEmptySecrets: true, MergeMaps: true}, body{"token": "t", "region": "", "secret": "s"}},
	} {
		o := startOrganization(t, test.options)
		w, first, _ := seedWorkspace(o)
		connection := func(extra body) body { return body{"type": "t", "extra": extra} }
		id := o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "CONNECTION", "c", body{
			"connection": connection(had), "links": []any{linkTo(first, body{"connection": body{"extra": had}})},
		}))
		o.mustSend("POST", environmentObjectsPath+"/"+id, body{"connection": connection(sent), "links": []any{linkTo(first, body{"connection": body{"extra": sent}})}})
		stored := o.storedState("environmentObject", id)
		if diff := cmp.Diff(connection(test.want), stored["connection"]); diff != "" {
			t.Errorf("%+v: connection:\n%s", test.options, diff)
		}
		if diff := cmp.Diff([]map[string]any{linkTo(first, body{"connection": body{"extra": test.want}})}, getObjects(stored, "links")); diff != "" {
			t.Errorf("%+v: link:\n%s", test.options, diff)
		}
	}
}

func TestEnvironmentObjectMergesLinks(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w, first, second := seedWorkspace(o)
	type body = map[string]any
	had := body{"host": "h", "login": "l", "password": "p", "extra": body{"secret": "s", "region": "r"}}
	for name, test := range map[string]struct {
		sent, want body // nil: no overrides
	}{
		"omitted":           {nil, had},
		"nothing":           {body{}, had},
		"one field":         {body{"connection": body{"host": "n"}}, withChanges(had, body{"host": "n"})},
		"emptied":           {body{"connection": body{"host": "", "password": ""}}, withChanges(had, body{"host": ""})},
		"new secret":        {body{"connection": body{"password": "n"}}, withChanges(had, body{"password": "n"})},
		"member":            {body{"connection": body{"extra": body{"secret": "", "zone": "z"}}}, withChanges(had, body{"extra": body{"secret": "", "zone": "z"}})},
		"unset":             {body{"unsetFields": []any{"password", "extra.secret", "never.there", "port"}}, body{"host": "h", "login": "l", "extra": body{"region": "r"}}},
		"unset all":         {body{"unsetFields": []any{"host", "login", "password", "extra"}}, nil},
		"unset all members": {body{"unsetFields": []any{"extra.secret", "extra.region"}}, withChanges(had, body{"extra": nil})},
	} {
		t.Run(name, func(t *testing.T) {
			connection := body{"type": "t"}
			id := o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "CONNECTION", name, body{
				"connection": connection, "links": []any{linkTo(first, body{"connection": had}), linkTo(second, body{"connection": had})},
			}))
			o.mustSend("POST", environmentObjectsPath+"/"+id, body{"connection": connection, "links": []any{linkTo(first, test.sent)}})
			want := linkTo(first, nil)
			if test.want != nil {
				want = linkTo(first, body{"connection": test.want})
			}
			if diff := cmp.Diff([]map[string]any{want}, getObjects(o.storedState("environmentObject", id), "links")); diff != "" {
				t.Error(diff)
			}
			o.mustSend("POST", environmentObjectsPath+"/"+id, body{"connection": connection, "links": []any{linkTo(first, nil), linkTo(second, nil)}})
			if again := getObjects(o.storedState("environmentObject", id), "links")[1]; again["overrides"] != nil {
				t.Errorf("overrides must be deleted with their link: %v", again)
			}
		})
	}
}

func TestEnvironmentObjectSecretOverride(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w, first, _ := seedWorkspace(o)
	for secret, want := range map[bool]string{true: "old", false: ""} {
		overrides := func(value string) []any {
			return []any{linkTo(first, map[string]any{"environmentVariable": map[string]any{"value": value}})}
		}
		id := o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "ENVIRONMENT_VARIABLE", "V", map[string]any{
			"environmentVariable": map[string]any{"value": "v", "isSecret": secret}, "links": overrides("old"),
		}))
		o.mustSend("POST", environmentObjectsPath+"/"+id, map[string]any{"environmentVariable": map[string]any{"value": "v"}, "links": overrides("")})
		if diff := cmp.Diff(getObjects(map[string]any{"links": overrides(want)}, "links"), getObjects(o.storedState("environmentObject", id), "links")); diff != "" {
			t.Errorf("secret %v:\n%s", secret, diff)
		}
	}
}
