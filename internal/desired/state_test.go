package desired_test

import (
	"testing"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/testkit"
)

func TestLoadDesired(t *testing.T) {
	t.Parallel()
	const (
		w1          = "cworkspace000000000000001"
		w2          = "cworkspace000000000000002"
		noWorkspace = `the Workspace is missing; add workspace: next to its name or at the top of the file, or set input workspace`
	)
	tests := map[string]struct {
		files        []string
		input        string // workspace
		want         []string
		wantProblems []string
	}{
		"the resource's own Workspace takes precedence": {
			[]string{"workspace: top\ndeployments: [{ name: d, workspace: own }]"}, "input", []string{`deployments/d workspaceId Workspace "own"`}, nil,
		},
		"the document's Workspace comes second": {
			[]string{"workspace: top\ndeployments: [{ name: d }]"}, "input", []string{`deployments/d workspaceId Workspace "top"`}, nil,
		},
		"the document's Workspace by id": {[]string{"workspaceId: " + w1 + "\ndeployments: [{ name: d }]"}, "", []string{`deployments/d workspaceId "` + w1 + `"`}, nil},
		"the input comes last": {
			[]string{"deployments: [{ name: d }]", "workspace: top\ndeployments: [{ name: e }]"},
			"input",
			[]string{`deployments/d workspaceId Workspace "input"`, `deployments/e workspaceId Workspace "top"`},
			nil,
		},
		"the input may be an id": {[]string{"deployments: [{ name: d }]"}, w1, []string{`deployments/d workspaceId "` + w1 + `"`}, nil},
		"no Workspace":           {[]string{"deployments: [{ name: d }]"}, "", []string{"deployments/d"}, []string{`a.yaml:1:23: Deployment "d": ` + noWorkspace}},
		"a resource with an id needs no Workspace": {
			[]string{"workspace: top\ndeployments: [{ id: cdeployment00000000000001, name: renamed }, { id: cdeployment00000000000002 }]"},
			"input",
			[]string{"deployments/renamed id cdeployment00000000000001", "deployments/cdeployment00000000000002 id cdeployment00000000000002"},
			nil,
		},
		"neither name nor id": {[]string{"workspaces: [{ description: x }]"}, "", []string{"workspaces/"}, []string{`a.yaml:1:14: Workspace: name is missing; add it, or the id of an existing Workspace`}},
		"a name and an id of the Workspace": {
			[]string{"workspace: a\nworkspaceId: " + w1 + "\ndeployments: [{ name: d, workspace: b, workspaceId: " + w2 + " }]"},
			"",
			[]string{`deployments/d workspaceId Workspace "b"`},
			[]string{"a.yaml:1:1: set either workspace or workspaceId, not both", `a.yaml:3:26: Deployment "d": set either workspace or workspaceId, not both`},
		},
		"declared twice": {
			[]string{"workspaces: [{ name: w }, { name: v }]\ndeployments: [{ name: d, workspace: w }, { name: d, workspace: w }]", "workspaces: [{ name: v }]"},
			"",
			[]string{
				"workspaces/w", "workspaces/v", `deployments/d workspaceId Workspace "w" declared`, `deployments/d workspaceId Workspace "w" declared`, "workspaces/v",
			},
			[]string{`a.yaml:2:50: Deployment "d" is declared twice, first at a.yaml:2:23; remove one of them`, `b.yaml:1:22: Workspace "v" is declared twice, first at a.yaml:1:35; remove one of them`},
		},
		"an id declared twice": {
			[]string{"workspaces: [{ id: " + w1 + " }, { id: " + w1 + ", name: x }]"},
			"",
			[]string{"workspaces/" + w1 + " id " + w1, "workspaces/x id " + w1},
			[]string{`a.yaml:1:88: Workspace "x" is declared twice, first at a.yaml:1:20; remove one of them`},
		},
		"the same name in two Workspaces": {
			[]string{"workspaces: [{ name: w }]\ndeployments: [{ name: d, workspace: w }, { name: d, workspace: v }, { name: d, workspaceId: " + w1 + " }]"},
			"",
			[]string{
				"workspaces/w", `deployments/d workspaceId Workspace "w" declared`, `deployments/d workspaceId Workspace "v"`, `deployments/d workspaceId "` + w1 + `"`,
			},
			nil,
		},
		"a reference by id to a resource declared by id": {
			[]string{"workspaces: [{ id: " + w1 + ", name: renamed }]\ndeployments: [{ name: d, workspaceId: " + w1 + " }, { name: e, workspace: renamed }, { name: f, workspace: " + w1 + " }]"},
			"",
			[]string{
				"workspaces/renamed id " + w1, `deployments/d workspaceId "` + w1 + `" declared`, `deployments/e workspaceId Workspace "renamed" declared`,
				`deployments/f workspaceId "` + w1 + `" declared`,
			},
			nil,
		},
		"a name that looks like an id": {
			[]string{"workspaces: [{ name: " + w1 + " }]\ndeployments: [{ name: d, workspace: " + w1 + " }, { name: e, workspace: " + w2 + " }]"},
			"",
			[]string{"workspaces/" + w1, `deployments/d workspaceId Workspace "` + w1 + `" declared`, `deployments/e workspaceId "` + w2 + `"`},
			nil,
		},
		"an ambiguous reference": {
			[]string{"workspaces: [{ name: w }, { id: " + w1 + ", name: w }]\ndeployments: [{ name: d, workspace: w }]"},
			"",
			[]string{"workspaces/w", "workspaces/w id " + w1, `deployments/d workspaceId Workspace "w"`},
			[]string{
				`a.yaml:1:66: Workspace "w" is declared twice, first at a.yaml:1:22; remove one of them`,
				`a.yaml:2:37: Deployment "d": Workspace "w" is declared more than once, at a.yaml:1:22 and a.yaml:1:66; refer to it by id`,
			},
		},
		"the Organization": {
			[]string{"organization: { name: o, protect: true }"},
			"",
			[]string{"organization/organization protected"},
			nil,
		},
		"the Organization with errors": {
			[]string{"organization: [{ name: o }]", "organization: { id: corganization0000000000001, state: absent, nam: o }", "organization: {}"},
			"",
			[]string{"organization/organization id corganization0000000000001 absent", "organization/organization"},
			[]string{
				"a.yaml:1:15: organization must be a mapping, not a list",
				"b.yaml:1:17: Organization: id can't be set, because there is exactly one Organization; remove it",
				"b.yaml:1:49: Organization: state can't be set, because there is exactly one Organization; remove it",
				`b.yaml:1:64: Organization: unknown field "nam"; did you mean "name"?`,
				"c.yaml:1:15: Organization is declared twice, first at b.yaml:1:21; remove one of them",
			},
		},
		"an id of a kind without ids": {
			[]string{"invites: [{ id: cinvite000000000000000001, inviteeEmail: a@b.c }]"},
			"",
			[]string{"invites/a@b.c id cinvite000000000000000001"},
			[]string{`a.yaml:1:17: invite "a@b.c": id can't be set, because the API doesn't return an invite by id; remove it`},
		},
		"one of two resources of the same name is absent": {
			[]string{"workspaces: [{ id: " + w1 + ", name: w }, { id: " + w2 + ", name: w, state: absent }]"},
			"",
			[]string{"workspaces/w id " + w1, "workspaces/w id " + w2 + " absent"},
			nil,
		},
		"the input is ambiguous": {
			[]string{"workspaces: [{ name: w }, { id: " + w1 + ", name: w }]\ndeployments: [{ name: d }]"},
			"w",
			[]string{"workspaces/w", "workspaces/w id " + w1, `deployments/d workspaceId Workspace "w"`},
			[]string{
				`a.yaml:1:66: Workspace "w" is declared twice, first at a.yaml:1:22; remove one of them`,
				`a.yaml:2:23: Deployment "d": Workspace "w" is declared more than once, at a.yaml:1:22 and a.yaml:1:66; refer to it by id`,
			},
		},
		"the input refers to an absent Workspace": {
			[]string{"workspaces: [{ name: w, state: absent }]\ndeployments: [{ name: d }]"},
			"w",
			[]string{"workspaces/w absent", `deployments/d workspaceId Workspace "w" declared`},
			[]string{`a.yaml:2:23: Deployment "d" refers to Workspace "w", which is marked state: absent; remove this reference first`},
		},
		"state and protect": {
			[]string{"workspaces: [{ name: a, state: absent }, { name: b, state: present, protect: true }, { name: c, protect: false }]"},
			"",
			[]string{"workspaces/a absent", "workspaces/b protected", "workspaces/c"},
			nil,
		},
		"a protected removal": {
			[]string{"workspaces: [{ name: a, state: absent, protect: true }]"},
			"",
			[]string{"workspaces/a absent protected"},
			[]string{`a.yaml:1:22: Workspace "a" has both protect: true and state: absent; remove one of them`},
		},
		"a reference to an absent resource": {
			[]string{"workspaces: [{ name: a, state: absent }]\ndeployments: [{ name: d, workspace: a }, { name: e, workspace: a, state: absent }]"},
			"",
			[]string{"workspaces/a absent", `deployments/d workspaceId Workspace "a" declared`, `deployments/e workspaceId Workspace "a" declared absent`},
			[]string{`a.yaml:2:37: Deployment "d" refers to Workspace "a", which is marked state: absent; remove this reference first`},
		},
		"an invalid state": {
			[]string{"workspaces: [{ name: a, state: gone, protect: sure }]"},
			"",
			[]string{"workspaces/a"},
			[]string{`a.yaml:1:32: Workspace "a": state must be one of present, absent, not "gone"`, `a.yaml:1:47: Workspace "a": protect must be true or false, not text`},
		},
		"sections with errors": {
			[]string{"deploymnets: []\nnothing: []\nworkspaces: { name: x }\ndeployments:\n---\n- list"},
			"", nil,
			[]string{
				`a.yaml:1:1: unknown field "deploymnets"; did you mean "deployments"?`, `a.yaml:2:1: unknown field "nothing"`,
				`a.yaml:3:13: workspaces must be a list, not a mapping; start each item with "- "`, "a.yaml:4:13: deployments must be a list, not null; write [] or remove it",
				"a.yaml:6:1: a manifest must be a mapping with sections such as deployments, not a list",
			},
		},
		"an item that is not a mapping": {[]string{"workspaces: [name]"}, "", nil, []string{"a.yaml:1:14: each item of workspaces must be a mapping, not text"}},
		"an invalid value that two resources share": {
			[]string{"deployments: [{ name: a, workspaceId: ckwmzkqrx000008l9cw1hr5ax, scheduler: &s { au: x } }, { name: b, workspaceId: ckwmzkqrx000008l9cw1hr5ax, scheduler: *s }]"},
			"",
			[]string{`deployments/a workspaceId "ckwmzkqrx000008l9cw1hr5ax"`, `deployments/b workspaceId "ckwmzkqrx000008l9cw1hr5ax"`},
			[]string{`a.yaml:1:86: Deployment "a" and 1 more: scheduler.au must be a whole number from 5 to 24, not text`},
		},
		"invalid references": {
			[]string{"deployments: [{ name: d, workspace: [x], cluster: '' }]"},
			"",
			[]string{`deployments/d workspaceId Workspace  clusterId cluster `},
			[]string{`a.yaml:1:37: Deployment "d": workspace must be a name or an id, not a list`, `a.yaml:1:51: Deployment "d": cluster is empty; write a name or an id, or remove it`},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := desired.Load(kind.All(), testkit.ParseManifests(t, test.files...), test.input)
			var got []string
			for _, o := range d.Resources {
				got = append(got, testkit.DescribeResource(o))
			}
			testkit.AssertEqual(t, "resources", test.want, got)
			testkit.AssertEqual(t, "problems", test.wantProblems, testkit.ProblemTexts(d.Problems))
		})
	}
}

