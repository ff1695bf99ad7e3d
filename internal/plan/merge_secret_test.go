package plan_test

import (
	"strings"
	"testing"

	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// The live Deployment has the variable A, readable, and the secret S.
func TestSecrets(t *testing.T) {
	t.Parallel()
	const (
		a      = `{"key": "A", "value": "1", "isSecret": false}`
		stored = `{"key": "S", "isSecret": true}`
		again  = "environmentVariables[S].value: (none) → *** again"
	)
	both := []string{"environmentVariables[S].value"}
	tests := map[string]struct {
		members    string
		write      bool // write-secrets
		fields     []string
		unverified []string
		hidden     []string
		problems   []string
		sent       string // environmentVariables of the body; "": no request
	}{
		"undeclared":            {"description: new", false, []string{`description: "old" → "new"`}, nil, nil, nil, a + "," + stored},
		"undeclared, all asked": {"description: old", true, nil, nil, nil, nil, ""},
		"declared without a value": {
			"environmentVariables: [{ key: A }, { key: S, isSecret: true }]", true, nil, nil, nil, nil, "",
		},
		"kept": {"environmentVariables: [{ key: A }, { key: S, isSecret: true, value: s3cret }]", false, nil, both, nil, nil, ""},
		"written with something else": {
			"description: new, environmentVariables: [{ key: A }, { key: S, isSecret: true, value: s3cret }]", false,
			[]string{`description: "old" → "new"`, again},
			nil, nil, nil, a + `,{"key": "S", "value": "s3cret", "isSecret": true}`,
		},
		"written with another variable": {
			"environmentVariables: [{ key: A, value: '2' }, { key: S, isSecret: true, value: s3cret }]", false,
			[]string{`environmentVariables[A].value: "1" → "2"`, again},
			nil, nil, nil,
			`{"key": "A", "value": "2", "isSecret": false},{"key": "S", "value": "s3cret", "isSecret": true}`,
		},
		"asked for": {
			"environmentVariables: [{ key: A }, { key: S, isSecret: true, value: s3cret }]", true,
			[]string{again},
			nil, nil, nil, a + `,{"key": "S", "value": "s3cret", "isSecret": true}`,
		},
		"secret only live": {
			"environmentVariables: [{ key: A }, { key: S, value: s3cret }]", false, nil, both, []string{"s3cret"}, nil, "",
		},
		"secret only live, written": {
			"environmentVariables: [{ key: A }, { key: S, value: s3cret }]", true,
			[]string{again},
			nil,
			[]string{"s3cret"},
			nil, a + `,{"key": "S", "value": "s3cret", "isSecret": true}`,
		},
		"becomes secret": {
			"environmentVariables: [{ key: A, isSecret: true, value: s3cret }, { key: S }]", false,
			[]string{"environmentVariables[A].value: (none) → ***", "environmentVariables[A].isSecret: false → true"},
			nil, nil, nil,
			`{"key": "A", "value": "s3cret", "isSecret": true},` + stored,
		},
		"becomes secret as it is": {
			"environmentVariables: [{ key: A, isSecret: true }, { key: S }]", false,
			[]string{"environmentVariables[A].isSecret: false → true"},
			nil, nil,
			nil,
			`{"key": "A", "value": "1", "isSecret": true},` + stored,
		},
		"becomes readable": {
			"environmentVariables: [{ key: A }, { key: S, isSecret: false, value: x }]", false,
			[]string{`environmentVariables[S].value: "" → "x"`, "environmentVariables[S].isSecret: true → false"},
			nil, nil,
			[]string{"environmentVariables[S].isSecret: a secret variable can't be made readable; remove it, and add it again under another key"},
			a + `,{"key": "S", "value": "x", "isSecret": false}`,
		},
		"new": {
			"environmentVariables: [{ key: A }, { key: S }, { key: NEW, value: s3cret, isSecret: true }]", false,
			[]string{`environmentVariables[NEW]: (none) → {key: "NEW", value: ***, isSecret: true}`},
			nil, nil, nil,
			a + "," + stored + `,{"key": "NEW", "value": "s3cret", "isSecret": true}`,
		},
		"read from the environment, not secret to Astro": {
			"environmentVariables: [{ key: A, value: '${secret:X}' }, { key: S }]", false,
			[]string{"environmentVariables[A].value: *** → ***"},
			nil, nil, nil,
			`{"key": "A", "value": "value-of-X", "isSecret": false},` + stored,
		},
		"in a field that isn't for secrets": {
			"description: '${secret:X}'", false, []string{"description: *** → ***"}, nil, nil, nil, a + "," + stored,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := compareDeployment(t, test.members, dedicatedJSON, plan.Policy{WriteSecrets: test.write})
			assertEqual(t, "differences", test.fields, describeFields(d.Fields))
			assertEqual(t, "unverified", test.unverified, d.NotComparable)
			assertEqual(t, "hidden", test.hidden, sensitiveTexts(d))
			assertEqual(t, "problems", test.problems, messagesOf(d.Problems))
			if test.sent == "" {
				assertEqual(t, "requests", 0, len(d.Requests))
				return
			}
			assertEqual(t, "body", decodeJSON(t, `{"x": [`+test.sent+`]}`)["x"], requestBody(t, d)["environmentVariables"])
		})
	}
}

