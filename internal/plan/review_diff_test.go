package plan_test

import (
	"strings"
	"testing"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/plan"
	"astro-apply/internal/testkit"
)

// UnreviewedChanges describes each change that the reviewed plan doesn't contain. A plan
// may do less than the reviewed one.
func TestUnreviewedChanges(t *testing.T) {
	t.Parallel()
	const (
		two = "workspaces: [{ name: data, description: b }, { name: other, description: b }]"
		one = "workspaces: [{ name: data, description: b }]"
	)
	live := map[string]string{"data": `{"id": "c1", "name": "data", "description": "a"}`, "other": `{"id": "c2", "name": "other", "description": "a"}`}
	moved := map[string]string{"data": `{"id": "c1", "name": "data", "description": "by hand"}`, "other": live["other"]}
	done := map[string]string{"data": `{"id": "c1", "name": "data", "description": "b"}`, "other": live["other"]}
	for name, test := range map[string]struct {
		reviewed, now   string
		before, after   map[string]string
		want            []string
		policy, policy2 plan.Policy
	}{
		"the same plan":                 {reviewed: two, now: two, before: live, after: live},
		"a part is applied already":     {reviewed: two, now: two, before: live, after: done},
		"everything is applied already": {reviewed: one, now: one, before: live, after: done},
		"fewer resources":               {reviewed: two, now: one, before: live, after: live},
		"another resource":              {reviewed: one, now: two, before: live, after: live, want: []string{`update Workspace "other": not in the reviewed plan`}},
		"the current value changed":     {reviewed: one, now: one, before: live, after: moved, want: []string{`update Workspace "data": description: "a" → "b" in the reviewed plan, "by hand" → "b" in this plan`}},
		"the resource was deleted":      {reviewed: one, now: one, before: live, after: nil, want: []string{`create Workspace "data": not in the reviewed plan, which would update it`}},
		"another field": {
			reviewed: "workspaces: [{ name: data, description: b }]", now: "workspaces: [{ name: data, description: b, cicdEnforcedDefault: true }]",
			before: live, after: live, want: []string{`update Workspace "data": cicdEnforcedDefault: no change in the reviewed plan, true in this plan`},
		},
		"another item of a set": {
			reviewed: "deployments: [{ name: one, workspaceId: cworkspace000000000000001, contactEmails: [a@b.example, b@b.example] }]",
			now:      "deployments: [{ name: one, workspaceId: cworkspace000000000000001, contactEmails: [a@b.example, c@b.example] }]",
			before:   map[string]string{"one": dedicatedJSON}, after: map[string]string{"one": dedicatedJSON},
			want: []string{`update Deployment "one": contactEmails: "b@b.example" in the reviewed plan, "c@b.example" in this plan`},
		},
		"a create with fewer fields": {
			reviewed: "workspaces: [{ name: x, description: b }]", now: "workspaces: [{ name: x }]",
			want: []string{`create Workspace "x": description: "b" in the reviewed plan, not set in this plan`},
		},
		"a delete that was not allowed in the review": {
			reviewed: "workspaces: [{ name: data, state: absent }]", now: "workspaces: [{ name: data, state: absent }]", before: live, after: live,
			policy2: plan.Policy{AllowDelete: true}, want: []string{`delete Workspace "data": not in the reviewed plan`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			review, err := planByName(t, test.reviewed, test.before, test.policy).Review()
			if err != nil {
				t.Fatal(err)
			}
			got, err := planByName(t, test.now, test.after, test.policy2).UnreviewedChanges(review)
			if err != nil {
				t.Fatal(err)
			}
			testkit.AssertEqual(t, "unreviewed changes", test.want, got)
		})
	}
}

// planByName makes the plan of a manifest. answers contains the API's answers for the
// resources that exist, by name.
func planByName(t testing.TB, text string, answers map[string]string, policy plan.Policy) *plan.Plan {
	t.Helper()
	d := declareManifest(t, text)
	w := &current.State{Desired: d, Live: map[*desired.Resource]*current.Live{}}
	for _, o := range d.Resources {
		if answer := answers[o.Name()]; answer != "" {
			w.Live[o] = newLive(t, o, answer)
		}
	}
	return plan.Make("corg", w, policy)
}

