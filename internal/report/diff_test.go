package report_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
	"astro-apply/internal/redact"
	"astro-apply/internal/report"
	"astro-apply/internal/schema"
)

const truncatedSecret = "hunter2-correct-18"

// runWithFields returns a run with one resource whose fields change.
func runWithFields(fields ...plan.Field) *report.Run {
	res := &desired.Resource{Kind: kind.All().KindOfSection("workspaces"), Body: &schema.Node{Form: schema.Map}}
	r := &report.Run{Mode: "plan", Secrets: &redact.Secrets{}, Plan: &plan.Plan{Changes: []*plan.Change{{Resource: res, Action: plan.Update, Diff: plan.Diff{Fields: fields}}}}}
	r.Secrets.Add(truncatedSecret)
	return r
}

// allTexts returns all texts that show values.
func allTexts(r *report.Run) string {
	drift := *r
	drift.Mode = "drift"
	return r.PlanText() + r.Summary() + drift.PlanText() + drift.Summary()
}

// If a value is cut inside a secret, no part of the secret is visible.
func TestValuesAreTruncatedWithoutSecrets(t *testing.T) {
	t.Parallel()
	for before := 40; before < 140; before++ {
		text := strings.Repeat("x", before) + truncatedSecret + strings.Repeat("y", 200)
		other := &schema.Node{Form: schema.List, Items: []*schema.Node{schema.String(text + "z")}}
		got := allTexts(runWithFields(
			plan.Field{Path: "a", Label: "a", New: schema.String(text)},
			plan.Field{Path: "b", Label: "b", Old: schema.String(text), New: other},
			plan.Field{Path: "c", Label: "c", Old: schema.String(text), New: schema.String(strings.Repeat("x", before) + truncatedSecret)},
		))
		if strings.Contains(got, "hun") || strings.Contains(got, "-18") {
			t.Fatalf("%d before:\n%s", before, got)
		}
	}
}

// named returns a reference to a resource with the name etl.
func named(id string) *schema.Node {
	return &schema.Node{Form: schema.Text, Text: id, DisplayName: "etl"}
}

// Shortened values that differ look different.
func TestValuesAreTruncatedAroundDifference(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("abcdefghi ", 30)
	for name, test := range map[string]struct {
		fields []plan.Field
		want   []string
	}{
		"a change":     {[]plan.Field{{Path: "d", Label: "d", Old: schema.String(long + "old end"), New: schema.String(long + "new end")}}, []string{"~ d:\n", `  …abcdefghi`, `ghi old end"`, `→ …`, `ghi new end"`}},
		"a set":        {[]plan.Field{{Path: "d", Label: "d", New: schema.String(long + "one")}, {Path: "d", Label: "d", New: schema.String(long + "two")}}, []string{`ghi one"`, `ghi two"`}},
		"one name":     {[]plan.Field{{Path: "d", Label: "d", Old: named("c1")}, {Path: "d", Label: "d", New: named("c2")}}, []string{`- d: "etl" (c1)`, `+ d: "etl" (c2)`}},
		"a secret":     {[]plan.Field{{Path: "d", Label: "d", Old: schema.String("u:" + truncatedSecret + "@h"), New: schema.String("u:***@h")}}, []string{`"u:***@h" → "u:***@h" (differs only in a secret)`}},
		"both secrets": {[]plan.Field{{Path: "d", Label: "d", Old: schema.RedactedNode(), New: schema.RedactedNode()}}, []string{"*** → ***\n"}},
		"a new one":    {[]plan.Field{{Path: "d", Label: "d", New: schema.String(long + long)}}, []string{`+ d: "abcdefghi `, "…"}},
	} {
		got := runWithFields(test.fields...).PlanText()
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", name, want, got)
			}
		}
	}
}

// Two values that differ anywhere are displayed differently, or with the reason why not.
func TestDifferentValuesLookDifferent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(0, 600, 2400)
		before, after := text.Draw(t, "before"), text.Draw(t, "after")
		if rapid.Bool().Draw(t, "similar") && len(before) > 0 {
			at := rapid.IntRange(0, len([]rune(before))-1).Draw(t, "at")
			after = string([]rune(before)[:at]) + "§" + string([]rune(before)[at+1:])
		}
		if strings.ToValidUTF8(before, "") == strings.ToValidUTF8(after, "") {
			t.Skip("equal")
		}
		show := func(value string) string {
			other := before
			if value == before {
				other = after
			}
			return runWithFields(plan.Field{Path: "d", Label: "d", Old: schema.String(value), New: schema.String(other)}).PlanText()
		}
		if there, back := show(before), show(after); there == back {
			t.Fatalf("%q and %q both look like\n%s", before, after, there)
		}
	})
}

// The declared fields of a new resource are shown, also with the value that is the default.
func TestDeclaredDefaultsAreShown(t *testing.T) {
	t.Parallel()
	r := &report.Run{Mode: "plan", Plan: makePlan(t, `deployments:
  - { name: a, workspaceId: cworkspace000000000000001, type: STANDARD, executor: ASTRO, isDevelopmentMode: false, contactEmails: [], description: "" }
`, nil, plan.Policy{})}
	got := r.PlanText()
	for _, want := range []string{"+ isDevelopmentMode: false\n", "+ contactEmails: []\n", "+ description: \"\"\n"} {
		if strings.Count(got, want) != 1 {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "isHighAvailability") {
		t.Errorf("an undeclared field is shown:\n%s", got)
	}
}

// A new item has the names of references that the manifest uses.
func TestReferencesInNewItems(t *testing.T) {
	t.Parallel()
	r := &report.Run{Mode: "plan", Plan: makePlan(t, `workspaces: [{ name: data }]
teams: [{ name: t, workspaceRoles: [{ workspace: data, role: WORKSPACE_MEMBER }] }]
`, nil, plan.Policy{})}
	want := "    + workspaceRoles[Workspace \"data\"]\n        + workspace: Workspace \"data\"\n        + role: \"WORKSPACE_MEMBER\"\n"
	if got := r.PlanText(); !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}