// A variable that is removed takes no value with it into a report.
// Of a value that only the live side shows to be secret, its parts are too.
func TestPartsOfASensitiveValue(t *testing.T) {
	t.Parallel()
	d := compareDeployment(t, "environmentVariables: [{ key: A }, { key: S, value: 'x${env:P}y' }]", dedicatedJSON, plan.Policy{WriteSecrets: true})
	assertEqual(t, "hidden", []string{"xvalue-of-Py", "value-of-P"}, sensitiveTexts(d))
}

// An empty value that isn't secret is an empty value, also where the answer
// counts it among what is set.
func TestSetAndEmpty(t *testing.T) {
	t.Parallel()
	const live = `{"id": "cobject0000000000000000003", "objectType": "CONNECTION", "objectKey": "c", "scope": "WORKSPACE", "scopeEntityId": "` + w1 + `",
		"connection": {"type": "http", "login": "", "extra": {"n": null, "s": ""}}, "setFields": ["type", "login", "password", "extra.n", "extra.s"]}`
	d := compareMembers(t, "environmentObjects", object3+"connection: { type: http, login: b, password: x }", live, plan.Policy{})
	assertEqual(t, "differences", []string{`connection.login: "" → "b"`, "connection.password: (none) → *** again"}, describeFields(d.Fields))
	assertEqual(t, "body", decodeJSON(t, `{"type": "http", "login": "b", "password": "x"}`), requestBody(t, d)["connection"].(map[string]any))
	override := `"links": [{"scope": "DEPLOYMENT", "scopeEntityId": "` + d1 + `", "environmentVariableOverrides": {"value": ""}, "setFields": ["value"]}]`
	d = compareMembers(t, "environmentObjects", object1+"links: [{ deploymentId: "+d1+", overrides: { environmentVariable: { value: b } } }]", withMembers(t, moreAnswers["variable"], override), plan.Policy{})
	assertEqual(t, "an override", []string{`links[` + d1 + `].overrides.environmentVariable.value: "" → "b"`}, describeFields(d.Fields))
	// Of a secret one, only what is set counts as there.
	for set, want := range map[string][]string{
		`[]`:        {`links[` + d1 + `].overrides.environmentVariable.value: (none) → ***`},
		`["value"]`: nil,
	} {
		veiled := withMembers(t, moreAnswers["variable"], `"environmentVariable": {"value": "", "isSecret": true}, `+
			`"links": [{"scope": "DEPLOYMENT", "scopeEntityId": "`+d1+`", "environmentVariableOverrides": {"value": ""}, "setFields": `+set+`}]`)
		d = compareMembers(t, "environmentObjects", object1+"links: [{ deploymentId: "+d1+", overrides: { environmentVariable: { value: b } } }]", veiled, plan.Policy{})
		assertEqual(t, "a secret override, "+set, want, describeFields(d.Fields))
	}
}

