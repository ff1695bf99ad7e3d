package plan_test

import (
	"strings"
	"testing"

	"astro-apply/internal/plan"
)

func TestLists(t *testing.T) {
	t.Parallel()
	const (
		kept     = "is live and not declared; kept, because allow-delete is not true"
		q1       = `{"id": "q1", "name": "default", "isDefault": true, "astroMachine": "A5", "minWorkerCount": 1, "maxWorkerCount": 5, "workerConcurrency": 5, "podEphemeralStorage": "10Gi"}`
		q2       = `{"id": "q2", "name": "heavy", "isDefault": false, "astroMachine": "A20", "minWorkerCount": 0, "maxWorkerCount": 3, "workerConcurrency": 10, "podEphemeralStorage": "20Gi"}`
		q3       = `{"name": "new", "isDefault": false, "astroMachine": "A5", "minWorkerCount": 0, "maxWorkerCount": 1, "workerConcurrency": 1}`
		new3     = "{ name: new, astroMachine: A5, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1 }"
		shown3   = `workerQueues[new]: (none) → {name: "new", isDefault: false, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1, astroMachine: "A5"}`
		heavy    = `workerQueues[heavy]: {name: "heavy", isDefault: false, minWorkerCount: 0, maxWorkerCount: 3, workerConcurrency: 10, astroMachine: "A20", pod…`
		a        = `{"key": "A", "value": "1", "isSecret": false}`
		nights   = `{"hibernateAtCron": "0 19 * * *", "wakeAtCron": "0 7 * * *", "isEnabled": true, "description": "nights"}`
		weekends = `{"hibernateAtCron": "0 1 * * 6", "wakeAtCron": "0 1 * * 1", "isEnabled": false}`
	)
	allow := plan.Policy{AllowDelete: true}
	schedules := func(items string) string { return "scalingSpec: { hibernationSpec: { schedules: " + items + " } }" }
	tests := map[string]struct {
		members string
		policy  plan.Policy
		fields  []string
		kept    []string
		notes   []string
		list    string // which member of the body
		sent    string // nothing: no request
	}{
		"an added queue has no id": {
			"workerQueues: [{ name: heavy }, { name: default }, " + new3 + "]", allow, []string{shown3}, nil, nil, "workerQueues", q2 + "," + q1 + "," + q3,
		},
		"a queue that isn't declared is kept": {
			"workerQueues: [{ name: default }]", plan.Policy{}, nil, []string{heavy + " → (none)"}, []string{"workerQueues: heavy " + kept}, "workerQueues", "",
		},
		"and sent with another": {
			"workerQueues: [{ name: default }, " + new3 + "]",
			plan.Policy{},
			[]string{shown3},
			[]string{heavy + " → (none)"},
			[]string{"workerQueues: heavy " + kept},
			"workerQueues", q1 + "," + q3 + "," + q2,
		},
		"a queue is removed": {
			"workerQueues: [{ name: default }]", allow,
			[]string{heavy + " → (none)"},
			nil,
			[]string{"workerQueues[heavy] is removed: tasks that are queued there stay stuck, and so do those of a queue added later under the same name"},
			"workerQueues", q1,
		},
		"nothing of a protected object is removed": {
			"protect: true, environmentVariables: [{ key: S }]", allow, nil,
			[]string{`environmentVariables[A]: {key: "A", value: "1", isSecret: false} → (none)`},
			[]string{"environmentVariables: A is live and not declared; kept, because the object is protected"},
			"environmentVariables", "",
		},
		"empty, kept": {
			"environmentVariables: []",
			plan.Policy{},
			nil,
			[]string{`environmentVariables[A]: {key: "A", value: "1", isSecret: false} → (none)`, `environmentVariables[S]: {key: "S", isSecret: true} → (none)`},
			[]string{"environmentVariables: A, S " + kept},
			"environmentVariables", "",
		},
		"empty": {
			"environmentVariables: []", allow,
			[]string{`environmentVariables[A]: {key: "A", value: "1", isSecret: false} → (none)`, `environmentVariables[S]: {key: "S", isSecret: true} → (none)`},
			nil, nil,
			"environmentVariables", "[]",
		},
		"one of a set is removed": {
			"contactEmails: [b@example.com]", allow, []string{`contactEmails: "a@example.com" → (none)`}, nil, nil, "contactEmails", `"b@example.com"`,
		},
		"a set keeps": {
			"contactEmails: [c@example.com, b@example.com]",
			plan.Policy{},
			[]string{`contactEmails: (none) → "c@example.com"`},
			[]string{`contactEmails: "a@example.com" → (none)`},
			[]string{"contactEmails: a@example.com " + kept},
			"contactEmails", `"c@example.com", "b@example.com", "a@example.com"`,
		},
		"a set is cleared": {
			"contactEmails: []", allow, []string{`contactEmails: "a@example.com" → (none)`, `contactEmails: "b@example.com" → (none)`}, nil, nil, "contactEmails", "[]",
		},
		"schedules in another order": {
			schedules("[{ hibernateAtCron: 0 1 * * 6, wakeAtCron: 0 1 * * 1, isEnabled: false }, { hibernateAtCron: 0 19 * * *, wakeAtCron: 0 7 * * * }]"),
			allow, nil, nil, nil, "scalingSpec", "",
		},
		"another schedule is another one": { // the one that is live may be switched off, and is none of its business
			schedules("[{ hibernateAtCron: 0 2 * * 6, wakeAtCron: 0 1 * * 1 }, { hibernateAtCron: 0 19 * * *, wakeAtCron: 0 7 * * * }]"), allow,
			[]string{
				`scalingSpec.hibernationSpec.schedules[0 2 * * 6, 0 1 * * 1]: (none) → {hibernateAtCron: "0 2 * * 6", wakeAtCron: "0 1 * * 1", isEnabled: true}`,
				`scalingSpec.hibernationSpec.schedules[0 1 * * 6, 0 1 * * 1]: {hibernateAtCron: "0 1 * * 6", wakeAtCron: "0 1 * * 1", isEnabled: false} → (none)`,
			},
			nil, nil, "scalingSpec",
			`{"hibernateAtCron": "0 2 * * 6", "wakeAtCron": "0 1 * * 1", "isEnabled": true},` + nights,
		},
		"a schedule with other blanks": {
			schedules("[{ hibernateAtCron: '0  1 * *  6', wakeAtCron: ' 0 1 * * 1', isEnabled: true }, { hibernateAtCron: 0 19 * * *, wakeAtCron: 0 7 * * * }]"), allow,
			[]string{`scalingSpec.hibernationSpec.schedules[0 1 * * 6, 0 1 * * 1].isEnabled: false → true`},
			nil, nil, "scalingSpec",
			`{"hibernateAtCron": "0 1 * * 6", "wakeAtCron": "0 1 * * 1", "isEnabled": true},` + nights,
		},
		"a third schedule": {
			schedules("[{ hibernateAtCron: 0 19 * * *, wakeAtCron: 0 7 * * * }, { hibernateAtCron: 0 1 * * 6, wakeAtCron: 0 1 * * 1 }, { hibernateAtCron: 0 3 * * 3, wakeAtCron: 0 4 * * 3 }]"), allow,
			[]string{`scalingSpec.hibernationSpec.schedules[0 3 * * 3, 0 4 * * 3]: (none) → {hibernateAtCron: "0 3 * * 3", wakeAtCron: "0 4 * * 3", isEnabled: true}`},
			nil, nil, "scalingSpec",
			nights + "," + weekends + `,{"hibernateAtCron": "0 3 * * 3", "wakeAtCron": "0 4 * * 3", "isEnabled": true}`,
		},
		"a schedule too many is removed": {
			schedules("[{ hibernateAtCron: 0 1 * * 6, wakeAtCron: 0 1 * * 1 }]"), allow,
			[]string{`scalingSpec.hibernationSpec.schedules[0 19 * * *, 0 7 * * *]: {hibernateAtCron: "0 19 * * *", wakeAtCron: "0 7 * * *", isEnabled: true, description: "nights"} → (none)`},
			nil, nil,
			"scalingSpec", weekends,
		},
		"or kept": {
			schedules("[{ hibernateAtCron: 0 1 * * 6, wakeAtCron: 0 1 * * 1 }]"),
			plan.Policy{},
			nil,
			[]string{`scalingSpec.hibernationSpec.schedules[0 19 * * *, 0 7 * * *]: {hibernateAtCron: "0 19 * * *", wakeAtCron: "0 7 * * *", isEnabled: true, description: "nights"} → (none)`},
			[]string{"scalingSpec.hibernationSpec.schedules: 0 19 * * *, 0 7 * * * " + kept},
			"scalingSpec", "",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := compareDeployment(t, test.members, answersByName(t)["sleeping"], test.policy)
			assertEqual(t, "differences", test.fields, describeFields(d.Fields))
			assertEqual(t, "kept", test.kept, describeFields(d.Kept))
			assertEqual(t, "notes", test.notes, messagesOf(d.Notes))
			if test.sent == "" {
				assertEqual(t, "requests", 0, len(d.Requests))
				return
			}
			want := "[" + test.sent + "]"
			if test.sent == "[]" {
				want = "[]"
			}
			got := requestBody(t, d)[test.list]
			if test.list == "scalingSpec" {
				got = got.(map[string]any)["hibernationSpec"].(map[string]any)["schedules"]
			}
			assertEqual(t, "body", decodeJSON(t, `{"x": `+want+`}`)["x"], got)
		})
	}
}

