package plan_test

import (
	"testing"

	"astro-apply/internal/desired"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// A secret value that the manifest repeats in other secrets is redacted once. A value
// that the manifest shows elsewhere is not redacted.
func TestRepeatedAndPublicSecrets(t *testing.T) {
	t.Parallel()
	d := compareDeployment(t, "description: open-text, environmentVariables: [{ key: A, value: '1' }, { key: S, value: open-text }]", dedicatedJSON, plan.Policy{WriteSecrets: true})
	other := compareDeployment(t, "environmentVariables: [{ key: A, value: '1' }, { key: S, value: hunter2hunter2 }, { key: T, value: hunter2hunter2, isSecret: true }]", dedicatedJSON, plan.Policy{WriteSecrets: true})
	testkit.AssertEqual(t, "a repeated secret", []string{"hunter2hunter2"}, desired.SensitiveTexts(nil, other.NewlySensitive))
	testkit.AssertEqual(t, "secrets", 1, len(d.NewlySensitive))
	manifest := []*schema.Node{schema.String("open-text")}
	testkit.AssertEqual(t, "a value in the manifest", []string(nil), desired.SensitiveTexts(manifest, d.NewlySensitive))
}
