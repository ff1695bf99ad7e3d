package report_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"astro-apply/internal/github"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/testkit"
)

const runURL = "https://github.com/acme/data/actions/runs/42"

// A comment shows the summary, and its hidden marker holds the plan for a later run.
func TestComment(t *testing.T) {
	t.Parallel()
	r := plannedRun(t, plan.Policy{})
	m := report.Marker{Workflow: "astro.yml", Manifest: "astro.yaml --> <b>", Head: "f00d"}
	if err := m.SetPlan(r.Plan); err != nil {
		t.Fatal(err)
	}
	body, err := r.Comment(m, runURL)
	if err != nil {
		t.Fatal(err)
	}
	marker, visible, _ := strings.Cut(body, "\n")
	checkGolden(t, "comment.md", visible)
	checkMarkdown(t, strings.ReplaceAll(visible, "("+runURL+")", ""))
	if strings.Count(marker, ">") != 1 {
		t.Errorf("a value ends the HTML comment of the marker: %q", marker)
	}
	for _, text := range []string{body, body + "<!-- astro-apply {} -->", strings.ReplaceAll(body, "\n", "\r\n")} {
		got, ok := report.ParseMarker(report.PlanMarker, text)
		testkit.AssertEqual(t, "marker", m, got)
		testkit.AssertEqual(t, "marker found", true, ok)
	}
	for _, text := range []string{"", "hello", " " + body, "> " + body, "<!-- astro-apply {", "<!-- astro-apply x -->"} {
		if _, ok := report.ParseMarker(report.PlanMarker, text); ok {
			t.Errorf("%.30q is a marker", text)
		}
	}
	review, err := m.DecodeReview()
	if err != nil {
		t.Fatal(err)
	}
	want, err := r.Plan.Review()
	if err != nil {
		t.Fatal(err)
	}
	testkit.AssertEqual(t, "plan", string(want), string(review))
	if strings.Contains(body, fixtureSecret) || strings.Contains(string(review), fixtureSecret) {
		t.Error("the comment contains a secret")
	}
	m.Digest = strings.Repeat("0", 64)
	if _, err := m.DecodeReview(); err == nil {
		t.Error("DecodeReview accepts a plan that doesn't match the digest")
	}
}

// A comment is never longer than GitHub's limit, and it links to the complete text.
func TestCommentLimit(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*report.Run{
		"many changes":  {Mode: "plan", Plan: makePlan(t, manyWorkspaces(4000), nil, plan.Policy{})},
		"many failures": fortyFailures(t, "/x", strings.Repeat("wrong \u00e9 ", 2000)),
		"a few":         plannedRun(t, plan.Policy{}),
		"one huge":      {Mode: "plan", Plan: makePlan(t, fmt.Sprintf("workspaces: [{ name: a, description: %s }, { name: b }]", strings.Repeat("x", 70000)), nil, plan.Policy{})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := report.Marker{Workflow: "astro.yml"}
			if err := m.SetPlan(r.Plan); err != nil {
				t.Fatal(err)
			}
			body, err := r.Comment(m, runURL)
			if err != nil {
				t.Fatal(err)
			}
			if n := utf8.RuneCountInString(body); n > github.CommentLimit {
				t.Errorf("%d characters", n)
			}
			_, visible, _ := strings.Cut(body, "\n")
			checkMarkdown(t, strings.ReplaceAll(visible, "("+runURL+")", ""))
			testkit.AssertEqual(t, "a list is shortened", name == "many failures", strings.Contains(body, " more; see the log\n"))
			testkit.AssertEqual(t, "blocks are left out", name == "many changes", strings.Contains(body, "> This text is too long for GitHub. It omits notices, links and all details but removals. The complete text is in the log and the summary of [the run]("+runURL+")."))
			if !strings.Contains(body, github.EscapeMarkdown(r.ResultLine())) || !strings.HasSuffix(body, ") has the log.\n") {
				t.Error("the result or the link to the run is missing")
			}
		})
	}
}

// The marker keeps only the digest of a plan that is too large, so that the comment has
// room for the visible text.
func TestReviewTooLargeForComment(t *testing.T) {
	t.Parallel()
	var manifest strings.Builder
	manifest.WriteString("workspaces:\n")
	for i := range 800 {
		fmt.Fprintf(&manifest, "  - { name: w%d, description: %x }\n", i, sha256.Sum256([]byte{byte(i), byte(i >> 8)}))
	}
	r := &report.Run{Mode: "plan", ModeReason: "x", Plan: makePlan(t, manifest.String(), nil, plan.Policy{})}
	var m report.Marker
	if err := m.SetPlan(r.Plan); err != nil {
		t.Fatal(err)
	}
	review, err := m.DecodeReview()
	if err != nil || review != nil || m.Plan != "" {
		t.Errorf("%v, the marker has a plan of %d bytes", err, len(m.Plan))
	}
	if matches, err := r.Plan.MatchesDigest(m.Digest); err != nil || !matches {
		t.Errorf("%v, the digest matches: %t", err, matches)
	}
	if body, err := r.Comment(m, ""); err != nil || !strings.Contains(body, "800 to create") {
		t.Errorf("%v, the comment is %s", err, body)
	}
}

// DecodeReview stops decompressing at the limit, so a manipulated comment can't exhaust
// the memory.
func TestReviewDecompressionLimit(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(make([]byte, 16<<20+1)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = report.Marker{Plan: base64.StdEncoding.EncodeToString(b.Bytes())}.DecodeReview()
	testkit.AssertEqual(t, "error", "plan in the comment: must be at most 16 MiB", fmt.Sprint(err))
}
