package report_test

import (
	"fmt"
	"strings"
	"testing"

	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/testkit"
)

func driftRun(t testing.TB) *report.Run {
	t.Helper()
	r := plannedRun(t, plan.Policy{})
	r.Mode, r.FailOnDrift = "drift", true
	return r
}

// The issue about drift shows the drifted resources only, and names nobody if it is public.
func TestDriftIssue(t *testing.T) {
	t.Parallel()
	m := report.Marker{Kind: report.DriftMarker, Manifest: "--> <b>", Head: "1a2b3c4d5e6f"}
	for file, hidden := range map[string]bool{"drift_issue.md": false, "drift_issue_public.md": true} {
		r := driftRun(t)
		r.HideAuthors = hidden
		digest, err := r.DriftDigest()
		if err != nil || digest == "" {
			t.Fatalf("digest %q, %v", digest, err)
		}
		m.Digest = digest
		body, err := r.DriftIssue(m, runURL)
		if err != nil {
			t.Fatal(err)
		}
		_, visible, _ := strings.Cut(body, "\n")
		checkGolden(t, file, visible)
		checkMarkdown(t, strings.ReplaceAll(visible, "("+runURL+")", ""))
		if strings.Contains(body, fixtureSecret) || strings.Contains(visible, "settled") {
			t.Error("the issue contains a secret or an unchanged resource")
		}
		if strings.Contains(body, "Jane Doe") == hidden || strings.Contains(r.DriftChange(runURL), "Jane Doe") {
			t.Errorf("%s: the author of a change is named in %s", file, body)
		}
		if got, ok := report.ParseMarker(report.DriftMarker, body); !ok || got != m {
			t.Errorf("marker %+v, %v", got, ok)
		}
		ended, err := report.EndDrift(strings.ReplaceAll(body, "\n", "\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		got, _ := report.ParseMarker(report.DriftMarker, ended)
		testkit.AssertEqual(t, "digest after the end", "", got.Digest)
		if !got.MarksSameComment(m) || strings.Count(ended, "-->") != 1 || !strings.Contains(ended, "`my_deployment`") {
			t.Errorf("issue after the end: %s", ended)
		}
	}
	testkit.AssertEqual(t, "title", "Astro drift: production (astro.yaml)", driftRun(t).DriftIssueTitle())
}

// The digest depends on which resources have drifted, not on how.
func TestDriftDigest(t *testing.T) {
	t.Parallel()
	digest := func(manifest string, live liveAnswers) string {
		r := &report.Run{Mode: "drift", Plan: makePlan(t, manifest, live, plan.Policy{})}
		text, err := r.DriftDigest()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	const manifest = "workspaces: [{ name: a, description: x }, { name: b, description: x }]"
	live := func(a, b string) liveAnswers {
		return liveAnswers{
			"a": fmt.Sprintf(`{"id": "cworkspace000000000000001", "name": "a", "description": %q}`, a),
			"b": fmt.Sprintf(`{"id": "cworkspace000000000000002", "name": "b", "description": %q}`, b),
		}
	}
	one := digest(manifest, live("y", "x"))
	testkit.AssertEqual(t, "no drift", "", digest(manifest, live("x", "x")))
	testkit.AssertEqual(t, "another difference", one, digest(manifest, live("z", "x")))
	if two := digest(manifest, live("y", "y")); two == one || digest(manifest, live("x", "y")) == one {
		t.Error("other resources have the same digest")
	}
}

// An issue about many resources fits into GitHub's limit.
func TestDriftIssueLimit(t *testing.T) {
	t.Parallel()
	r := &report.Run{Mode: "drift", Plan: makePlan(t, manyWorkspaces(3000), nil, plan.Policy{})}
	body, err := r.DriftIssue(report.Marker{Kind: report.DriftMarker}, runURL)
	if err != nil || len(body) > 60000 || !strings.Contains(body, "More resources have drifted.") || !strings.HasSuffix(body, ".\n") {
		t.Errorf("%v, %d bytes", err, len(body))
	}
	if change := r.DriftChange(runURL); len(change) > 60000 || !strings.Contains(change, "more; see the log") {
		t.Errorf("%d bytes", len(change))
	}
}
