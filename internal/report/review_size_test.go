package report_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"astro-apply/internal/plan"
	"astro-apply/internal/report"
)

// A plan that is too large for the comment leaves its digest, and room for what
// people read.
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
		t.Errorf("%v, a plan of %d bytes is kept", err, len(m.Plan))
	}
	if matches, err := r.Plan.MatchesDigest(m.Digest); err != nil || !matches {
		t.Errorf("%v, the digest matches: %t", err, matches)
	}
	if body, err := r.Comment(m, ""); err != nil || !strings.Contains(body, "800 to create") {
		t.Errorf("%v, the comment is %s", err, body)
	}
}

// What decompresses to more than any plan has is not read to its end.
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
	assertEqual(t, "error", "plan in the comment: larger than 16 MiB", fmt.Sprint(err))
}
