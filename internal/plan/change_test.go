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
func TestWhatGoesWithAChange(t *testing.T) {
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
			d := deployment(t, test.members, answers(t)[test.live], plan.Policy{})
			same(t, "notes", test.notes, told(d.Notes))
		})
	}
	// What is protected keeps its queues, and so its executor.
	protected := deployment(t, "protect: true, executor: KUBERNETES", dedicated, plan.Policy{AllowDelete: true})
	same(t, "problems", []string{
		"workerQueues would go with this change, and the object is protected; remove protect: true, or leave the change out",
	}, told(protected.Problems))
	// A KUBERNETES Deployment may still show a queue: it was of no use before.
	d := deployment(t, "description: new", with(t, dedicated, `"executor": "KUBERNETES"`), plan.Policy{})
	same(t, "differences", []string{`description: "old" → "new"`}, shown(d.Fields))
}

// An override that is over asks for nothing and isn't revived, whoever still
// has it.
func TestLapsedOverride(t *testing.T) {
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
			d := deployment(t, test.members, with(t, dedicated, test.live), plan.Policy{Now: test.now})
			same(t, "notes", test.notes, len(d.Notes))
			same(t, "writes", test.writes, len(d.Requests) > 0)
			if !test.writes {
				return
			}
			if test.members == declared { // by the call that is for it
				same(t, "override", test.override, any(body(t, d)))
				return
			}
			spec := body(t, d)["scalingSpec"].(map[string]any)["hibernationSpec"].(map[string]any)
			same(t, "override", test.override, spec["override"])
		})
	}
}

// A rule is held against what changes, not against what is live already.
func TestRulesOfWhatIsLive(t *testing.T) {
	t.Parallel()
	odd := with(t, dedicated, `"isDevelopmentMode": true, "schedulerSize": "MEDIUM"`)
	const size = `isDevelopmentMode needs schedulerSize: SMALL, here it is "LARGE" (development mode has no other size)`
	d := deployment(t, "isDevelopmentMode: true, description: new", odd, plan.Policy{})
	same(t, "problems", []string(nil), told(d.Problems))
	d = deployment(t, "schedulerSize: LARGE", odd, plan.Policy{})
	same(t, "problems", []string{size}, told(d.Problems))
}

// What an update has to send and nobody tells is asked of the user.
func TestLacking(t *testing.T) {
	t.Parallel()
	bare := with(t, dedicated, `"executor": "KUBERNETES", "workerQueues": [{"id": "q1", "name": "default", "isDefault": true, "podCpu": "1", "podMemory": "2Gi"}]`)
	d := deployment(t, "executor: CELERY", bare, plan.Policy{})
	same(t, "problems", []string{
		"an update needs workerQueues[default].maxWorkerCount (a whole number of at least 1), and Astro doesn't tell it; declare it",
		"an update needs workerQueues[default].workerConcurrency (a whole number of at least 1), and Astro doesn't tell it; declare it",
		"an update needs workerQueues[default].astroMachine (one of A5, A10, A20, A40, A60, A120, A160), and Astro doesn't tell it; declare it",
	}, told(d.Problems))
	d = deployment(t, "executor: KUBERNETES", bare, plan.Policy{})
	same(t, "problems without a change", []string(nil), told(d.Problems))
}

// What an Organization would lose is never guessed: neither that users are
// managed elsewhere, nor where bills go.
func TestVitalFieldsAreNotGuessed(t *testing.T) {
	t.Parallel()
	d := compare(t, "organization", "name: two", `{"id": "corg", "name": "one"}`, plan.Policy{})
	same(t, "problems", []string{
		"an update needs billingEmail (text), and Astro doesn't tell it; declare it",
		"an update needs isScimEnabled (true or false), and Astro doesn't tell it; declare it",
	}, told(d.Problems))
	d = compare(t, "organization", "name: two, billingEmail: a@example.com, isScimEnabled: true", `{"id": "corg", "name": "one"}`, plan.Policy{})
	same(t, "problems, declared", []string(nil), told(d.Problems))
	same(t, "body", decode(t, `{"name": "two", "billingEmail": "a@example.com", "isScimEnabled": true}`), body(t, d))
}

// What can't change is sent as declared where the live object doesn't say it.
func TestImmutableThatIsNotTold(t *testing.T) {
	t.Parallel()
	d := deployment(t, "type: DEDICATED, description: new", with(t, dedicated, `"type": null`), plan.Policy{})
	same(t, "problems", []string(nil), told(d.Problems))
	same(t, "type", "DEDICATED", body(t, d)["type"].(string))
}

