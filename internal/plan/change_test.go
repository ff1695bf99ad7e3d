package plan_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
)

// What goes because of another change is said, with what is lost by it.
func TestFieldsDroppedByAChange(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		live, members string
		notes         []string
	}{
		"queues": {"dedicated", "executor: KUBERNETES", []string{
			"workerQueues goes with this change: tasks that are queued there stay stuck, and so do those of a queue added later under the same name",
		}},
		"hibernation": {"sleeping", "isDevelopmentMode: false", []string{
			"isDevelopmentMode changes from true to false: it can't be switched on again, and hibernation ends with it",
		}},
		"nothing that was of use": {"hybrid", "description: new", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := compareDeployment(t, test.members, answersByName(t)[test.live], plan.Policy{})
			assertEqual(t, "notes", test.notes, messagesOf(d.Notes))
		})
	}
	// What is protected keeps its queues, and so its executor.
	protected := compareDeployment(t, "protect: true, executor: KUBERNETES", dedicatedJSON, plan.Policy{AllowDelete: true})
	assertEqual(t, "problems", []string{
		"workerQueues would go with this change, and the object is protected; remove protect: true, or leave the change out",
	}, messagesOf(protected.Problems))
	// A KUBERNETES Deployment may still show a queue: it was of no use before.
	d := compareDeployment(t, "description: new", withMembers(t, dedicatedJSON, `"executor": "KUBERNETES"`), plan.Policy{})
	assertEqual(t, "differences", []string{`description: "old" → "new"`}, describeFields(d.Fields))
}

// An override that is over asks for nothing and isn't revived, whoever still
// has it.
func TestExpiredOverride(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	const (
		declared = "scalingSpec: { hibernationSpec: { override: { isHibernating: true, overrideUntil: '2026-11-24T12:00:00Z' } } }"
		schedule = "scalingSpec: { hibernationSpec: { schedules: [{ hibernateAtCron: 0 20 * * *, wakeAtCron: 0 7 * * * }] } }"
		gone     = `"isDevelopmentMode": true`
		still    = `"isDevelopmentMode": true, "scalingSpec": {"hibernationSpec": {"override": {"isHibernating": true, "overrideUntil": "2026-11-24T12:00:00Z"}}}`
	)
	tests := map[string]struct {
		members, live string
		now           time.Time
		notes         int
		override      any // sent; nil: none
		writes        bool
	}{
		"declared, in force, not live": {declared, gone, noon.Add(-time.Second), 0, map[string]any{"isHibernating": true, "overrideUntil": "2026-11-24T12:00:00Z"}, true},
		"declared, over, not live":     {declared, gone, noon, 1, nil, false},
		"declared, over, still live":   {declared, still, noon, 1, nil, false},
		"live, in force":               {schedule, still, noon.Add(-time.Second), 0, map[string]any{"isHibernating": true, "overrideUntil": "2026-11-24T12:00:00Z"}, true},
		"live, over":                   {schedule, still, noon, 0, nil, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := compareDeployment(t, test.members, withMembers(t, dedicatedJSON, test.live), plan.Policy{Now: test.now})
			assertEqual(t, "notes", test.notes, len(d.Notes))
			assertEqual(t, "writes", test.writes, len(d.Requests) > 0)
			if !test.writes {
				return
			}
			if test.members == declared { // by the call that is for it
				assertEqual(t, "override", test.override, any(requestBody(t, d)))
				return
			}
			spec := requestBody(t, d)["scalingSpec"].(map[string]any)["hibernationSpec"].(map[string]any)
			assertEqual(t, "override", test.override, spec["override"])
		})
	}
}

// A rule is held against what changes, not against what is live already.
func TestRulesIgnoreUnchangedFields(t *testing.T) {
	t.Parallel()
	odd := withMembers(t, dedicatedJSON, `"isDevelopmentMode": true, "schedulerSize": "MEDIUM"`)
	const size = `isDevelopmentMode needs schedulerSize: SMALL, here it is "LARGE" (development mode has no other size)`
	d := compareDeployment(t, "isDevelopmentMode: true, description: new", odd, plan.Policy{})
	assertEqual(t, "problems", []string(nil), messagesOf(d.Problems))
	d = compareDeployment(t, "schedulerSize: LARGE", odd, plan.Policy{})
	assertEqual(t, "problems", []string{size}, messagesOf(d.Problems))
}