func TestManifestOrganizationID(t *testing.T) {
	t.Parallel()
	d := desired.Load(kind.All(), testkit.ParseManifests(t, "organizationId: corg1", "organizationId: corg1", "workspaces: []"), "")
	testkit.AssertEqual(t, "problems", []string(nil), testkit.ProblemTexts(d.Problems))
	testkit.AssertEqual(t, "Organization", "corg1", d.OrganizationID.ScalarText())
	d = desired.Load(kind.All(), testkit.ParseManifests(t, "organizationId: corg1", "workspaces: []\norganizationId: corg2", "organizationId: 3"), "")
	testkit.AssertEqual(t, "problems", []string{
		`b.yaml:2:17: organizationId is "corg2" here, but "corg1" at a.yaml:1:17; a run manages only one Organization, so use the same id`,
		`c.yaml:1:17: organizationId must be text, but 3 is a number in YAML; write it in quotes: "3"`,
	}, testkit.ProblemTexts(d.Problems))
}

// Every value that Astro treats as a secret is a secret here too, even if the manifest contains it
// in plain text.
func TestSecretsOfAManifest(t *testing.T) {
	t.Parallel()
	d := testkit.LoadDesired(t, `deployments: [{ id: cdeployment00000000000001, environmentVariables: [
		{ key: A, value: open }, { key: B, value: cleartext, isSecret: true }, { key: C, value: '${env:X}', isSecret: true }] }]`)
	testkit.AssertEqual(t, "secrets", []string{"cleartext", "value-of-X", "value-of-X"}, d.Secrets)
	testkit.AssertEqual(t, "shown", `{environmentVariables: [{key: "A", value: "open"}, {key: "B", value: ***, isSecret: true}, {key: "C", value: ***, isSecret: true}]}`,
		d.Resources[0].Body.Render())
}

