package plan_test

import (
	"strings"
	"testing"

	"astro-apply/internal/plan"
)

// A secret in a key or a number can't be replaced alone, so the whole value is redacted.
// Such a plan never counts as reviewed.
func TestSecretsInKeysAndNumbers(t *testing.T) {
	t.Parallel()
	const (
		object = "environmentObjects: [{ objectType: CONNECTION, objectKey: db, workspaceId: cworkspace000000000000001, connection: { type: postgres, host: h, extra: %s } }]"
		export = "environmentObjects: [{ objectType: METRICS_EXPORT, objectKey: m, workspaceId: cworkspace000000000000001, metricsExport: { endpoint: 'https://x', exporterType: PROMETHEUS, headers: %s } }]"
		other  = "deployments: [{ name: etl, workspaceId: cworkspace000000000000001, type: STANDARD, environmentVariables: [%s] }]"
	)
	for name, test := range map[string]struct{ manifest, value, secret string }{
		"a key of a mapping":        {object, "{ SECRET: 1 }", "hunter2hunter2"},
		"a part of a key":           {object, "{ a-SECRET-b: { c: 1 } }", "hunter2hunter2"},
		"a key in a list":           {object, "{ a: [{ b: { SECRET: 1 } }] }", "hunter2hunter2"},
		"a key of a secret mapping": {export, "{ SECRET: x }", "hunter2hunter2"},
		"a number":                  {object, "{ a: SECRET }", "12345678"},
		"a number in a list":        {object, "{ a: [1, SECRET] }", "12345678"},
		"the key of a list item":    {other, "{ key: SECRET, value: x }", "hunter2hunter2"},
		"a key with separators":     {other, "{ key: SECRET, value: x }", "x.description.y"},
		"a key with brackets":       {other, "{ key: 'SECRET', value: x }", "x[name]y"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(test.manifest, "%s", strings.ReplaceAll(test.value, "SECRET", test.secret), 1)
			p := planByName(t, text, nil, plan.Policy{})
			p.Redact = func(text string) string { return strings.ReplaceAll(text, test.secret, "***") }
			review, err := p.Review()
			if err != nil {
				t.Fatal(err)
			}
			document, err := p.JSON(1 << 20)
			if err != nil {
				t.Fatal(err)
			}
			for _, shown := range []string{string(review), string(document)} {
				if strings.Contains(shown, test.secret) || !strings.Contains(shown, "***") {
					t.Errorf("shows %q: %s", test.secret, shown)
				}
			}
			lines, err := p.UnreviewedChanges(review)
			if err != nil || len(lines) < 2 || !strings.Contains(lines[len(lines)-1], "so it can't be compared") {
				t.Errorf("%v, counts as reviewed: %q", err, lines)
			}
			starred := planByName(t, strings.NewReplacer("'"+test.secret+"'", "'***'", test.secret, "'***'").Replace(text), nil, plan.Policy{})
			if lines, err := starred.UnreviewedChanges(review); err != nil || len(lines) == 0 {
				t.Errorf("%v, the redaction mark equals the secret", err)
			}
			digest, err := p.Digest()
			if err != nil {
				t.Fatal(err)
			}
			if matches, err := p.MatchesDigest(digest); err != nil || matches {
				t.Errorf("%v, the digest matches: %t", err, matches)
			}
		})
	}
}

// A short number and the name of a field are never redacted: they reveal nothing, and a
// plan with a redacted value can't be reviewed.
func TestShortNumbersAreNoSecrets(t *testing.T) {
	t.Parallel()
	p := planByName(t, "environmentObjects: [{ objectType: CONNECTION, objectKey: db, workspaceId: cworkspace000000000000001, connection: { type: postgres, port: 5432, extra: { description: 12345 } } }]", nil, plan.Policy{})
	p.Redact = strings.NewReplacer("5432", "***", "12345", "***", "description", "***").Replace
	review, err := p.Review()
	if err != nil {
		t.Fatal(err)
	}
	if lines, err := p.UnreviewedChanges(review); err != nil || len(lines) != 0 {
		t.Errorf("%v, %q in %s", err, lines, review)
	}
}