// A member that setFields names and the answer leaves out is kept and not
// verified: it makes no update necessary, and no update erases it.
func TestSetAndNotReturned(t *testing.T) {
	t.Parallel()
	const metrics = `{"id": "cobject0000000000000000004", "objectType": "METRICS_EXPORT", "objectKey": "m", "scope": "WORKSPACE", "scopeEntityId": "` + w1 + `",
		"metricsExport": {"endpoint": "https://x", "exporterType": "PROMETHEUS", "username": "", "labels": {"env": "dev"}},
		"setFields": ["endpoint", "exporterType", "authType", "username", "sigV4AssumeArn", "labels.env", "labels.team"]}`
	const connection = `{"id": "cobject0000000000000000003", "objectType": "CONNECTION", "objectKey": "c", "scope": "WORKSPACE", "scopeEntityId": "` + w1 + `",
		"connection": {"type": "http", "extra": {"deep": {"key": "", "open": 1}, "a.b": "", "token": ""}},
		"setFields": ["type", "authTypeId", "extra.deep.key", "extra.deep.open", "extra.a.b", "extra.token"]}`
	for name, test := range map[string]struct {
		answer, members string
		write           bool
		fields          []string
		unverified      []string
		problems        []string
		sent            string // the typed body; "": no request
	}{
		"nothing changes": {
			metrics, "metricsExport: { authType: BASIC, username: u, sigV4AssumeArn: arn, labels: { env: dev, team: t } }", false, nil,
			[]string{"metricsExport.authType", "metricsExport.username", "metricsExport.sigV4AssumeArn", "metricsExport.labels.team"},
			nil, "",
		},
		"something else changes": {
			metrics, "description: new", false,
			[]string{`description: (none) → "new"`},
			nil, nil,
			`{"endpoint": "https://x", "exporterType": "PROMETHEUS", "labels": {"env": "dev", "team": ""}}`,
		},
		"written along": {
			metrics, "metricsExport: { endpoint: 'https://y', username: u }", false,
			[]string{`metricsExport.endpoint: "https://x" → "https://y"`, `metricsExport.username: (none) → "u" again`},
			nil, nil,
			`{"endpoint": "https://y", "exporterType": "PROMETHEUS", "username": "u", "labels": {"env": "dev", "team": ""}}`,
		},
		"a connection's type of authentication": {
			connection, "description: new", false, []string{`description: (none) → "new"`}, nil, nil, `{"type": "http"}`,
		},
		"nested and dotted members": {
			connection, "connection: { extra: { deep: { key: k, open: 1 }, a.b: x, token: t } }", false, nil,
			[]string{"connection.extra.deep", "connection.extra.a.b", "connection.extra.token"},
			nil, "",
		},
		"a nested member that is not declared": {
			connection, "connection: { extra: { a.b: x, token: t, new: n } }", false,
			[]string{`connection.extra.new: (none) → "n"`},
			[]string{"connection.extra.a.b", "connection.extra.token"},
			[]string{"connection.extra: this change would erase deep, set in Astro but not declared: Astro replaces extra as a whole and doesn't return secrets; declare every member, or allow the removal with allow-delete: true"},
			"-",
		},
		"written on request": {
			connection, "connection: { extra: { token: t } }", true,
			[]string{"connection.extra.token: (none) → *** again"},
			nil,
			[]string{"connection.extra: this change would erase a.b, deep, set in Astro but not declared: Astro replaces extra as a whole and doesn't return secrets; declare every member, or allow the removal with allow-delete: true"},
			"-",
		},
		"protected": {
			connection, "protect: true, connection: { extra: { token: t, deep: { key: k, open: 1 }, new: n } }", false,
			[]string{`connection.extra.new: (none) → "n"`},
			[]string{"connection.extra.token", "connection.extra.deep"},
			[]string{"connection.extra: this change would erase a.b, set in Astro but not declared: Astro replaces extra as a whole and doesn't return secrets; declare every member"},
			"-",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, body0 := object3, "connection"
			if test.answer == metrics {
				id, body0 = object4, "metricsExport"
			}
			d := compareMembers(t, "environmentObjects", id+test.members, test.answer, plan.Policy{WriteSecrets: test.write})
			assertEqual(t, "differences", test.fields, describeFields(d.Fields))
			assertEqual(t, "unverified", test.unverified, d.NotComparable)
			assertEqual(t, "problems", test.problems, messagesOf(d.Problems))
			switch test.sent {
			case "-":
			case "":
				assertEqual(t, "requests", 0, len(d.Requests))
			default:
				assertEqual(t, "body", decodeJSON(t, test.sent), requestBody(t, d)[body0].(map[string]any))
			}
		})
	}
}