// A literal secret that is short, or that the manifest also contains in a readable field, is only redacted in its
// own field. The value of a variable is masked everywhere.
func TestLiteralSecretsThatAreCommonWords(t *testing.T) {
	t.Parallel()
	d := testkit.LoadDesired(t, `environmentObjects: [{ workspace: production, objectType: METRICS_EXPORT, objectKey: m, metricsExport: {
		endpoint: 'https://x', exporterType: PROMETHEUS, headers: { X-A: production, X-B: '2', X-C: 'T${secret:T}' } } }]`)
	testkit.AssertEqual(t, "secrets", []string{"Tvalue-of-T", "value-of-T"}, d.Secrets)
	testkit.AssertEqual(t, "shown", `{X-A: ***, X-B: ***, X-C: ***}`, d.Resources[0].Body.GetPath("metricsExport.headers").Show())
}

// If a secret is composed of several parts, the parts from variables are secret too.
func TestVariablesInsideASecret(t *testing.T) {
	t.Parallel()
	env := manifest.Environment{Lookup: func(name string) string { return "value-of-" + name }}
	text := "deployments: [{ name: a, workspace: w, environmentVariables: [{ key: A, value: 'x${env:P}y${secret:Q}', isSecret: true }, { key: B, value: '${env:P}' }] }]"
	parsed := manifest.Parse([]manifest.Source{{Name: "a.yaml", Data: []byte(text)}}, env)
	d := desired.Load(kind.All(), parsed.Documents, "")
	testkit.AssertEqual(t, "secrets", []string{"xvalue-of-Pyvalue-of-Q", "value-of-P", "value-of-Q"}, d.Secrets)
}

// The message about a secret of the wrong type doesn't quote it.
func TestWrongSecretIsNotQuoted(t *testing.T) {
	t.Parallel()
	d := desired.Load(kind.All(), testkit.ParseManifests(t, "deployments: [{ name: a, workspace: w, environmentVariables: [{ isSecret: true, key: A, value: 73519284 }, { key: B, isSecret: true, value: on }] }]"), "")
	testkit.AssertEqual(t, "problems", []string{
		`a.yaml:1:96: Deployment "a": environmentVariables[0].value must be text, not a number; write it in quotes, or better, read it with ${secret:NAME}`,
		`a.yaml:1:141: Deployment "a": environmentVariables[1].value` + plainTextWarning,
	}, testkit.ProblemTexts(d.Problems))
	testkit.AssertEqual(t, "secrets", []string{"73519284"}, d.Secrets)
}
