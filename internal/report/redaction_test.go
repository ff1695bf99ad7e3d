package report_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"astro-apply/internal/github"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
	"astro-apply/internal/redact"
	"astro-apply/internal/report"
	"astro-apply/internal/schema"
)

// programWords returns the words that the structure of the program's JSON consists of:
// the names in struct tags and the string constants of the packages that write the JSON,
// and the names of kinds and fields.
func programWords(t *testing.T) (out []string) {
	t.Helper()
	for _, dir := range []string{".", filepath.Join("..", "plan"), filepath.Join("..", "apply")} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			tree, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.Field:
					if n.Tag != nil {
						name, _, _ := strings.Cut(reflect.StructTag(strings.Trim(n.Tag.Value, "`")).Get("json"), ",")
						out = append(out, name)
					}
				case *ast.GenDecl:
					for _, spec := range n.Specs {
						if v, ok := spec.(*ast.ValueSpec); ok && n.Tok == token.CONST {
							out = append(out, stringLiterals(v.Values)...)
						}
					}
				}
				return true
			})
		}
	}
	var fields func(list []schema.Field)
	fields = func(list []schema.Field) {
		for i := range list {
			out = append(out, list[i].Name)
			for e := &list[i].Type; e != nil; e = e.Elem {
				fields(e.Fields)
			}
		}
	}
	for _, k := range kind.All() {
		out = append(out, k.Name, k.Section, k.IDOutput)
		fields(k.Fields)
	}
	out = append(out, "true", "false", "null", "***", "validate", "plan", "apply", "drift", "export", "Workspace", "0", "1")
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(word string) bool { return strings.TrimSpace(word) == "" })
}

func stringLiterals(values []ast.Expr) (out []string) {
	for _, e := range values {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if text, err := strconv.Unquote(l.Value); err == nil {
				out = append(out, text)
			}
		}
	}
	return out
}

// newRunner returns a runner that redacts secrets.
func newRunner(secrets ...string) *github.Runner {
	r := github.NewRunner(github.Environment{}, io.Discard)
	for _, secret := range secrets {
		r.Mask(secret)
	}
	return r
}

func newRedactor(secrets ...string) func(string) string { return newRunner(secrets...).RedactString }

// The names and values of neutralManifest don't contain words of the program, so a
// redacted word can only be part of the structure.
const neutralManifest = `workspaces:
  - { name: qqq1, description: zzz2 }
  - { name: qqq3, state: absent }
  - { name: qqq4 }
deployments:
  - name: qqq5
    workspace: qqq1
    environmentVariables: [{ key: ZZZ6, value: zzz7 }, { key: ZZZ8, value: correct-horse-battery, isSecret: true }]
teams: [{ name: qqq9, workspaceRoles: [{ workspace: qqq4, role: WORKSPACE_MEMBER }] }]
`

var neutralLive = liveAnswers{
	"qqq1": `{"id": "cq1", "name": "qqq1", "description": "zzz1"}`,
	"qqq3": `{"id": "cq3", "name": "qqq3"}`,
	"qqq5": `{"id": "cq5", "name": "qqq5", "workspaceId": "cq1", "type": "STANDARD", "environmentVariables": [{"key": "ZZZ6", "value": "zzz6", "isSecret": false}]}`,
	"qqq9": `{"id": "cq9", "name": "qqq9"}`,
}

// A secret that equals a word of the program doesn't change the structure of the review
// and of the outputs.
func TestSecretsEqualToProgramWords(t *testing.T) {
	t.Parallel()
	allowed := plan.Policy{AllowDelete: true}
	documents := func(secrets ...string) (review string, out []report.Output, comment report.Marker) {
		r := &report.Run{Mode: "plan", ModeReason: "x", Plan: makePlan(t, neutralManifest, neutralLive, allowed), UIURL: "https://cloud.astronomer.io", Secrets: newRunner(secrets...).Secrets()}
		r.Plan.Redact = newRedactor(secrets...)
		if err := comment.SetPlan(r.Plan); err != nil {
			t.Fatal(err)
		}
		data, err := comment.DecodeReview()
		if err != nil {
			t.Fatal(err)
		}
		out, err = r.Outputs()
		if err != nil {
			t.Fatal(err)
		}
		return string(data), out, comment
	}
	review, out, comment := documents()
	same := func(text string, p *plan.Plan) bool {
		lines, err := p.UnreviewedChanges([]byte(text))
		return err == nil && len(lines) == 0
	}
	other := map[string]*plan.Plan{
		"a deletion":        makePlan(t, "workspaces: [{ name: qqq1, state: absent }]", neutralLive, allowed),
		"another value":     makePlan(t, "workspaces: [{ name: qqq1, description: zzz3 }]", neutralLive, allowed),
		"another field":     makePlan(t, "workspaces: [{ name: qqq1, description: zzz2, cicdEnforcedDefault: true }]", neutralLive, allowed),
		"another resource":  makePlan(t, "workspaces: [{ name: qqq6 }]", neutralLive, allowed),
		"an update instead": makePlan(t, "workspaces: [{ name: qqq3, description: zzz2 }]", neutralLive, allowed),
	}
	now := makePlan(t, neutralManifest, neutralLive, allowed)
	all := programWords(t)
	if len(all) < 200 {
		t.Fatalf("only %d words", len(all))
	}
	// Leave out words that are also part of a value in neutralManifest.
	all = slices.DeleteFunc(all, func(word string) bool { return strings.Contains("member", word) })
	for secrets := range slices.Chunk(all, 8) {
		gotReview, gotOut, gotComment := documents(secrets...)
		if gotReview != review || gotComment != comment {
			t.Errorf("one of the secrets %q: the review becomes\n%s\nfrom\n%s", secrets, gotReview, review)
		}
		if !slices.Equal(out, gotOut) {
			t.Errorf("one of the secrets %q: the outputs become\n%v\nfrom\n%v", secrets, gotOut, out)
		}
		now.Redact = newRedactor(secrets...)
		if !same(gotReview, now) {
			t.Errorf("one of the secrets %q: the plan isn't the reviewed one", secrets)
		}
		for name, p := range other {
			if p.Redact = now.Redact; same(gotReview, p) {
				t.Errorf("one of the secrets %q: %s passes as reviewed", secrets, name)
			}
		}
	}
}