// A secret is scrubbed in its live spelling, too.
func TestLiveSpellingOfASecret(t *testing.T) {
	t.Parallel()
	d := compareMembers(t, "users", "username: '${secret:X}@example.com'", strings.Replace(moreAnswers["user"], "A@example.com", "VALUE-of-x@example.com", 1), plan.Policy{})
	assertEqual(t, "hidden", []string{"VALUE-of-x@example.com"}, sensitiveTexts(d))
}

func TestRemovedSecret(t *testing.T) {
	t.Parallel()
	d := compareDeployment(t, "environmentVariables: [{ key: A }]", dedicatedJSON, plan.Policy{AllowDelete: true})
	assertEqual(t, "differences", []string{`environmentVariables[S]: {key: "S", isSecret: true} → (none)`}, describeFields(d.Fields))
}

func TestSecretOfANewResource(t *testing.T) {
	t.Parallel()
	d := compareDeployment(t, "type: STANDARD, environmentVariables: [{ key: S, value: s3cret, isSecret: true }, { key: A, value: '1' }]", "", plan.Policy{})
	assertEqual(t, "body", decodeJSON(t, `{
		"type": "STANDARD", "name": "one", "workspaceId": "cworkspace000000000000001",
		"environmentVariables": [{"key": "S", "value": "s3cret", "isSecret": true}, {"key": "A", "value": "1", "isSecret": false}]}`), requestBody(t, d))
	assertEqual(t, "differences", []string{
		`type: (none) → "STANDARD"`, `name: (none) → "one"`, `workspaceId: (none) → "cworkspace000000000000001"`,
		`environmentVariables[S]: (none) → {key: "S", value: ***, isSecret: true}`, `environmentVariables[A]: (none) → {key: "A", value: "1", isSecret: false}`,
	}, describeFields(d.Fields))
	assertEqual(t, "unverified", []string(nil), d.NotComparable)
}

// What is secret twice is in the open nowhere; what is also a name is.
func TestRepeatedAndPublicSecrets(t *testing.T) {
	t.Parallel()
	d := compareDeployment(t, "description: open-text, environmentVariables: [{ key: A, value: '1' }, { key: S, value: open-text }]", dedicatedJSON, plan.Policy{WriteSecrets: true})
	other := compareDeployment(t, "environmentVariables: [{ key: A, value: '1' }, { key: S, value: hunter2hunter2 }, { key: T, value: hunter2hunter2, isSecret: true }]", dedicatedJSON, plan.Policy{WriteSecrets: true})
	assertEqual(t, "twice", []string{"hunter2hunter2"}, sensitiveTexts(other))
	assertEqual(t, "found", 1, len(d.NewlySensitive))
	manifest := []*schema.Node{schema.String("open-text")}
	assertEqual(t, "in the open", []string(nil), resource.SensitiveTexts(manifest, d.NewlySensitive))
}

// sensitiveTexts lists what of a difference has to be hidden everywhere.
func sensitiveTexts(d *plan.Diff) []string { return resource.SensitiveTexts(nil, d.NewlySensitive) }
