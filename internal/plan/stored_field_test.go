package plan_test

import (
	"testing"

	"astro-apply/internal/plan"
)

// The live Deployment is what Astro returns after the declared fields were written.
func TestStorageWarnings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		members     string
		allowDelete bool
		want        []string
	}{
		"as written":       {"description: old, contactEmails: [A@Example.com, b@example.com], resourceQuotaCpu: '10.0'", false, nil},
		"not comparable":   {"environmentVariables: [{ key: A }, { key: S, value: s3cret, isSecret: true }]", false, nil},
		"another spelling": {"description: OLD", false, []string{`description: Astro stores "old" where "OLD" was written, so every run writes it again; declare what Astro stores`}},
		"with a secret that was written along": {
			"description: OLD, environmentVariables: [{ key: A }, { key: S, value: s3cret }]", false,
			[]string{`description: Astro stores "old" where "OLD" was written, so every run writes it again; declare what Astro stores`},
		},
		"not returned": {
			"isDevelopmentMode: true", false,
			[]string{`isDevelopmentMode: Astro doesn't return true after it was written, so every run writes it again; declare what Astro stores, or remove the field from the manifest`},
		},
		"not removed": {
			"contactEmails: [a@example.com]", true,
			[]string{`contactEmails: Astro still returns "b@example.com" after it was removed, so every run removes it again; declare it, or remove it in the Astro UI`},
		},
		"kept on purpose": {"contactEmails: [a@example.com]", false, nil},
		"an item": {
			"contactEmails: [a@example.com, c@example.com]", false,
			[]string{`contactEmails: Astro stores "b@example.com" where "c@example.com" was written, so every run writes it again; declare what Astro stores`},
		},
		"an item, removals allowed": {
			"contactEmails: [a@example.com, c@example.com]", true,
			[]string{`contactEmails: Astro stores "b@example.com" where "c@example.com" was written, so every run writes it again; declare what Astro stores`},
		},
		"several items": {
			"contactEmails: [c@example.com, d@example.com]", false,
			[]string{`contactEmails: Astro stores ["a@example.com", "b@example.com"] where ["c@example.com", "d@example.com"] was written, so every run writes it again; declare what Astro stores`},
		},
		"a key": {
			"environmentVariables: [{ key: a, value: '1' }, { key: S }]", true,
			[]string{`environmentVariables: Astro stores {key: "A", value: "1", isSecret: false} where {key: "a", value: "1", isSecret: false} was written, so every run writes it again; declare what Astro stores`},
		},
		"two fields": {
			"description: OLD, environmentVariables: [{ key: A, value: x }, { key: S }]", false,
			[]string{
				`description: Astro stores "old" where "OLD" was written, so every run writes it again; declare what Astro stores`,
				`environmentVariables[A].value: Astro stores "1" where "x" was written, so every run writes it again; declare what Astro stores`,
			},
		},
		"a secret": {
			"description: '${secret:X}', contactEmails: ['${secret:X}@example.com', a@example.com]", false,
			[]string{
				`description: Astro stores *** where *** was written, so every run writes it again; declare what Astro stores`,
				`contactEmails: Astro stores *** where *** was written, so every run writes it again; declare what Astro stores`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := declareManifest(t, "deployments: [{ name: one, workspaceId: cworkspace000000000000001, "+test.members+" }]").Resources[0]
			var got []string
			for _, w := range plan.StorageWarnings(o, newLive(t, o, dedicatedJSON), plan.Policy{AllowDelete: test.allowDelete, WriteSecrets: true}) {
				got = append(got, w.Message)
				if !w.Warning || !w.Pos.IsKnown() {
					t.Errorf("no warning with a place: %+v", w)
				}
			}
			assertEqual(t, "warnings", test.want, got)
		})
	}
}