// An empty text of what must not be guessed is as good as none, and an empty
// member of a DAG role is absent.
func TestEmptyIsNotTold(t *testing.T) {
	t.Parallel()
	d := compare(t, "organization", "name: two", `{"id": "corg", "name": "one", "billingEmail": "", "isScimEnabled": true}`, plan.Policy{})
	same(t, "problems", []string{"an update needs billingEmail (text), and Astro doesn't tell it; declare it"}, told(d.Problems))
	d = compare(t, "users", "dagRoles: [{ deploymentId: "+d1+", dagTag: t, role: DAG_VIEWER }]", strings.Replace(moreAnswers["granted"], `"dagTag"`, `"dagId": "", "dagTag"`, 1), plan.Policy{})
	same(t, "fields", []string(nil), shown(d.Fields))
}

// It is said, though: who wrote it must not believe that it holds.
func TestImmutableThatWasNotCompared(t *testing.T) {
	t.Parallel()
	const live = `{"id": "ctoken0000000000000000001", "name": "one", "deploymentId": "` + d1 + `"}`
	d := compare(t, "agentTokens", "name: one, deploymentId: "+d1+", description: new", live, plan.Policy{})
	same(t, "notes", []string{`description can't change once it is set, and Astro doesn't tell what it is: "new" was not compared`}, told(d.Notes))
}

// Removals are told apart from what a plan has shown already.
func TestRemoves(t *testing.T) {
	t.Parallel()
	all := deployment(t, "contactEmails: [], environmentVariables: []", dedicated, plan.Policy{AllowDelete: true})
	some := deployment(t, "contactEmails: []", dedicated, plan.Policy{AllowDelete: true})
	same(t, "all, some shown", "environmentVariables[A]", all.Removes(some))
	same(t, "some, all shown", "", some.Removes(all))
	other := deployment(t, "contactEmails: []", with(t, dedicated, `"contactEmails": ["new@example.com"]`), plan.Policy{AllowDelete: true})
	same(t, "another element of the set", "contactEmails", other.Removes(some))
	same(t, "no removal", "", deployment(t, "description: new", dedicated, plan.Policy{}).Removes(some))
}

// What is live twice under one key is sent back twice: which one counts is not
// known, and neither may get lost.
func TestLiveTwice(t *testing.T) {
	t.Parallel()
	odd := with(t, dedicated, `"environmentVariables": [{"key": "A", "value": "1", "isSecret": false}, {"key": "A", "value": "2", "isSecret": false}]`)
	both := []any{map[string]any{"key": "A", "value": "1", "isSecret": false}, map[string]any{"key": "A", "value": "2", "isSecret": false}}
	same(t, "sent back", any(both), body(t, deployment(t, "description: new", odd, plan.Policy{}))["environmentVariables"])
	d := deployment(t, "environmentVariables: [{ key: A, value: '1' }]", odd, plan.Policy{})
	same(t, "kept", []string{`environmentVariables[A]: {key: "A", value: "2", isSecret: false} → (none)`}, shown(d.Kept))
}

// Of a hibernation whose only override is over nothing is sent, an empty one
// included; an empty one that is declared is.
func TestLapsedOverrideOfANewObject(t *testing.T) {
	t.Parallel()
	const placed = "type: STANDARD, cloudProvider: AWS, region: us-east-1, isDevelopmentMode: true, "
	d := deployment(t, placed+"scalingSpec: { hibernationSpec: { override: { isHibernating: true, overrideUntil: '2026-11-24T12:00:00Z' } } }", "",
		plan.Policy{Now: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)})
	if spec, ok := body(t, d)["scalingSpec"]; ok {
		t.Errorf("scalingSpec %v", spec)
	}
	same(t, "declared empty", any(map[string]any{}), body(t, deployment(t, placed+"scalingSpec: {}", "", plan.Policy{}))["scalingSpec"])
}

// Remote execution that is switched off is none, whatever else the answer says
// of it.
func TestRemoteExecutionThatIsOff(t *testing.T) {
	t.Parallel()
	off := with(t, remote, `"remoteExecution": {"enabled": false, "remoteApiUrl": "h", "allowedIpAddressRanges": []}`)
	d := deployment(t, "executor: CELERY, workerQueues: [{ name: default, astroMachine: A5, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1 }]", off, plan.Policy{})
	same(t, "differences", []string{
		`executor: "ASTRO" → "CELERY"`,
		`workerQueues[default]: (none) → {name: "default", isDefault: true, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1, astroMachine: "A5"}`,
	}, shown(d.Fields))
}

