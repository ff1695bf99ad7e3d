package report_test

import (
	"strings"
	"testing"

	"astro-apply/internal/report"
)

// The comment with the result has the errors or the counts, and a marker that is not the
// marker of a plan.
func TestResultComment(t *testing.T) {
	t.Parallel()
	for file, r := range map[string]*report.Run{
		"result_failed.md": appliedRun(t), "result_applied.md": firstApplyRun(t),
		"result_many.md": fortyFailures(t, "/x", "wrong"),
	} {
		if file == "result_applied.md" {
			r.TargetCount = 1
		}
		m := report.Marker{
			Kind: report.ResultMarker, Workflow: "astro.yml", Manifest: "--> <b>", Head: "1a2b3c4d5e6f", Run: "42/1", Failed: r.HasFailed(),
		}
		body, err := r.ResultComment(m, runURL)
		if err != nil {
			t.Fatal(err)
		}
		_, visible, _ := strings.Cut(body, "\n")
		checkGolden(t, file, visible)
		checkMarkdown(t, strings.ReplaceAll(visible, "("+runURL+")", ""))
		if got, ok := report.ParseMarker(report.ResultMarker, body); !ok || got != m {
			t.Errorf("%s: marker %+v, %v", file, got, ok)
		}
		if _, ok := report.ParseMarker(report.PlanMarker, body); ok {
			t.Errorf("%s has the marker of a plan", file)
		}
		if strings.Contains(body, fixtureSecret) {
			t.Errorf("%s contains a secret", file)
		}
	}
}

// A result with many errors fits into a comment.
func TestResultCommentLimit(t *testing.T) {
	t.Parallel()
	r := fortyFailures(t, "/x", strings.Repeat("wrong \u00e9 ", 2000))
	body, err := r.ResultComment(report.Marker{Kind: report.ResultMarker}, runURL)
	isCut := strings.Contains(body, "40 of 40 changes failed") && strings.Contains(body, "more; see the log")
	if err != nil || len(body) > 60000 || !isCut {
		t.Errorf("%v, %d bytes: %.300s", err, len(body), body)
	}
}