// A list that the API leaves out is an empty one.
func TestListThatIsNotReturned(t *testing.T) {
	t.Parallel()
	d := compareDeployment(t, "environmentVariables: [], contactEmails: []", hybridJSON, plan.Policy{AllowDelete: true})
	assertEqual(t, "differences", []string(nil), describeFields(d.Fields))
	d = compareDeployment(t, "contactEmails: [a@example.com]", hybridJSON, plan.Policy{})
	assertEqual(t, "body", []any{"a@example.com"}, requestBody(t, d)["contactEmails"])
}

// Of a set that Astro returns with a repetition, the repetition means nothing: the
// declared item is neither removed nor kept against the declaration.
func TestRepetitionInASet(t *testing.T) {
	t.Parallel()
	twice := withMembers(t, dedicatedJSON, `"contactEmails": ["a@example.com", "b@example.com", "a@example.com"]`)
	for name, policy := range map[string]plan.Policy{"allow-delete": {AllowDelete: true}, "no removals": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := compareDeployment(t, "contactEmails: [b@example.com, a@example.com]", twice, policy)
			assertEqual(t, "differences", []string(nil), describeFields(d.Fields))
			assertEqual(t, "kept", []string(nil), describeFields(d.Kept))
			assertEqual(t, "requests", 0, len(d.Requests))
		})
	}
	d := compareDeployment(t, "contactEmails: [b@example.com]", twice, plan.Policy{AllowDelete: true})
	assertEqual(t, "differences", []string{`contactEmails: "a@example.com" → (none)`}, describeFields(d.Fields))
	assertEqual(t, "sent", any([]any{"b@example.com"}), requestBody(t, d)["contactEmails"])
}

