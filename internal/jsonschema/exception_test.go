package jsonschema_test

import (
	"regexp"
	"strings"
	"testing"
)

// exception is a problem that the program reports and the schema can't express.
type exception struct {
	problemPattern string // matches the message of the program
	reason         string // why the schema can't report the problem
	manifest       string // has only this problem

	environment        map[string]string
	noDefaultWorkspace bool // the input workspace isn't set
}

var exceptions = []exception{
	{
		problemPattern: `duplicate item "[^"]*" \(first at line`, reason: "equal keys in a list, in the API's comparison",
		manifest: "deployments: [{ name: a, contactEmails: [a@b.c, a@b.c] }]",
	},
	{
		problemPattern: `is declared twice, first at`, reason: "equal names in a section, or in another file",
		manifest: "workspaces: [{ name: a }, { name: a }]",
	},
	{
		problemPattern: `refers to .* which is marked state: absent`, reason: "references: whether this run deletes the resource with that name",
		manifest: "workspaces: [{ name: a, state: absent }]\ndeployments: [{ name: b, workspace: a }]",
	},
	{
		problemPattern: `is declared more than once, at`, reason: "references: whether a name is unique",
		manifest: "workspaces:\n- { name: a, id: cworkspace0000000000000001 }\n- { name: a, id: cworkspace0000000000000002 }\ndeployments: [{ name: b, workspace: a }]",
	},
	{
		problemPattern: `the Workspace is missing; add`, reason: "the input workspace may set it, and an editor doesn't know inputs",
		manifest: "deployments: [{ name: a }]", noDefaultWorkspace: true,
	},
	{
		problemPattern: `the Workspace is missing; write`, reason: "the same, for references",
		manifest: "teams: [{ name: a, dagRoles: [{ deployment: b, dagId: c, role: d }] }]", noDefaultWorkspace: true,
	},
	{
		problemPattern: `executor must be one of .*, not "x"`, reason: "environment: the value of a variable",
		manifest: "deployments: [{ name: a, executor: '${env:NAME}' }]", environment: map[string]string{"NAME": "x"},
	},
	{
		problemPattern: `organizationId is .* here, but .* at`, reason: "two documents: a schema sees one at a time",
		manifest: "organizationId: a\n---\norganizationId: b",
	},
	{
		problemPattern: `must be 2Gi for each core of`, reason: "a rule that computes",
		manifest: "deployments: [{ name: a, resourceQuotaCpu: '1', resourceQuotaMemory: 1Gi }]",
	},
	{
		problemPattern: `minWorkerCount must be at most maxWorkerCount`, reason: "a rule that compares",
		manifest: "deployments: [{ name: a, workerQueues: [{ name: default, minWorkerCount: 2, maxWorkerCount: 1 }] }]",
	},
	{
		problemPattern: `workerQueues must contain a queue named default; add one`, reason: "a rule about all items of a list; editors would mark the whole list",
		manifest: "deployments: [{ name: a, workerQueues: [{ name: other }] }]",
	},
	{
		problemPattern: `roles: exactly one role must set neither workspace nor deployment`, reason: "the same",
		manifest: "apiTokens: [{ name: a, roles: [{ workspace: b, role: c }] }]",
	},
	{
		problemPattern: `is in both links and excludeLinks`, reason: "a rule that compares",
		manifest: "environmentObjects:\n- objectType: CONNECTION\n  objectKey: a\n  links: [{ deploymentId: cdeployment000000000000001 }]\n  excludeLinks: [{ deploymentId: cdeployment000000000000001 }]",
	},
	{
		problemPattern: `: many YAML readers read yes as a boolean`, reason: "quotes: a schema sees the value",
		manifest: "workspaces: [{ name: yes }]",
	},
	{
		problemPattern: `must be .* in plain decimal digits, not 1\.0$`, reason: "spelling: a schema sees the number",
		manifest: "organization: {}\napiTokens: [{ name: a, tokenExpiryPeriodInDays: 1.0 }]",
	},
	{
		problemPattern: `: YAML readers disagree on the number 1e3;`, reason: "spelling: a schema sees the number",
		manifest: "deployments: [{ name: a, resourceQuotaCpu: 1e3 }]",
	},
	{
		problemPattern: `: 0x1F is not a number in JSON`, reason: "spelling: a schema sees the number",
		manifest: "environmentObjects: [{ objectType: CONNECTION, objectKey: a, connection: { extra: { a: 0x1F } } }]",
	},
	{
		problemPattern: `is "[^"]*:[^"]*": (?:not a|must be a) (?:network|range) such as`, reason: "an IPv6 network as a regular expression is a page long",
		manifest: "allowedIpAddressRanges: ['1:2/64']",
	},
	{
		problemPattern: `is "\d{4}-\d\d-(29|3\d)T.*": not a time such as`, reason: "the calendar",
		manifest: "deployments: [{ name: a, isDevelopmentMode: true, scalingSpec: { hibernationSpec: { override: { isHibernating: true, overrideUntil: '2026-02-30T00:00:00Z' } } } }]",
	},
}

// hasOnlyExceptions reports whether there are problems and all of them are exceptions.
func hasOnlyExceptions(problems []string) bool {
	for _, p := range problems {
		found := false
		for _, e := range exceptions {
			found = found || regexp.MustCompile(e.problemPattern).MatchString(p)
		}
		if !found {
			return false
		}
	}
	return len(problems) > 0
}

// TestExceptionsAreNeeded checks that the program refuses the manifest of each exception
// and the schema accepts it.
func TestExceptionsAreNeeded(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	for _, e := range exceptions {
		t.Run(e.problemPattern, func(t *testing.T) {
			t.Parallel()
			workspace := "somewhere"
			if e.noDefaultWorkspace {
				workspace = ""
			}
			problems := problemsByProgram(e.manifest, workspace, e.environment)
			if len(problems) != 1 || !regexp.MustCompile(e.problemPattern).MatchString(problems[0]) {
				t.Errorf("the program reports:\n%s\nnot %s", strings.Join(problems, "\n"), e.problemPattern)
			}
			if err := errorBySchema(t, s, e.manifest); err != nil {
				t.Errorf("the schema can express it (%s): %v", e.reason, err)
			}
		})
	}
}

// TestEscapedReferenceLength checks the only opposite exception: the schema counts $${ as
// three characters, and the program reads it as two.
func TestEscapedReferenceLength(t *testing.T) {
	t.Parallel()
	text := "workspaces: [{ name: '" + strings.Repeat("a", 48) + "$${' }]"
	if problems := problemsByProgram(text, "", nil); problems != nil {
		t.Errorf("the program reports: %v", problems)
	}
	if errorBySchema(t, compileSchema(t), text) == nil {
		t.Error("the schema counts $${ as two characters, so this exception is no longer needed")
	}
}