// A review contains the names of referenced resources that don't exist yet, so that a
// later run matches it after an interrupted run created them.
func TestReviewOfReferences(t *testing.T) {
	t.Parallel()
	const text = "workspaces: [{ name: data }]\ndeployments: [{ name: one, workspace: data, type: STANDARD, cloudProvider: AWS, region: us-east-1 }]"
	before := planByName(t, text, nil, plan.Policy{})
	review, err := before.Review()
	if err != nil {
		t.Fatal(err)
	}
	d := declareManifest(t, text)
	d.Resources[1].Refs[0].Resolve("cworkspace000000000000001")
	w := &current.State{Desired: d, Live: map[*desired.Resource]*current.Live{d.Resources[0]: newLive(t, d.Resources[0], `{"id": "cworkspace000000000000001", "name": "data"}`)}}
	got, err := plan.Make("corg", w, plan.Policy{}).UnreviewedChanges(review)
	if err != nil {
		t.Fatal(err)
	}
	testkit.AssertEqual(t, "unreviewed changes", []string(nil), got)
}

// References to two new resources with the same name are different references. A later
// run matches the review after an interrupted run created both resources.
func TestReviewOfReferencesWithOneName(t *testing.T) {
	t.Parallel()
	const text = `deployments:
  - { name: etl, workspaceId: cworkspace000000000000001, type: STANDARD, cloudProvider: AWS, region: us-east-1 }
  - { name: etl, workspaceId: cworkspace000000000000002, type: STANDARD, cloudProvider: AWS, region: us-east-1 }
teams:
  - name: t
    workspaceRoles: [{ workspaceId: cworkspace000000000000001, role: WORKSPACE_MEMBER }, { workspaceId: cworkspace000000000000002, role: WORKSPACE_MEMBER }]
    deploymentRoles:
      - { deployment: { workspace: cworkspace000000000000001, name: etl }, role: DEPLOYMENT_ADMIN }
      - { deployment: { workspace: cworkspace000000000000002, name: etl }, role: OTHER }
`
	before := planByName(t, text, nil, plan.Policy{})
	if len(before.Problems) != 0 {
		t.Fatalf("refused: %v", before.Problems)
	}
	review, err := before.Review()
	if err != nil {
		t.Fatal(err)
	}
	continued := func(text string, ids ...string) []string {
		d := declareManifest(t, text)
		w := &current.State{Desired: d, Live: map[*desired.Resource]*current.Live{}}
		for i, id := range ids {
			w.Live[d.Resources[i]] = newLive(t, d.Resources[i], `{"id": "`+id+`", "name": "etl", "type": "STANDARD", "workspaceId": "cworkspace00000000000000`+string(rune('1'+i))+`"}`)
		}
		for _, r := range d.Resources[2].Refs {
			if r.Kind.Name == "deployment" {
				r.Resolve(ids[0])
				ids = ids[1:]
			}
		}
		lines, err := plan.Make("corg", w, plan.Policy{}).UnreviewedChanges(review)
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	testkit.AssertEqual(t, "continued", []string(nil), continued(text, "cdeployment00000000000001", "cdeployment00000000000002"))
	swapped := strings.NewReplacer("role: DEPLOYMENT_ADMIN", "role: OTHER", "role: OTHER", "role: DEPLOYMENT_ADMIN").Replace(text)
	if lines := continued(swapped, "cdeployment00000000000001", "cdeployment00000000000002"); len(lines) == 0 {
		t.Error("swapped roles count as reviewed")
	}
}

// If a review creates two resources of one name, both in new Workspaces, neither is matched by its name: a run that
// continues refuses what refers to them.
func TestReviewOfTwoResourcesWithOneNameInNewWorkspaces(t *testing.T) {
	t.Parallel()
	const text = `workspaces: [{ name: a }, { name: b }]
deployments:
  - { name: etl, workspace: a, type: STANDARD, cloudProvider: AWS, region: us-east-1 }
  - { name: etl, workspace: b, type: STANDARD, cloudProvider: AWS, region: us-east-1 }
teams: [{ name: t, deploymentRoles: [{ deployment: { workspace: a, name: etl }, role: DEPLOYMENT_ADMIN }] }]
`
	for want, manifest := range map[int]string{
		0: strings.Replace(text, "  - { name: etl, workspace: b, type: STANDARD, cloudProvider: AWS, region: us-east-1 }\n", "", 1),
		2: text,
	} {
		review, err := planByName(t, manifest, nil, plan.Policy{}).Review()
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]string{"a": "cworkspace000000000000001", "b": "cworkspace000000000000002"}
		d := declareManifest(t, manifest)
		w := &current.State{Desired: d, Live: map[*desired.Resource]*current.Live{}}
		for i, o := range d.Resources {
			switch o.Kind.Name {
			case "workspace":
				w.Live[o] = newLive(t, o, `{"id": "`+ids[o.Name()]+`", "name": "`+o.Name()+`"}`)
			case "deployment":
				o.Refs[0].Resolve(ids[o.Refs[0].Name])
				id := "cdeployment00000000000000" + string(rune('0'+i))
				w.Live[o] = newLive(t, o, `{"id": "`+id+`", "name": "etl", "type": "STANDARD", "workspaceId": "`+o.Refs[0].ID+`"}`)
			case "team":
				o.Refs[0].Resolve("cdeployment000000000000002")
			}
		}
		lines, err := plan.Make("corg", w, plan.Policy{}).UnreviewedChanges(review)
		if err != nil || len(lines) != want {
			t.Errorf("%v, want %d lines: %q", err, want, lines)
		}
	}
}

