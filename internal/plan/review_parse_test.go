package plan_test

import (
	"strings"
	"testing"

	"astro-apply/internal/plan"
)

// UnreviewedChanges refuses a review in any other form than the one that Review writes.
func TestReviewIsReadStrictly(t *testing.T) {
	t.Parallel()
	p := planByName(t, "workspaces: [{ name: data, description: b }, { name: new }, { name: old, state: absent }]", map[string]string{
		"data": `{"id": "c1", "name": "data", "description": "a"}`, "old": `{"id": "c2", "name": "old"}`,
	}, plan.Policy{AllowDelete: true})
	review, err := p.Review()
	if err != nil {
		t.Fatal(err)
	}
	if lines, err := p.UnreviewedChanges(review); err != nil || len(lines) != 0 {
		t.Fatalf("%v, %q", err, lines)
	}
	const form = "the reviewed plan can't be read: it doesn't have the exact form that astro-apply writes; plan again on a new pull request"
	deep := strings.Repeat("[", 2000) + strings.Repeat("]", 2000)
	for name, test := range map[string]struct{ old, new, want string }{
		"another version":          {`"version":3`, `"version":1`, "the reviewed plan can't be read: it has format 1, but this version of astro-apply uses format 3; plan again on a new pull request"},
		"no version":               {`"version":3,`, ``, "the reviewed plan can't be read: it has format 0, but this version of astro-apply uses format 3; plan again on a new pull request"},
		"a repeated version":       {`"version":3`, `"version":1,"version":3`, form},
		"no Organization":          {`"organizationId":"corg",`, ``, form},
		"no changes":               {`"changes":[`, `"x":[`, form},
		"null for changes":         {string(review[strings.Index(string(review), `[`):]), `null}`, form},
		"an unknown member":        {`{"kind"`, `{"x":1,"kind"`, form},
		"an unknown first member":  {`{"version"`, `{"x":1,"version"`, form},
		"a repeated member":        {`"action":"update"`, `"action":"delete","action":"update"`, form},
		"a misspelled member":      {`"action":"update"`, `"Action":"update"`, form},
		"a missing member":         {`"action":"update",`, ``, form},
		"an unknown action":        {`"action":"update"`, `"action":"replace"`, form},
		"an action that isn't one": {`"action":"update"`, `"action":"unchanged"`, form},
		"a scrubbed action":        {`"action":"update"`, `"action":"***"`, form},
		"an unknown kind":          {`"kind":"workspace"`, `"kind":"***"`, form},
		"no name":                  {`"name":"=data",`, `"name":"",`, form},
		"a name without a mark":    {`"name":"=data"`, `"name":"data"`, form},
		"an update without an id":  {`"id":"c1",`, ``, form},
		"a create with an id":      {`"name":"=new",`, `"name":"=new","id":"c3",`, form},
		"a path without a mark":    {`"path":"=description"`, `"path":"description"`, form},
		"an unverified value":      {`"old":"=a","new":"=b"`, `"old":"=a","new":"=b","unverified":true`, form},
		"no values":                {`,"old":"=a","new":"=b"`, ``, form},
		"a value without an end":   {`"old":"=a"`, `"old":` + deep, form},
		"a scrubbed member":        {`"old":"=a"`, `"***":"=a"`, form},
		"white space":              {`"version":3,`, `"version":3, `, form},
		"white space in a value":   {`"old":"=a"`, `"old":[ ]`, form},
		"another spelling":         {`"=data"`, `"=d\u0061ta"`, form},
		"text after the end":       {string(review), string(review) + "{}", form},
		"a line end after the end": {string(review), string(review) + "\n", form},
		"an empty text":            {string(review), "", form},
		"null":                     {string(review), "null", "the reviewed plan can't be read: it has format 0, but this version of astro-apply uses format 3; plan again on a new pull request"},
		"a list":                   {string(review), "[]", form},
		"half of the review":       {string(review), string(review[:len(review)/2]), form},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(string(review), test.old, test.new, 1)
			if text == string(review) {
				t.Fatalf("%s isn't in %s", test.old, review)
			}
			lines, err := p.UnreviewedChanges([]byte(text))
			if err == nil || err.Error() != test.want {
				t.Errorf("%v, want %s", err, test.want)
			}
			if len(lines) != 0 {
				t.Errorf("compared: %q", lines)
			}
		})
	}
}

