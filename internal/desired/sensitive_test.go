package desired_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

const plainTextWarning = " is a secret in plain text: everyone who can read this file can read it; rotate it, store the new value as a GitHub secret, and write ${secret:NAME}"

// resourceName matches the file, and the resource after the position.
var resourceName = regexp.MustCompile(`^a\.yaml:|(?:Deployment|environment object) "[^"]+": `)

// A secret in plain text in the manifest causes a warning at its position, for every
// secret field. Empty, omitted and variable values don't.
func TestSecretsInPlainText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"deployments: [{ name: a, workspace: w, environmentVariables: [{ key: A, value: open }, { key: B, value: hunter2, isSecret: true }] }]":                                                                                                      {"1:105: environmentVariables[1].value"},
		"deployments: [{ name: a, workspace: w, environmentVariables: [{ key: A, value: open, isSecret: false }, { key: B, isSecret: true }] }]":                                                                                                     nil,
		"deployments: [{ name: a, workspace: w, environmentVariables: [{ key: A, value: '', isSecret: true }, { key: B, value: '${env:X}', isSecret: true }] }]":                                                                                     nil,
		"deployments: [{ name: a, workspace: w, environmentVariables: [{ key: A, value: 'u:${secret:X}@h', isSecret: true }] }]":                                                                                                                     nil,
		"deployments: [{ name: a, workspace: w, environmentVariables: [{ key: A, value: '$${X}', isSecret: true }] }]":                                                                                                                               {"1:80: environmentVariables[0].value"},
		"environmentObjects: [{ workspace: w, objectType: AIRFLOW_VARIABLE, objectKey: k, airflowVariable: { value: x, isSecret: true } }]":                                                                                                          {"1:108: airflowVariable.value"},
		"environmentObjects: [{ workspace: w, objectType: ENVIRONMENT_VARIABLE, objectKey: k, environmentVariable: { value: x, isSecret: true } }]":                                                                                                  {"1:116: environmentVariable.value"},
		"environmentObjects: [{ workspace: w, objectType: CONNECTION, objectKey: k, connection: { type: http, login: l, password: hunter2 } }]":                                                                                                      {"1:122: connection.password"},
		"environmentObjects: [{ workspace: w, objectType: METRICS_EXPORT, objectKey: k, metricsExport: { endpoint: 'https://x', exporterType: PROMETHEUS, authType: BASIC, username: u, password: hunter2, headers: { A: x, B: '${secret:X}' } } }]": {"1:186: metricsExport.password", "1:209: metricsExport.headers.A"},
		"environmentObjects: [{ workspace: w, objectType: ENVIRONMENT_VARIABLE, objectKey: k, environmentVariable: { isSecret: true }, links: [{ deployment: d, overrides: { environmentVariable: { value: x } } }] }]": {
			"1:195: links[0].overrides.environmentVariable.value",
		},
		// An Astro CLI deployment file.
		"deployment:\n  configuration: { name: a, workspace_name: w, deployment_type: STANDARD }\n  environment_variables:\n    - { key: B, value: hunter2, is_secret: true }": {
			"4:24: environmentVariables[0].value",
		},
	} {
		d := desired.Load(kind.All(), testkit.ParseManifests(t, text), "")
		var got []string
		for _, p := range d.Problems {
			if text, ok := strings.CutSuffix(p.Error(), plainTextWarning); ok && p.Warning {
				got = append(got, resourceName.ReplaceAllString(text, ""))
			}
		}
		testkit.AssertEqual(t, text, want, got)
	}
}

// Astro doesn't return secrets. If a response contains one anyway, it is masked and never
// shown.
func TestSecretsInResponses(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-and-more"
	tested := map[string]bool{}
	for _, test := range []struct{ kind, members string }{
		{"deployment", `"environmentVariables": [{"key": "A", "value": "plain-value"}, {"key": "B", "value": "SECRET", "isSecret": true}]`},
		{"environmentObject", `"objectType": "ENVIRONMENT_VARIABLE", "environmentVariable": {"value": "SECRET", "isSecret": true}`},
		{"environmentObject", `"objectType": "AIRFLOW_VARIABLE", "airflowVariable": {"value": "SECRET", "isSecret": true}`},
		{"environmentObject", `"objectType": "CONNECTION", "connection": {"type": "http", "login": "plain-value", "password": "SECRET"}`},
		{"environmentObject", `"objectType": "METRICS_EXPORT", "metricsExport": {"password": "SECRET", "headers": {}}`},
		{"environmentObject", `"objectType": "METRICS_EXPORT", "metricsExport": {"basicToken": "SECRET"}`},
		{"environmentObject", `"objectType": "METRICS_EXPORT", "metricsExport": {"headers": {"A": "SECRET"}}`},
		{"environmentObject", `"objectType": "CONNECTION", "links": [{"scopeEntityId": "cd", "scope": "DEPLOYMENT", "connectionOverrides": {"password": "SECRET"}}]`},
		{"environmentObject", `"objectType": "ENVIRONMENT_VARIABLE", "environmentVariable": {"value": "", "isSecret": true}, "links": [{"scopeEntityId": "cd", "environmentVariableOverrides": {"value": "SECRET"}, "setFields": ["value"]}]`},
		{"apiToken", `"name": "plain-value", "token": "SECRET"`},
		{"agentToken", `"name": "plain-value", "token": "SECRET"`},
	} {
		k := kind.All().Kind(test.kind)
		tested[test.kind] = true
		answer := []byte(strings.ReplaceAll(`{"id": "cobject0000000000000000001", `+test.members+`}`, "SECRET", secret))
		live, err := current.NewLive(k, answer)
		if err != nil {
			t.Errorf("%s: %v", test.members, err)
			continue
		}
		var masked []string
		current.Source{}.MaskSecrets(live)
		current.Source{Mask: func(s string) { masked = append(masked, s) }}.MaskSecrets(live)
		testkit.AssertEqual(t, test.members+" masked", []string{secret}, slices.Compact(masked))
		masked = nil
		o := &desired.Resource{Kind: k, Body: &schema.Node{Form: schema.Map}}
		created, err := current.Source{Mask: func(s string) { masked = append(masked, s) }}.VerifyCreated(t.Context(), o, answer, func(string) bool { return true })
		if created != nil || err == nil {
			t.Errorf("%s: accepted as created although the id existed before", test.members)
		}
		testkit.AssertEqual(t, test.members+" masked in the answer to a create", []string{secret}, slices.Compact(masked))
		if shown := live.Body().Render(); strings.Contains(shown, secret) || strings.Contains(test.members, "plain-value") && !strings.Contains(shown, "plain-value") {
			t.Errorf("%s: shown %s", test.members, shown)
		}
	}
	for _, k := range kind.All() {
		if secret := k.GeneratedSecret != "" || holdsSecrets(k.Fields); secret != tested[k.Name] {
			t.Errorf("%s: has secrets %t, tested %t", k.Name, secret, tested[k.Name])
		}
	}
}

func holdsSecrets(fields []schema.Field) bool {
	return slices.ContainsFunc(fields, func(f schema.Field) bool {
		return f.Secret != nil || holdsSecrets(f.Type.Fields) || f.Type.Elem != nil && holdsSecrets(f.Type.Elem.Fields)
	})
}