// An object is bound to its Workspace by what is live too: nothing stays in one
// that is to go, and what goes goes in order.
func TestLiveReferencesOrder(t *testing.T) {
	t.Parallel()
	const (
		w       = "cworkspace000000000000001"
		section = "workspaces: [{ id: " + w + ", state: absent }]\n"
	)
	answers := map[string]string{w: `{"id": "` + w + `", "name": "data"}`, "one": dedicated, "cdeployment00000000000001": dedicated}
	for name, member := range map[string]string{
		"by the Workspace's id": "name: one, workspaceId: " + w, "by its own id": "id: cdeployment00000000000001",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := declare(t, section+"deployments: [{ "+member+", state: absent }]")
			p := plan.Make("corg", d, world(t, d, answers), plan.Policy{AllowDelete: true})
			same(t, "problems", []string(nil), told(p.Problems))
			if len(p.Changes) != 2 || p.Changes[0].Object.Kind.Name != "deployment" || len(p.Changes[1].Needs) != 1 {
				t.Errorf("order %v", actions(p))
			}
		})
	}
	t.Run("not while what is in it can't be read", func(t *testing.T) {
		t.Parallel()
		d := declare(t, section+"deployments: [{ name: one, workspaceId: "+w+", state: absent }]")
		of := world(t, d, answers)
		delete(of.Live, d.Resources[1])
		of.Errs[d.Resources[1]] = errors.New("403")
		p := plan.Make("corg", d, of, plan.Policy{AllowDelete: true})
		last := p.Changes[1]
		if last.Action != plan.Delete || len(last.Needs) != 1 || last.Needs[0].Action != plan.Unknown {
			t.Errorf("order %v, needs %v", actions(p), last.Needs)
		}
	})
	d := declare(t, section+"deployments: [{ id: cdeployment00000000000001, description: new }]")
	p := plan.Make("corg", d, world(t, d, answers), plan.Policy{AllowDelete: true})
	same(t, "problems", []string{
		`deployment "cdeployment00000000000001" refers to workspace "cworkspace000000000000001" in workspace, which is marked state: absent at astro.yaml:1:20; let it go first`,
	}, told(p.Problems))
}

// What is granted something that goes lets go of it first, also where a name is
// all that says so.
func TestGrantsGoFirst(t *testing.T) {
	t.Parallel()
	d := declare(t, `
customRoles: [{ name: viewer, state: absent }]
deployments: [{ id: cdeployment00000000000001, state: absent }]
users: [{ username: a@example.com, organizationRole: ORGANIZATION_MEMBER }]
teams: [{ name: t, state: absent }]`)
	role, gone, user, team := d.Resources[0], d.Resources[1], d.Resources[2], d.Resources[3]
	const grants = `"deploymentRoles": [{"deploymentId": "cdeployment00000000000001", "role": "viewer"}]`
	world := &resource.Current{Live: map[*resource.Resource]*resource.Live{
		role: live(t, role, `{"id": "crole00000000000000000001", "name": "viewer"}`),
		gone: live(t, gone, `{"id": "cdeployment00000000000001", "name": "d"}`),
		user: live(t, user, `{"id": "cuser00000000000000000001", "username": "a@example.com", "status": "ACTIVE", "organizationRole": "ORGANIZATION_OWNER", `+grants+`}`),
		team: live(t, team, `{"id": "cteam00000000000000000001", "name": "t", `+grants+`}`),
	}}
	p := plan.Make("corg", d, world, plan.Policy{AllowDelete: true})
	same(t, "problems", []string(nil), told(p.Problems))
	for _, c := range p.Changes {
		var needs []string
		for _, n := range c.Needs {
			needs = append(needs, n.Object.Kind.Name)
		}
		if c.Object == role || c.Object == gone {
			same(t, c.Object.String(), []string{"user", "team"}, needs)
		}
	}
}

// A secret variable is hidden also where an answer doesn't list what is set.
func TestSecretVariableIsHidden(t *testing.T) {
	t.Parallel()
	const answer = `{"id": "cobject0000000000000000001", "objectType": "ENVIRONMENT_VARIABLE", "objectKey": "A", "scope": "WORKSPACE", "scopeEntityId": "` + w1 + `",
		"environmentVariable": {"value": "", "isSecret": true}, "setFields": []}`
	d := compare(t, "environmentObjects", object1+"environmentVariable: { value: x }", answer, plan.Policy{})
	same(t, "differences", []string(nil), shown(d.Fields))
	same(t, "unverified", []string{"environmentVariable.value"}, d.Unverified)
}

// A period of validity can't be set later, which an answer without one tells.
func TestNeverExpires(t *testing.T) {
	t.Parallel()
	for section, answer := range map[string]string{
		"apiTokens":   `{"id": "ctoken0000000000000000001", "name": "one", "scope": "WORKSPACE", "roles": [{"entityType": "WORKSPACE", "entityId": "` + w1 + `", "role": "WORKSPACE_MEMBER"}]}`,
		"agentTokens": `{"id": "ctoken0000000000000000001", "name": "one"}`,
	} {
		members := map[string]string{"apiTokens": "workspaceId: " + w1, "agentTokens": "deploymentId: " + d1}[section]
		d := compare(t, section, "name: one, "+members+", tokenExpiryPeriodInDays: 30", answer, plan.Policy{})
		same(t, section, []string{"tokenExpiryPeriodInDays can't change once it is set: it is 0 live and 30 here. Declare another token under a new name, use it, and remove this one"}, told(d.Problems))
	}
}