// What an update has to send and nobody tells is asked of the user.
func TestMissingForUpdate(t *testing.T) {
	t.Parallel()
	bare := withMembers(t, dedicatedJSON, `"executor": "KUBERNETES", "workerQueues": [{"id": "q1", "name": "default", "isDefault": true, "podCpu": "1", "podMemory": "2Gi"}]`)
	d := compareDeployment(t, "executor: CELERY", bare, plan.Policy{})
	assertEqual(t, "problems", []string{
		"an update needs workerQueues[default].maxWorkerCount (a whole number of at least 1), and Astro doesn't tell it; declare it",
		"an update needs workerQueues[default].workerConcurrency (a whole number of at least 1), and Astro doesn't tell it; declare it",
		"an update needs workerQueues[default].astroMachine (one of A5, A10, A20, A40, A60, A120, A160), and Astro doesn't tell it; declare it",
	}, messagesOf(d.Problems))
	d = compareDeployment(t, "executor: KUBERNETES", bare, plan.Policy{})
	assertEqual(t, "problems without a change", []string(nil), messagesOf(d.Problems))
}

// What an Organization would lose is never guessed: neither that users are
// managed elsewhere, nor where bills go.
func TestMustBeKnownFieldsAreNotGuessed(t *testing.T) {
	t.Parallel()
	d := compareMembers(t, "organization", "name: two", `{"id": "corg", "name": "one"}`, plan.Policy{})
	assertEqual(t, "problems", []string{
		"an update needs billingEmail (text), and Astro doesn't tell it; declare it",
		"an update needs isScimEnabled (true or false), and Astro doesn't tell it; declare it",
	}, messagesOf(d.Problems))
	d = compareMembers(t, "organization", "name: two, billingEmail: a@example.com, isScimEnabled: true", `{"id": "corg", "name": "one"}`, plan.Policy{})
	assertEqual(t, "problems, declared", []string(nil), messagesOf(d.Problems))
	assertEqual(t, "body", decodeJSON(t, `{"name": "two", "billingEmail": "a@example.com", "isScimEnabled": true}`), requestBody(t, d))
}

// What can't change is sent as declared where the live object doesn't say it.
func TestImmutableThatIsNotReturned(t *testing.T) {
	t.Parallel()
	d := compareDeployment(t, "type: DEDICATED, description: new", withMembers(t, dedicatedJSON, `"type": null`), plan.Policy{})
	assertEqual(t, "problems", []string(nil), messagesOf(d.Problems))
	assertEqual(t, "type", "DEDICATED", requestBody(t, d)["type"].(string))
}

// An empty text of what must not be guessed is as good as none, and an empty
// member of a DAG role is absent.
func TestEmptyCountsAsNotReturned(t *testing.T) {
	t.Parallel()
	d := compareMembers(t, "organization", "name: two", `{"id": "corg", "name": "one", "billingEmail": "", "isScimEnabled": true}`, plan.Policy{})
	assertEqual(t, "problems", []string{"an update needs billingEmail (text), and Astro doesn't tell it; declare it"}, messagesOf(d.Problems))
	d = compareMembers(t, "users", "dagRoles: [{ deploymentId: "+d1+", dagTag: t, role: DAG_VIEWER }]", strings.Replace(moreAnswers["granted"], `"dagTag"`, `"dagId": "", "dagTag"`, 1), plan.Policy{})
	assertEqual(t, "fields", []string(nil), describeFields(d.Fields))
}

// It is said, though: who wrote it must not believe that it holds.
func TestImmutableThatWasNotCompared(t *testing.T) {
	t.Parallel()
	const live = `{"id": "ctoken0000000000000000001", "name": "one", "deploymentId": "` + d1 + `"}`
	d := compareMembers(t, "agentTokens", "name: one, deploymentId: "+d1+", description: new", live, plan.Policy{})
	assertEqual(t, "notes", []string{`description can't change once it is set, and Astro doesn't tell what it is: "new" was not compared`}, messagesOf(d.Notes))
}

// Removals are told apart from what a plan has shown already.
func TestUnplannedRemoval(t *testing.T) {
	t.Parallel()
	all := compareDeployment(t, "contactEmails: [], environmentVariables: []", dedicatedJSON, plan.Policy{AllowDelete: true})
	some := compareDeployment(t, "contactEmails: []", dedicatedJSON, plan.Policy{AllowDelete: true})
	assertEqual(t, "all, some shown", "environmentVariables[A]", all.UnplannedRemoval(some))
	assertEqual(t, "some, all shown", "", some.UnplannedRemoval(all))
	other := compareDeployment(t, "contactEmails: []", withMembers(t, dedicatedJSON, `"contactEmails": ["new@example.com"]`), plan.Policy{AllowDelete: true})
	assertEqual(t, "another element of the set", "contactEmails", other.UnplannedRemoval(some))
	assertEqual(t, "no removal", "", compareDeployment(t, "description: new", dedicatedJSON, plan.Policy{}).UnplannedRemoval(some))
}

