package jsonschema_test

import (
	"regexp"
	"strings"
	"testing"
)

// exception is something that the program refuses and the schema lets through,
// since it can't say it.
type exception struct {
	says, why string // what the program says, and why the schema doesn't
	manifest  string // one in which there is nothing else

	environment map[string]string
	homeless    bool // the input workspace is not given
}

var exceptions = []exception{
	{
		says: `"[^"]*" is there twice, first at line`, why: "equal keys in a list, as the API compares them",
		manifest: "deployments: [{ name: a, contactEmails: [a@b.c, a@b.c] }]",
	},
	{
		says: `is declared twice, first at`, why: "equal names in a section, or in another file",
		manifest: "workspaces: [{ name: a }, { name: a }]",
	},
	{
		says: `refers to .* which is marked state: absent`, why: "references: whether what has a name goes",
		manifest: "workspaces: [{ name: a, state: absent }]\ndeployments: [{ name: b, workspace: a }]",
	},
	{
		says: `is declared more than once, at`, why: "references: whether a name says which one",
		manifest: "workspaces:\n- { name: a, id: cworkspace0000000000000001 }\n- { name: a, id: cworkspace0000000000000002 }\ndeployments: [{ name: b, workspace: a }]",
	},
	{
		says: `names no Workspace: write`, why: "the input workspace may say it, and an editor doesn't know inputs",
		manifest: "deployments: [{ name: a }]", homeless: true,
	},
	{
		says: `its Workspace is not known; write`, why: "the same, for references",
		manifest: "teams: [{ name: a, dagRoles: [{ deployment: b, dagId: c, role: d }] }]", homeless: true,
	},
	{
		says: `executor is "x", must be one of`, why: "environment: what a variable holds",
		manifest: "deployments: [{ name: a, executor: '${env:NAME}' }]", environment: map[string]string{"NAME": "x"},
	},
	{
		says: `organizationId is .* here and .* at`, why: "two documents: a schema sees one at a time",
		manifest: "organizationId: a\n---\norganizationId: b",
	},
	{
		says: `must be twice .* in Gi`, why: "a rule that computes",
		manifest: "deployments: [{ name: a, resourceQuotaCpu: '1', resourceQuotaMemory: 1Gi }]",
	},
	{
		says: `minWorkerCount \d+ is greater than maxWorkerCount`, why: "a rule that compares",
		manifest: "deployments: [{ name: a, workerQueues: [{ name: default, minWorkerCount: 2, maxWorkerCount: 1 }] }]",
	},
	{
		says: `workerQueues needs a queue called default`, why: "a rule about all elements of a list; editors would mark the whole list",
		manifest: "deployments: [{ name: a, workerQueues: [{ name: other }] }]",
	},
	{
		says: `roles: one role without workspace and deployment is needed`, why: "the same",
		manifest: "apiTokens: [{ name: a, roles: [{ workspace: b, role: c }] }]",
	},
	{
		says: `is both in links and in excludeLinks`, why: "a rule that compares",
		manifest: "environmentObjects:\n- objectType: CONNECTION\n  objectKey: a\n  links: [{ deploymentId: cdeployment000000000000001 }]\n  excludeLinks: [{ deploymentId: cdeployment000000000000001 }]",
	},
	{
		says: `: many YAML readers take yes for a boolean`, why: "quotes: a schema sees the value",
		manifest: "workspaces: [{ name: yes }]",
	},
	{
		says: `must be .* in plain decimal digits, not 1\.0$`, why: "spelling: a schema sees the number",
		manifest: "organization: {}\napiTokens: [{ name: a, tokenExpiryPeriodInDays: 1.0 }]",
	},
	{
		says: `: YAML readers disagree on the number 1e3;`, why: "spelling: a schema sees the number",
		manifest: "deployments: [{ name: a, resourceQuotaCpu: 1e3 }]",
	},
	{
		says: `: 0x1F is no number to Astro`, why: "spelling: a schema sees the number",
		manifest: "environmentObjects: [{ objectType: CONNECTION, objectKey: a, connection: { extra: { a: 0x1F } } }]",
	},
	{
		says: `is "[^"]*:[^"]*": not a (network|range) such as`, why: "an IPv6 network as a regular expression is a page long",
		manifest: "allowedIpAddressRanges: ['1:2/64']",
	},
	{
		says: `is "\d{4}-\d\d-(29|3\d)T.*": not a time such as`, why: "the calendar",
		manifest: "deployments: [{ name: a, isDevelopmentMode: true, scalingSpec: { hibernationSpec: { override: { isHibernating: true, overrideUntil: '2026-02-30T00:00:00Z' } } } }]",
	},
}

// excused reports whether all that the program says is something that the schema
// can't.
func excused(problems []string) bool {
	for _, p := range problems {
		found := false
		for _, e := range exceptions {
			found = found || regexp.MustCompile(e.says).MatchString(p)
		}
		if !found {
			return false
		}
	}
	return len(problems) > 0
}

// TestExceptions shows that each exception is needed.
func TestExceptions(t *testing.T) {
	t.Parallel()
	s := compiled(t)
	for _, e := range exceptions {
		t.Run(e.says, func(t *testing.T) {
			t.Parallel()
			workspace := "somewhere"
			if e.homeless {
				workspace = ""
			}
			problems := byProgram(e.manifest, workspace, e.environment)
			if len(problems) != 1 || !regexp.MustCompile(e.says).MatchString(problems[0]) {
				t.Errorf("the program says:\n%s\nnot %s", strings.Join(problems, "\n"), e.says)
			}
			if err := bySchema(t, s, e.manifest); err != nil {
				t.Errorf("the schema can say it (%s): %v", e.why, err)
			}
		})
	}
}

// TestEscapes is the one exception of the other kind: $${ is read as ${, so what
// is written is longer than what is meant.
func TestEscapes(t *testing.T) {
	t.Parallel()
	text := "workspaces: [{ name: '" + strings.Repeat("a", 48) + "$${' }]"
	if problems := byProgram(text, "", nil); problems != nil {
		t.Errorf("the program says: %v", problems)
	}
	if bySchema(t, compiled(t), text) == nil {
		t.Error("the schema knows that 51 characters are 50, so it is no exception any more")
	}
}
