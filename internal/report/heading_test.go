package report_test

import (
	"strings"
	"testing"

	"astro-apply/internal/report"
	"astro-apply/internal/testkit"
)

func TestHeading(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		run  report.Run
		want string
	}{
		{report.Run{}, "Astro: not started"},
		{report.Run{Mode: "plan"}, "Astro plan"},
		{report.Run{Mode: "plan", Files: []string{"astro.yaml"}}, "Astro plan: astro.yaml"},
		{report.Run{Mode: "apply", Name: "eu (blue)", Files: []string{"astro.yaml"}}, "Astro apply: eu (blue) (astro.yaml)"},
		{report.Run{Mode: "drift", InlineManifest: true}, "Astro drift: input manifest"},
		{report.Run{Mode: "plan", Files: []string{"a", "b", "c"}}, "Astro plan: a, b, c"},
		{report.Run{Mode: "plan", Files: []string{"a", "b", "c", "d", "e"}}, "Astro plan: a, b, c, 2 more"},
		{report.Run{Mode: "plan", Name: "a_b_", Files: []string{"x/*.yaml # x"}}, `Astro plan: a\_b\_ (x/\*.yaml # x)`},
		{report.Run{Mode: "export", Name: "production"}, "Astro export: production"},
	} {
		heading, _, _ := strings.Cut(tt.run.Summary(), "\n")
		testkit.AssertEqual(t, "heading", "### "+tt.want, heading)
	}
}