// A value that contains a secret is redacted, and a redacted value never equals another
// value. The review still identifies an existing resource by its id.
func TestRedactedContentIsNotReviewed(t *testing.T) {
	t.Parallel()
	allowed := plan.Policy{AllowDelete: true}
	live := liveAnswers{"hunter2": `{"id": "c1", "name": "hunter2", "description": "a"}`}
	for name, test := range map[string]struct {
		reviewed, now string
		want          bool
	}{
		"an update of a resource with the name": {"workspaces: [{ name: hunter2, description: b }]", "workspaces: [{ name: hunter2, description: b }]", true},
		"another update":                        {"workspaces: [{ name: hunter2, description: b }]", "workspaces: [{ name: hunter2, description: c }]", false},
		"a delete":                              {"workspaces: [{ name: hunter2, state: absent }]", "workspaces: [{ name: hunter2, state: absent }]", true},
		"a delete instead of an update":         {"workspaces: [{ name: hunter2, description: b }]", "workspaces: [{ name: hunter2, state: absent }]", false},
		"a value with the secret":               {"workspaces: [{ name: hunter2, description: a hunter2 }]", "workspaces: [{ name: hunter2, description: a hunter2 }]", false},
		"stars instead of the secret":           {"workspaces: [{ name: hunter2, description: a hunter2 }]", "workspaces: [{ name: hunter2, description: a *** }]", false},
		"a new resource with the secret":        {"workspaces: [{ name: new-hunter2 }]", "workspaces: [{ name: new-hunter2 }]", false},
		"a new resource with stars":             {"workspaces: [{ name: new-hunter2 }]", "workspaces: [{ name: new-*** }]", false},
		"stars that are not a secret":           {"workspaces: [{ name: x, description: '***' }]", "workspaces: [{ name: x, description: '***' }]", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reviewed, now := makePlan(t, test.reviewed, live, allowed), makePlan(t, test.now, live, allowed)
			reviewed.Redact, now.Redact = newRedactor("hunter2"), newRedactor("hunter2")
			review, err := reviewed.Review()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(review), "hunter2") {
				t.Errorf("the review shows the secret: %s", review)
			}
			lines, err := now.UnreviewedChanges(review)
			if err != nil || (len(lines) == 0) != test.want {
				t.Errorf("%v, %q", err, lines)
			}
			digest, err := reviewed.Digest()
			if err != nil {
				t.Fatal(err)
			}
			matches, err := now.MatchesDigest(digest)
			if err != nil || matches && !test.want {
				t.Errorf("%v, the digest matches: %v", err, matches)
			}
		})
	}
}

// Code spans inside of a secret of several words don't hide it from redaction.
func TestSecretOfSeveralWords(t *testing.T) {
	t.Parallel()
	const secret = "correct horse@battery staple"
	r := &report.Run{Mode: "plan", ModeReason: secret, Name: secret, Secrets: &redact.Secrets{}}
	r.Secrets.Add(secret)
	r.Problems = []schema.Problem{problemAt(2, "the value is "+secret, true)}
	r.Plan = makePlan(t, "workspaces: [{ name: data, description: "+secret+" }]", nil, plan.Policy{})
	comment, err := r.Comment(report.Marker{}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{r.Summary(), comment} {
		if text = r.Secrets.Redact(text).String(); strings.Contains(text, "horse") || !strings.Contains(text, "the value is") {
			t.Errorf("a part of the secret is visible, or the message is missing:\n%s", text)
		}
	}
}
