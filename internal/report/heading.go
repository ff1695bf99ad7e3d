package report

import (
	"cmp"
	"fmt"
	"strings"

	"astro-apply/internal/github"
)

// maxHeadingFiles is the number of manifest files in a heading.
const maxHeadingFiles = 3

// heading returns what the run does and with which manifest, as text without escapes:
// "Astro plan: production (astro.yaml)".
func (r *Run) heading() string {
	files := r.Files
	if len(files) > maxHeadingFiles {
		files = append(files[:maxHeadingFiles:maxHeadingFiles], fmt.Sprintf("%d more", len(r.Files)-maxHeadingFiles))
	}
	manifest := strings.Join(files, ", ")
	if r.InlineManifest {
		manifest = "input manifest"
	}
	subject := cmp.Or(r.Name, manifest)
	if r.Name != "" && manifest != "" {
		subject += " (" + manifest + ")"
	}
	if r.Mode == "" {
		return "Astro: not started"
	}
	return "Astro " + string(r.Mode) + prefixedText(": ", subject)
}

// headingMarkdown returns the heading of the summary and of a comment. A sign shows a
// failure, so that readers find it among the headings of many jobs.
func (r *Run) headingMarkdown() string {
	sign := ""
	if r.HasFailed() {
		sign = "❌ "
	}
	return "### " + sign + github.EscapeMarkdown(r.redact(r.heading())) + "\n\n"
}