// Values are equal only if their content is equal, even if they are displayed in the
// same way.
func TestReviewComparesContent(t *testing.T) {
	t.Parallel()
	const of = "environmentObjects: [{ objectType: CONNECTION, objectKey: db, workspaceId: cworkspace000000000000001, connection: { type: postgres, host: %, extra: { a: @ } } }]"
	plans := func(host, extra string) *plan.Plan {
		return planByName(t, strings.NewReplacer("%", host, "@", extra).Replace(of), nil, plan.Policy{})
	}
	long := strings.Repeat("x", 200)
	for name, test := range map[string]struct{ a, b [2]string }{
		"long texts":              {[2]string{long + "a", "1"}, [2]string{long + "b", "1"}},
		"redacted":                {[2]string{"'***'", "1"}, [2]string{"h", "1"}},
		"an unknown value":        {[2]string{`'(id of Workspace "x")'`, "1"}, [2]string{`'id of Workspace "x"'`, "1"}},
		"a number and text":       {[2]string{"h", "1"}, [2]string{"h", "'1'"}},
		"a boolean and text":      {[2]string{"h", "true"}, [2]string{"h", "'true'"}},
		"a mapping and its text":  {[2]string{"h", "{ b: c }"}, [2]string{"h", `'{"b":"c"}'`}},
		"the order of a list":     {[2]string{"h", "[1, 2]"}, [2]string{"h", "[2, 1]"}},
		"large numbers":           {[2]string{"h", "9007199254740992"}, [2]string{"h", "9007199254740993"}},
		"a mark of the review":    {[2]string{"'*'", "1"}, [2]string{"'=*'", "1"}},
		"null and its text":       {[2]string{"h", "{ b: '0' }"}, [2]string{"h", "{ b: 'null' }"}},
		"a member without a name": {[2]string{"h", "{ '': 1 }"}, [2]string{"h", "{}"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, pair := range [][2][2]string{{test.a, test.b}, {test.b, test.a}} {
				review, err := plans(pair[0][0], pair[0][1]).Review()
				if err != nil {
					t.Fatal(err)
				}
				if lines, err := plans(pair[1][0], pair[1][1]).UnreviewedChanges(review); err != nil || len(lines) == 0 {
					t.Errorf("%v: %q passes as %q", err, pair[1], pair[0])
				}
				if lines, err := plans(pair[0][0], pair[0][1]).UnreviewedChanges(review); err != nil || len(lines) != 0 {
					t.Errorf("%v: %q isn't itself: %q", err, pair[0], lines)
				}
			}
		})
	}
	review, err := plans("h", "{ b: 1, c: 2 }").Review()
	if err != nil {
		t.Fatal(err)
	}
	if lines, err := plans("h", "{ c: 2, b: 1 }").UnreviewedChanges(review); err != nil || len(lines) != 0 {
		t.Errorf("the order of members counts: %v, %q", err, lines)
	}
}

// The value of a secret field equals any other secret value, because no plan contains
// it. It doesn't equal a text that looks like a redacted value.
func TestReviewComparesSecretFields(t *testing.T) {
	t.Parallel()
	plans := func(value string, secret bool) *plan.Plan {
		return planByName(t, "environmentObjects: [{ objectType: ENVIRONMENT_VARIABLE, objectKey: A, workspaceId: cworkspace000000000000001, environmentVariable: { value: '"+
			value+"', isSecret: "+map[bool]string{true: "true", false: "false"}[secret]+" } }]", nil, plan.Policy{})
	}
	review, err := plans("hunter2hunter2", true).Review()
	if err != nil {
		t.Fatal(err)
	}
	if lines, err := plans("hunter3hunter3", true).UnreviewedChanges(review); err != nil || len(lines) != 0 {
		t.Errorf("another secret is no change: %v, %q", err, lines)
	}
	for _, text := range []string{"***", "*", "hunter2hunter2", ""} {
		if lines, err := plans(text, false).UnreviewedChanges(review); err != nil || len(lines) == 0 {
			t.Errorf("%q equals a secret", text)
		}
	}
	review, err = plans("***", false).Review()
	if err != nil {
		t.Fatal(err)
	}
	if lines, err := plans("hunter2hunter2", true).UnreviewedChanges(review); err != nil || len(lines) == 0 {
		t.Error("a secret equals a text")
	}
}

// A secret and a text differ in a review, although both are displayed in the same way.
func TestReviewDistinguishesSecretsFromText(t *testing.T) {
	t.Parallel()
	plans := func(text string, secret bool) *plan.Plan {
		p := planByName(t, "workspaces: [{ name: data, description: '"+text+"' }]", nil, plan.Policy{})
		for _, f := range p.Changes[0].Fields {
			if f.Path == "description" {
				f.New.Sensitive = secret
			}
		}
		return p
	}
	review, err := plans("hunter2", true).Review()
	if err != nil {
		t.Fatal(err)
	}
	if lines, err := plans("hunter3", true).UnreviewedChanges(review); err != nil || len(lines) != 0 {
		t.Errorf("another secret is no change: %v, %q", err, lines)
	}
	for _, text := range []string{"***", "*", "hunter2", "=***"} {
		if lines, err := plans(text, false).UnreviewedChanges(review); err != nil || len(lines) == 0 {
			t.Errorf("the text %q passes as a secret: %v", text, err)
		}
	}
}

// A review identifies a created resource by name and parent: a resource with the same
// name in another Workspace is another resource.
func TestReviewMatchesCreatedResourcesByParent(t *testing.T) {
	t.Parallel()
	const text = `deployments:
  - { name: etl, workspaceId: cworkspace000000000000001, type: STANDARD, cloudProvider: AWS, region: us-east-1 }
  - { name: etl, workspaceId: cworkspace000000000000002, type: STANDARD, cloudProvider: AWS, region: us-east-1 }
`
	first := planByName(t, text[:strings.LastIndex(text, "  -")], nil, plan.Policy{})
	review, err := first.Review()
	if err != nil {
		t.Fatal(err)
	}
	lines, err := planByName(t, text, nil, plan.Policy{}).UnreviewedChanges(review)
	if err != nil || len(lines) != 1 || !strings.Contains(lines[0], "which would create a resource with this name") {
		t.Errorf("%v, %q", err, lines)
	}
}