// A change counts as reviewed only if its kind, action, secret sink and Organization are
// the same.
func TestReviewMatchesResources(t *testing.T) {
	t.Parallel()
	const token = "apiTokens: [{ name: x, workspaceId: cworkspace000000000000001, roles: [{ role: WORKSPACE_MEMBER }], saveTo: '%' }]"
	live := map[string]string{"x": `{"id": "c1", "name": "x"}`}
	allowed := plan.Policy{AllowDelete: true}
	for name, test := range map[string]struct {
		reviewed, now string
		live          map[string]string
	}{
		"another kind":   {"workspaces: [{ name: x }]", "teams: [{ name: x }]", nil},
		"another action": {"workspaces: [{ name: x, description: b }]", "workspaces: [{ name: x, state: absent }]", live},
		"another sink":   {strings.Replace(token, "%", "a.txt", 1), strings.Replace(token, "%", "b.txt", 1), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			review, err := planByName(t, test.reviewed, test.live, allowed).Review()
			if err != nil {
				t.Fatal(err)
			}
			if lines, err := planByName(t, test.reviewed, test.live, allowed).UnreviewedChanges(review); err != nil || len(lines) != 0 {
				t.Errorf("%v, not reviewed: %q in %s", err, lines, review)
			}
			if lines, err := planByName(t, test.now, test.live, allowed).UnreviewedChanges(review); err != nil || len(lines) == 0 {
				t.Errorf("%v, counts as reviewed", err)
			}
		})
	}
	p := planByName(t, "workspaces: [{ name: x }]", nil, plan.Policy{})
	review, err := p.Review()
	if err != nil {
		t.Fatal(err)
	}
	p.OrganizationID = "cother"
	lines, err := p.UnreviewedChanges(review)
	if err != nil {
		t.Fatal(err)
	}
	testkit.AssertEqual(t, "another Organization", []string{"the reviewed plan is for Organization corg, but this run is for cother"}, lines)
}

// A review contains the id of a resource that existed before the review, also if the
// review creates a resource of another kind with the same name.
func TestReviewMatchesExistingResourcesByID(t *testing.T) {
	t.Parallel()
	d := declareManifest(t, `workspaces: [{ name: data, description: b }]
teams: [{ name: data }]
deployments: [{ name: etl, workspaceId: cworkspace000000000000001, type: STANDARD, cloudProvider: AWS, region: us-east-1 }]
`)
	for _, description := range []string{"a", "b"} { // an update, and nothing to do
		w := &current.State{Desired: d, Live: map[*desired.Resource]*current.Live{
			d.Resources[0]: newLive(t, d.Resources[0], `{"id": "cworkspace000000000000001", "name": "data", "description": "`+description+`"}`),
		}}
		p := plan.Make("corg", w, plan.Policy{})
		review, err := p.Review()
		if err != nil {
			t.Fatal(err)
		}
		if lines, err := p.UnreviewedChanges(review); err != nil || len(lines) != 0 {
			t.Errorf("%v, not reviewed: %q in %s", err, lines, review)
		}
	}
}