// Items that turn out to have the same key are a problem: the API would decide
// which one counts. Items whose keys are not known yet are different ones.
func TestKeysOfItems(t *testing.T) {
	t.Parallel()
	const team = `
workspaces: [{ name: data }, { name: more }]
teams:
  - name: t
    workspaceRoles:
      - { workspace: data, role: WORKSPACE_OWNER }
`
	data := map[string]string{`Workspace "data"`: `{"id": "cworkspace000000000000001", "name": "data"}`}
	p := planManifest(t, team+"      - { workspaceId: cworkspace000000000000001, role: WORKSPACE_MEMBER }\n", data, plan.Policy{})
	if len(p.Problems) != 1 || p.Problems[0].Pos.Line != 7 || !strings.Contains(p.Problems[0].Message, "workspaceRoles: cworkspace000000000000001 is ") {
		t.Errorf("one Workspace twice:\n%s", outlinePlan(p))
	}
	p = planManifest(t, team+"      - { workspace: more, role: WORKSPACE_MEMBER }\n", nil, plan.Policy{})
	var items []string
	for _, c := range p.Changes {
		for _, f := range c.Fields {
			if strings.HasPrefix(f.Path, "workspaceRoles") {
				items = append(items, f.Path)
			}
		}
	}
	assertEqual(t, "problems", []string(nil), messagesOf(p.Problems))
	assertEqual(t, "two new Workspaces", []string{`workspaceRoles[Workspace "data"]`, `workspaceRoles[Workspace "more"]`}, items)
	p = planManifest(t, team+"      - { workspace: data, role: WORKSPACE_MEMBER }\n", nil, plan.Policy{})
	assertEqual(t, "one new Workspace twice", []string{`Team "t": workspaceRoles: Workspace "data" is there twice`}, messagesOf(p.Problems))
}

// In a set of references, a resource may be named by its name and by its id: it is
// one item.
func TestReferenceTwiceInASet(t *testing.T) {
	t.Parallel()
	p := planManifest(t, `
workspaces: [{ name: data }]
clusters: [{ name: production, workspaces: [data, cworkspace000000000000001] }]
`, map[string]string{
		`Workspace "data"`:     `{"id": "cworkspace000000000000001", "name": "data"}`,
		`cluster "production"`: `{"id": "ccluster00000000000000001", "name": "production", "type": "DEDICATED", "workspaceIds": []}`,
	}, plan.Policy{})
	assertEqual(t, "problems", []string(nil), messagesOf(p.Problems))
	assertEqual(t, "differences", []string{`workspaceIds: (none) → "cworkspace000000000000001" (data)`}, describeFields(p.Changes[1].Fields))
}