// What is live twice under one key is sent back twice: which one counts is not
// known, and neither may get lost.
func TestDuplicateLiveItems(t *testing.T) {
	t.Parallel()
	odd := withMembers(t, dedicatedJSON, `"environmentVariables": [{"key": "A", "value": "1", "isSecret": false}, {"key": "A", "value": "2", "isSecret": false}]`)
	both := []any{map[string]any{"key": "A", "value": "1", "isSecret": false}, map[string]any{"key": "A", "value": "2", "isSecret": false}}
	assertEqual(t, "sent back", any(both), requestBody(t, compareDeployment(t, "description: new", odd, plan.Policy{}))["environmentVariables"])
	d := compareDeployment(t, "environmentVariables: [{ key: A, value: '1' }]", odd, plan.Policy{})
	assertEqual(t, "kept", []string{`environmentVariables[A]: {key: "A", value: "2", isSecret: false} → (none)`}, describeFields(d.Kept))
}

// Of a hibernation whose only override is over nothing is sent, an empty one
// included; an empty one that is declared is.
func TestExpiredOverrideOfANewResource(t *testing.T) {
	t.Parallel()
	const placed = "type: STANDARD, cloudProvider: AWS, region: us-east-1, isDevelopmentMode: true, "
	d := compareDeployment(t, placed+"scalingSpec: { hibernationSpec: { override: { isHibernating: true, overrideUntil: '2026-11-24T12:00:00Z' } } }", "",
		plan.Policy{Now: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)})
	if spec, ok := requestBody(t, d)["scalingSpec"]; ok {
		t.Errorf("scalingSpec %v", spec)
	}
	assertEqual(t, "declared empty", any(map[string]any{}), requestBody(t, compareDeployment(t, placed+"scalingSpec: {}", "", plan.Policy{}))["scalingSpec"])
}

// Remote execution that is switched off is none, whatever else the answer says
// of it.
func TestRemoteExecutionThatIsOff(t *testing.T) {
	t.Parallel()
	off := withMembers(t, remoteJSON, `"remoteExecution": {"enabled": false, "remoteApiUrl": "h", "allowedIpAddressRanges": []}`)
	d := compareDeployment(t, "executor: CELERY, workerQueues: [{ name: default, astroMachine: A5, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1 }]", off, plan.Policy{})
	assertEqual(t, "differences", []string{
		`executor: "ASTRO" → "CELERY"`,
		`workerQueues[default]: (none) → {name: "default", isDefault: true, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1, astroMachine: "A5"}`,
	}, describeFields(d.Fields))
}

// An object is bound to its Workspace by what is live too: nothing stays in one
// that is to go, and what goes goes in order.
func TestLiveReferencesOrder(t *testing.T) {
	t.Parallel()
	const (
		w       = "cworkspace000000000000001"
		section = "workspaces: [{ id: " + w + ", state: absent }]\n"
	)
	answers := map[string]string{w: `{"id": "` + w + `", "name": "data"}`, "one": dedicatedJSON, "cdeployment00000000000001": dedicatedJSON}
	for name, member := range map[string]string{
		"by the Workspace's id": "name: one, workspaceId: " + w, "by its own id": "id: cdeployment00000000000001",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := declareManifest(t, section+"deployments: [{ "+member+", state: absent }]")
			p := plan.Make("corg", d, newCurrent(t, d, answers), plan.Policy{AllowDelete: true})
			assertEqual(t, "problems", []string(nil), messagesOf(p.Problems))
			if len(p.Changes) != 2 || p.Changes[0].Resource.Kind.Name != "deployment" || len(p.Changes[1].DependsOn) != 1 {
				t.Errorf("order %v", actionLines(p))
			}
		})
	}
	t.Run("not while what is in it can't be read", func(t *testing.T) {
		t.Parallel()
		d := declareManifest(t, section+"deployments: [{ name: one, workspaceId: "+w+", state: absent }]")
		of := newCurrent(t, d, answers)
		delete(of.Live, d.Resources[1])
		of.Errs[d.Resources[1]] = errors.New("403")
		p := plan.Make("corg", d, of, plan.Policy{AllowDelete: true})
		last := p.Changes[1]
		if last.Action != plan.Delete || len(last.DependsOn) != 1 || last.DependsOn[0].Action != plan.Errored {
			t.Errorf("order %v, needs %v", actionLines(p), last.DependsOn)
		}
	})
	d := declareManifest(t, section+"deployments: [{ id: cdeployment00000000000001, description: new }]")
	p := plan.Make("corg", d, newCurrent(t, d, answers), plan.Policy{AllowDelete: true})
	assertEqual(t, "problems", []string{
		`Deployment "cdeployment00000000000001" refers to Workspace "cworkspace000000000000001" in workspace, which is marked state: absent at astro.yaml:1:20; let it go first`,
	}, messagesOf(p.Problems))
}

