package simulator_test

import (
	"strings"
	"testing"

	"astro-apply/internal/simulator"
)

func TestEnvironmentObjectRefusals(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w, first, _ := seedWorkspace(o)
	elsewhere := o.Seed("deployment", map[string]any{"name": "e", "workspaceId": o.Seed("workspace", map[string]any{})})
	variable := environmentObjectBody("WORKSPACE", w, "ENVIRONMENT_VARIABLE", "V", map[string]any{"environmentVariable": map[string]any{"value": "v"}})
	connection := environmentObjectBody("WORKSPACE", w, "CONNECTION", "c", map[string]any{"connection": map[string]any{"type": "http"}})
	metrics := environmentObjectBody("WORKSPACE", w, "METRICS_EXPORT", "m", map[string]any{"metricsExport": map[string]any{"endpoint": "https://m", "exporterType": "PROMETHEUS"}})
	own := map[string]any{"scope": "DEPLOYMENT", "scopeEntityId": first}
	tests := map[string]struct {
		body, changes map[string]any
		field         string // field of the first fieldErrors; "": the error has none
	}{
		"no key":                     {variable, map[string]any{"objectKey": nil}, "objectKey"},
		"no type":                    {variable, map[string]any{"objectType": nil}, "objectType"},
		"no scope":                   {variable, map[string]any{"scope": nil}, "scope"},
		"no scopeEntityId":           {variable, map[string]any{"scopeEntityId": nil}, "scopeEntityId"},
		"other type":                 {variable, map[string]any{"objectType": "SECRET"}, "objectType"},
		"unknown member":             {variable, map[string]any{"setFields": []any{}}, "setFields"},
		"long description":           {variable, map[string]any{"description": strings.Repeat("x", 501)}, "description"},
		"no body":                    {variable, map[string]any{"environmentVariable": nil}, "environmentVariable"},
		"wrong body":                 {variable, map[string]any{"environmentVariable": nil, "airflowVariable": map[string]any{"value": "v"}}, ""},
		"second body":                {variable, map[string]any{"connection": map[string]any{"type": "http"}}, ""},
		"no value":                   {variable, map[string]any{"environmentVariable": map[string]any{}}, "environmentVariable.value"},
		"no secret":                  {variable, map[string]any{"environmentVariable": map[string]any{"value": "", "isSecret": true}}, "environmentVariable.value"},
		"no conn type":               {connection, map[string]any{"connection": map[string]any{"host": "h"}}, "connection.type"},
		"empty conn type":            {connection, map[string]any{"connection": map[string]any{"type": ""}}, "connection.type"},
		"no endpoint":                {metrics, map[string]any{"metricsExport": map[string]any{"exporterType": "PROMETHEUS"}}, "metricsExport.endpoint"},
		"no exporter":                {metrics, map[string]any{"metricsExport": map[string]any{"endpoint": "https://m"}}, "metricsExport.exporterType"},
		"header":                     {metrics, map[string]any{"metricsExport": map[string]any{"endpoint": "https://m", "exporterType": "PROMETHEUS", "headers": map[string]any{"X": 1}}}, "metricsExport.headers.X"},
		"no Workspace":               {variable, map[string]any{"scopeEntityId": "cnone"}, ""},
		"no Deployment":              {variable, map[string]any{"scope": "DEPLOYMENT", "scopeEntityId": w}, ""},
		"auto-link in Deployment":    {withChanges(variable, own), map[string]any{"autoLinkDeployments": true}, ""},
		"links in Deployment":        {withChanges(variable, own), map[string]any{"links": []any{}}, ""},
		"excludes in Deployment":     {withChanges(variable, own), map[string]any{"excludeLinks": []any{}}, ""},
		"link without Deployment":    {variable, map[string]any{"links": []any{linkTo("cnone", nil)}}, ""},
		"link to other Workspace":    {variable, map[string]any{"links": []any{linkTo(elsewhere, nil)}}, ""},
		"exclude in other Workspace": {variable, map[string]any{"excludeLinks": []any{linkTo(elsewhere, nil)}}, ""},
		"both":                       {variable, map[string]any{"links": []any{linkTo(first, nil)}, "excludeLinks": []any{linkTo(first, nil)}}, ""},
		"unset in a create":          {variable, map[string]any{"links": []any{linkTo(first, map[string]any{"unsetFields": []any{"value"}})}}, "links[0].overrides.unsetFields"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o.wantFieldError(t, test.field, environmentObjectsPath, withChanges(test.body, test.changes))
		})
	}
	if n := len(o.Resources("environmentObject")); n != 0 {
		t.Errorf("%d objects after only refused requests", n)
	}
	o.mustSend("POST", environmentObjectsPath, variable)
	o.wantRefusal(409, "POST", environmentObjectsPath, variable)
	o.mustSend("POST", environmentObjectsPath, withChanges(variable, own))
}

func TestEnvironmentObjectUpdateRefusals(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	w, first, _ := seedWorkspace(o)
	id := o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "CONNECTION", "c", map[string]any{"connection": map[string]any{"type": "http"}}))
	metrics := o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "METRICS_EXPORT", "m", nil))
	variable := o.Seed("environmentObject", environmentObjectBody("WORKSPACE", w, "AIRFLOW_VARIABLE", "v", nil))
	valid := map[string]any{"connection": map[string]any{"type": "http"}}
	set := map[string]any{"host": "h", "extra": map[string]any{"region": "eu"}}
	unset := func(path string) map[string]any {
		return map[string]any{"links": []any{linkTo(first, map[string]any{"connection": set, "unsetFields": []any{path}})}}
	}
	tests := map[string]struct {
		id      string
		changes map[string]any
		field   string
	}{
		"links alone":     {id, map[string]any{"connection": nil, "links": []any{}}, "connection"},
		"no type":         {id, map[string]any{"connection": map[string]any{"host": "h"}}, "connection.type"},
		"key":             {id, map[string]any{"objectKey": "c"}, "objectKey"},
		"scope":           {id, map[string]any{"scope": "WORKSPACE"}, "scope"},
		"set and unset":   {id, unset("host"), ""},
		"member of both":  {id, unset("extra.region"), ""},
		"map of a member": {id, unset("extra"), ""},
		"no endpoint":     {metrics, map[string]any{"connection": nil, "metricsExport": map[string]any{"exporterType": "PROMETHEUS"}}, "metricsExport.endpoint"},
		"isSecret":        {variable, map[string]any{"connection": nil, "airflowVariable": map[string]any{"value": "v", "isSecret": true}}, "airflowVariable.isSecret"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o.wantFieldError(t, test.field, environmentObjectsPath+"/"+test.id, withChanges(valid, test.changes))
		})
	}
	o.mustSend("POST", environmentObjectsPath+"/"+id, withChanges(valid, unset("password")))
}
