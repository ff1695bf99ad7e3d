package plan_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"astro-apply/internal/desired"
	"astro-apply/internal/plan"
	"astro-apply/internal/testkit"
)

func planJSON(t testing.TB, p *plan.Plan) string {
	t.Helper()
	data, err := p.JSON(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func planDigest(t testing.TB, manifest string, policy plan.Policy) string {
	t.Helper()
	d := declareManifest(t, manifest)
	out, err := plan.Make("corg", newCurrent(t, d, map[string]string{"one": dedicatedJSON}), policy).Digest()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const mixedManifest = `
workspaces:
  - { name: same }
  - { name: unreadable }
  - { name: new }
deployments:
  - name: one
    workspace: same
    astroRuntimeVersion: 9.9.9
    description: new
    environmentVariables:
      - { key: A, value: 'two' }
      - { key: S, value: s3cret, isSecret: true }
    contactEmails: [b@example.com]
  - { name: next, workspace: new, type: STANDARD }
`

func TestJSON(t *testing.T) {
	t.Parallel()
	d := declareManifest(t, mixedManifest)
	w := newCurrent(t, d, map[string]string{"one": dedicatedJSON, "same": `{"id": "cworkspace000000000000001", "name": "same"}`})
	w.Errs[d.Resources[1]] = errors.New("workspaces: 403 Forbidden")
	p := plan.Make("corg", w, plan.Policy{})
	got := planJSON(t, p)
	want := `{"version":1,"organizationId":"corg","unchanged":1,"changes":[` +
		`{"kind":"workspace","name":"unreadable","action":"unknown","problem":"workspaces: 403 Forbidden"},` +
		`{"kind":"workspace","name":"new","action":"create","fields":[{"path":"name","new":"new"}]},` +
		`{"kind":"deployment","name":"one","id":"cdeployment00000000000001","parent":"cworkspace000000000000001","action":"update","fields":[` +
		`{"path":"description","old":"old","new":"new"},` +
		`{"path":"environmentVariables[A].value","old":"1","new":"two"},` +
		`{"path":"environmentVariables[S].value","new":"***","unverified":true}],` +
		`"kept":[{"path":"contactEmails","old":"a@example.com"}],` +
		`"notes":["astroRuntimeVersion is \"3.1-2\" in Astro and \"9.9.9\" in the manifest: it is only set when the Deployment is created; later, deploying an image changes it",` +
		`"contactEmails: a@example.com exists in Astro but not in the manifest; kept (set allow-delete: true to allow the removal)"]},` +
		`{"kind":"deployment","name":"next","action":"create","fields":[` +
		`{"path":"type","new":"STANDARD"},{"path":"name","new":"next"},{"path":"workspaceId","new":"(id of Workspace \"new\")"}]}]}`
	testkit.AssertEqual(t, "JSON", want, got)
	brief, err := p.JSON(0)
	testkit.AssertEqual(t, "error", nil, err)
	testkit.AssertEqual(t, "in brief", `{"version":1,"organizationId":"corg","unchanged":1,"brief":true,"changes":[`+
		`{"kind":"workspace","name":"unreadable","action":"unknown","problem":"workspaces: 403 Forbidden"},`+
		`{"kind":"workspace","name":"new","action":"create"},`+
		`{"kind":"deployment","name":"one","id":"cdeployment00000000000001","parent":"cworkspace000000000000001","action":"update"},`+
		`{"kind":"deployment","name":"next","action":"create"}]}`, string(brief))
	if plan.JSONVersion != 1 {
		t.Error("the version changed: update the expected JSON")
	}
}

// The JSON contains kept items of an unchanged resource.
func TestJSONOfKeptItems(t *testing.T) {
	t.Parallel()
	d := declareManifest(t, "deployments: [{ name: one, workspaceId: cworkspace000000000000001, contactEmails: [b@example.com] }]")
	got := planJSON(t, plan.Make("corg", newCurrent(t, d, map[string]string{"one": dedicatedJSON}), plan.Policy{}))
	if !strings.Contains(got, `"unchanged":1`) || !strings.Contains(got, `"action":"unchanged","kept":[{"path":"contactEmails","old":"a@example.com"}]`) {
		t.Error(got)
	}
	empty := planJSON(t, plan.Make("corg", newCurrent(t, &desired.State{}, nil), plan.Policy{}))
	testkit.AssertEqual(t, "an empty plan", `{"version":1,"organizationId":"corg","unchanged":0,"changes":[]}`, empty)
}

func TestDigest(t *testing.T) {
	t.Parallel()
	const base = "deployments: [{ name: one, workspaceId: cworkspace000000000000001, description: new, environmentVariables: [{ key: A, value: x }, { key: S, value: s1, isSecret: true }] }]"
	first := planDigest(t, base, plan.Policy{})
	if len(first) != 64 || strings.Trim(first, "0123456789abcdef") != "" {
		t.Errorf("digest %q", first)
	}
	for name, test := range map[string]struct {
		from, to string
		same     bool
	}{
		"the same plan":         {"", "", true},
		"order of keys":         {"name: one, workspaceId: cworkspace000000000000001, description: new", "description: 'new', workspaceId: cworkspace000000000000001, name: one", true},
		"order of variables":    {"{ key: A, value: x }, { key: S, value: s1, isSecret: true }", "{ isSecret: true, key: S, value: s1 }, { value: x, key: A }", false},
		"another secret":        {"s1", "s2", true},
		"another value":         {"value: x", "value: z", false},
		"another description":   {"description: new", "description: newer", false},
		"fewer changes":         {"description: new", "description: old", false},
		"another secret's name": {"key: S", "key: T", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := planDigest(t, strings.Replace(base, test.from, test.to, 1), plan.Policy{}) == first; got != test.same {
				t.Errorf("same digest: %t, want %t", got, test.same)
			}
		})
	}
}

// The value of a secret variable is in no JSON, problem or note of a plan, whether the
// manifest or Astro marks the variable as secret.
func TestNoSecretIsShown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		secret := "s3cret-" + rapid.StringMatching(`[a-z0-9"\\]{8}`).Draw(rt, "secret")
		quoted, _ := json.Marshal(secret)
		variable := rapid.SampledFrom([]string{
			`{ key: S, isSecret: true, value: ` + string(quoted) + ` }`,
			`{ key: S, value: ` + string(quoted) + ` }`,
			`{ key: A, isSecret: true, value: ` + string(quoted) + ` }`,
			`{ key: NEW, isSecret: true, value: ` + string(quoted) + ` }`,
		}).Draw(rt, "variable")
		members := rapid.SampledFrom([]string{"", "description: new, ", "type: STANDARD, ", "executor: ASTRO, "}).Draw(rt, "other")
		d := declareManifest(t, "deployments: [{ name: one, workspaceId: cworkspace000000000000001, "+members+"environmentVariables: ["+variable+"] }]")
		answers := map[string]string{"one": dedicatedJSON}
		if rapid.Bool().Draw(rt, "new") && !strings.Contains(variable, "{ key: S, value") {
			answers = nil
		}
		policy := plan.Policy{AllowDelete: rapid.Bool().Draw(rt, "delete"), WriteSecrets: rapid.Bool().Draw(rt, "write")}
		p := plan.Make("corg", newCurrent(t, d, answers), policy)
		all := planJSON(t, p) + strings.Join(messagesOf(p.Problems), "\n")
		for _, c := range p.Changes {
			all += strings.Join(describeFields(c.Fields), "\n") + strings.Join(describeFields(c.Kept), "\n") + strings.Join(c.NotComparable, "\n")
		}
		if strings.Contains(all, secret) || strings.Contains(all, string(quoted[1:len(quoted)-1])) {
			rt.Fatalf("secret %q in %s", secret, all)
		}
	})
}