// What is granted something that goes lets go of it first, also where a name is
// all that says so.
func TestGrantsAreRemovedFirst(t *testing.T) {
	t.Parallel()
	d := declareManifest(t, `
customRoles: [{ name: viewer, state: absent }]
deployments: [{ id: cdeployment00000000000001, state: absent }]
users: [{ username: a@example.com, organizationRole: ORGANIZATION_MEMBER }]
teams: [{ name: t, state: absent }]`)
	role, gone, user, team := d.Resources[0], d.Resources[1], d.Resources[2], d.Resources[3]
	const grants = `"deploymentRoles": [{"deploymentId": "cdeployment00000000000001", "role": "viewer"}]`
	world := &resource.Current{Live: map[*resource.Resource]*resource.Live{
		role: newLive(t, role, `{"id": "crole00000000000000000001", "name": "viewer"}`),
		gone: newLive(t, gone, `{"id": "cdeployment00000000000001", "name": "d"}`),
		user: newLive(t, user, `{"id": "cuser00000000000000000001", "username": "a@example.com", "status": "ACTIVE", "organizationRole": "ORGANIZATION_OWNER", `+grants+`}`),
		team: newLive(t, team, `{"id": "cteam00000000000000000001", "name": "t", `+grants+`}`),
	}}
	p := plan.Make("corg", d, world, plan.Policy{AllowDelete: true})
	assertEqual(t, "problems", []string(nil), messagesOf(p.Problems))
	for _, c := range p.Changes {
		var needs []string
		for _, n := range c.DependsOn {
			needs = append(needs, n.Resource.Kind.Name)
		}
		if c.Resource == role || c.Resource == gone {
			assertEqual(t, c.Resource.String(), []string{"user", "team"}, needs)
		}
	}
}

// A secret variable is hidden also where an answer doesn't list what is set.
func TestSecretVariableIsRedacted(t *testing.T) {
	t.Parallel()
	const answer = `{"id": "cobject0000000000000000001", "objectType": "ENVIRONMENT_VARIABLE", "objectKey": "A", "scope": "WORKSPACE", "scopeEntityId": "` + w1 + `",
		"environmentVariable": {"value": "", "isSecret": true}, "setFields": []}`
	d := compareMembers(t, "environmentObjects", object1+"environmentVariable: { value: x }", answer, plan.Policy{})
	assertEqual(t, "differences", []string(nil), describeFields(d.Fields))
	assertEqual(t, "unverified", []string{"environmentVariable.value"}, d.NotComparable)
}

// A period of validity can't be set later, which an answer without one tells.
func TestNeverExpires(t *testing.T) {
	t.Parallel()
	for section, answer := range map[string]string{
		"apiTokens":   `{"id": "ctoken0000000000000000001", "name": "one", "scope": "WORKSPACE", "roles": [{"entityType": "WORKSPACE", "entityId": "` + w1 + `", "role": "WORKSPACE_MEMBER"}]}`,
		"agentTokens": `{"id": "ctoken0000000000000000001", "name": "one"}`,
	} {
		members := map[string]string{"apiTokens": "workspaceId: " + w1, "agentTokens": "deploymentId: " + d1}[section]
		d := compareMembers(t, section, "name: one, "+members+", tokenExpiryPeriodInDays: 30", answer, plan.Policy{})
		assertEqual(t, section, []string{"tokenExpiryPeriodInDays can't change once it is set: it is 0 live and 30 here. Declare another token under a new name, use it, and remove this one"}, messagesOf(d.Problems))
	}
}
