package plan_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// A plan of chosen resources contains only them. One that can't be applied alone
// is an error, never a change that relies on what was left out.
func TestTargets(t *testing.T) {
	t.Parallel()
	const (
		data       = `{"id": "cworkspace000000000000001", "name": "data", "description": "old"}`
		wasOld     = `{"id": "cworkspace000000000000001", "name": "old"}`
		production = `{"id": "ccluster00000000000000001", "name": "production", "type": "DEDICATED", "workspaceIds": ["cworkspace000000000000001", "cworkspace000000000000002"]}`
		reader     = `{"id": "crole00000000000000000002", "name": "reader"}`
		viewer     = `{"id": "crole00000000000000000001", "name": "viewer"}`
		team       = `{"id": "cteam00000000000000000001", "name": "t", "deploymentRoles": [{"deploymentId": "cdeployment00000000000001", "role": "viewer"}]}`
		left       = " and the input only leaves that out; choose both, or leave both out\n"
	)
	for name, test := range map[string]struct {
		only     string // what is chosen
		manifest string
		current  map[string]string
		want     string
	}{
		"a chosen resource is changed alone": {
			`Workspace "data"`, `
workspaces: [{ name: data, description: new }]
deployments: [{ name: one, workspace: data, description: new }]
`,
			map[string]string{`Workspace "data"`: data, `Deployment "one"`: dedicatedJSON},
			"update Workspace \"data\"\n",
		},
		"what a new resource lives in exists": {
			`Team "fresh"`, `
workspaces: [{ name: data, description: new }]
teams: [{ name: fresh, workspaceRoles: [{ workspace: data, role: WORKSPACE_OWNER }] }]
`,
			map[string]string{`Workspace "data"`: data},
			"create Team \"fresh\"\n",
		},
		"what a new resource lives in is left out": {
			`Team "fresh"`, `
workspaces: [{ name: data }]
teams: [{ name: fresh, workspaceRoles: [{ workspace: data, role: WORKSPACE_OWNER }] }]
`, nil,
			"unknown Team \"fresh\"\n  error: needs Workspace \"data\", which is to be created too," + left,
		},
		"what a resource refers to by its new name keeps the old one": {
			`Team "fresh"`, `
workspaces: [{ id: cworkspace000000000000001, name: data }]
teams: [{ name: fresh, workspaceRoles: [{ workspace: data, role: WORKSPACE_OWNER }] }]
`,
			map[string]string{`Workspace "data"`: wasOld},
			"unknown Team \"fresh\"\n  error: needs Workspace \"data\", which is to be updated too," + left,
		},
		"what has the name that a resource is to get stays": {
			`custom role "viewer"`, `
customRoles: [{ id: crole00000000000000000002, name: viewer }, { id: crole00000000000000000001, state: absent }]
`,
			map[string]string{`custom role "viewer"`: reader, `custom role "crole00000000000000000001"`: viewer},
			"unknown custom role \"viewer\"\n  error: needs custom role \"crole00000000000000000001\", which is to be deleted too," + left,
		},
		"what refers to a removed resource is removed first": {
			`custom role "viewer"`, `
customRoles: [{ name: viewer, state: absent }]
teams: [{ name: t, state: absent }]
`,
			map[string]string{`custom role "viewer"`: viewer, `Team "t"`: team},
			"unknown custom role \"viewer\"\n  error: needs Team \"t\", which lets go of it," + left,
		},
		"what refers to a removed resource and is protected": {
			`Workspace "data"`, `
workspaces: [{ name: data, state: absent }, { name: other }]
clusters: [{ name: production, protect: true, workspaces: [other] }]
`,
			map[string]string{
				`Workspace "data"`: data, `Workspace "other"`: `{"id": "cworkspace000000000000002", "name": "other"}`, `cluster "production"`: production,
			},
			"unknown Workspace \"data\"\n  error: needs cluster \"production\", which lets go of it," + left,
		},
		"what a second write of a new resource sets is left out": {
			`Workspace "data"`, `
workspaces: [{ name: data, defaultCluster: production }]
clusters: [{ name: production, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20, workspaces: [data] }]
`, nil,
			"unknown Workspace \"data\"\n  error: needs cluster \"production\", which is to be created too," + left,
		},
		"what is chosen needs no change": {
			`Team "t"`, `
customRoles: [{ id: crole00000000000000000001, name: viewer }, { name: fresh, scopeType: DEPLOYMENT, permissions: [deployment.get] }]
teams: [{ name: t, deploymentRoles: [{ deploymentId: cdeployment00000000000001, role: viewer }] }]
`,
			map[string]string{`custom role "viewer"`: viewer, `Team "t"`: team},
			"unchanged Team \"t\"\n",
		},
		"what is unchanged doesn't need what is to be renamed": {
			`user "a@example.com"`, `
customRoles: [{ id: crole00000000000000000001, name: reader }]
users: [{ username: a@example.com, deploymentRoles: [{ deploymentId: cdeployment00000000000001, role: reader }] }]
`,
			map[string]string{
				`custom role "reader"`: viewer,
				`user "a@example.com"`: `{"id": "cuser00000000000000000001", "username": "a@example.com", "status": "ACTIVE", "organizationRole": "ORGANIZATION_MEMBER", "deploymentRoles": [{"deploymentId": "cdeployment00000000000001", "role": "reader"}]}`,
			},
			"unchanged user \"a@example.com\"\n",
		},
		"what is left out refers to a removed resource": {
			`cluster "ccluster00000000000000001"`, `
clusters: [{ id: ccluster00000000000000001, state: absent }]
workspaces: [{ name: data, description: new }]
`,
			map[string]string{
				`cluster "ccluster00000000000000001"`: production,
				`Workspace "data"`:                    `{"id": "cworkspace000000000000001", "name": "data", "defaultClusterId": "ccluster00000000000000001"}`,
			},
			"unknown cluster \"ccluster00000000000000001\"\n  error: needs Workspace \"data\", which lets go of it," + left,
		},
		"a problem of what is left out is none": {
			`Deployment "one"`, `
workspaceId: cworkspace000000000000001
deployments:
  - { name: one, description: new }
  - { name: two, type: STANDARD }
`,
			map[string]string{`Deployment "one"`: dedicatedJSON, `Deployment "two"`: withMembers(t, dedicatedJSON, `"name": "two"`)},
			"update Deployment \"one\"\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := planManifest(t, test.manifest, test.current, plan.Policy{AllowDelete: true, IsTarget: func(o *resource.Resource) bool { return o.String() == test.only }})
			assertEqual(t, "plan", test.want, outlinePlan(p))
			for _, c := range p.Changes {
				if c.Action == plan.Errored && (len(c.Fields) > 0 || len(c.Requests) > 0) {
					t.Errorf("%s can't be applied, and has changes: %q", c.Resource, describeFields(c.Fields))
				}
			}
		})
	}
}

// What could not be read and is left out is not in the plan, also where a second
// write needs it.
func TestTargetsWithoutUnreadableResources(t *testing.T) {
	t.Parallel()
	d := declareManifest(t, `
workspaces: [{ name: data, defaultCluster: production }]
clusters: [{ name: production, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20, workspaces: [data] }]
`)
	w := newCurrent(t, d, nil)
	for _, o := range d.Resources {
		if o.Name() == "production" {
			w.Errs[o] = errors.New("403")
		}
	}
	p := plan.Make("corg", d, w, plan.Policy{IsTarget: func(o *resource.Resource) bool { return o.Name() == "data" }})
	assertEqual(t, "plan", "create Workspace \"data\"\n", outlinePlan(p))
}

// A problem that is about no resource stays, whatever is chosen.
func TestTargetsKeepGeneralProblems(t *testing.T) {
	t.Parallel()
	d := declareManifest(t, "workspaces: [{ name: data }, { name: more }]")
	w := newCurrent(t, d, nil)
	w.Problems = []schema.Problem{{Pos: schema.Pos{File: "other.yaml", Line: 1}, Message: "the other file can't be read"}}
	p := plan.Make("corg", d, w, plan.Policy{IsTarget: func(o *resource.Resource) bool { return o.Name() == "data" }})
	assertEqual(t, "problems", []string{"the other file can't be read"}, messagesOf(p.Problems))
}

// A value that a chosen resource shares with one that is left out is still the
// chosen one's problem.
func TestTargetsKeepProblemsOfSharedValues(t *testing.T) {
	t.Parallel()
	p := planManifest(t, `
workspaceId: cworkspace000000000000001
deployments:
  - { name: one, environmentVariables: &variables [{ key: S, value: x, isSecret: false }] }
  - { name: two, environmentVariables: *variables }
`, map[string]string{`Deployment "one"`: dedicatedJSON, `Deployment "two"`: withMembers(t, dedicatedJSON, `"id": "cdeployment00000000000002", "name": "two"`)},
		plan.Policy{IsTarget: func(o *resource.Resource) bool { return o.Name() == "one" }})
	if !slices.ContainsFunc(messagesOf(p.Problems), func(text string) bool {
		return strings.HasPrefix(text, `Deployment "one": environmentVariables[S].isSecret`)
	}) {
		t.Errorf("the problem is lost:\n%s", outlinePlan(p))
	}
}

// What depends on a chosen resource and is left out is named in a note.
func TestTargetsNameDependents(t *testing.T) {
	t.Parallel()
	p := planManifest(t, `
workspaces: [{ name: fresh }]
teams: [{ name: t, workspaceRoles: [{ workspace: fresh, role: WORKSPACE_OWNER }] }]
`, nil, plan.Policy{IsTarget: func(o *resource.Resource) bool { return o.Name() == "fresh" }})
	assertEqual(t, "plan", "create Workspace \"fresh\"\n", outlinePlan(p))
	if notes := messagesOf(p.Changes[0].Notes); len(notes) != 1 || !strings.HasSuffix(notes[0], `: Team "t"`) {
		t.Errorf("notes %q", notes)
	}
}
