package app_test

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	fencedBlock     = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	codeSpan        = regexp.MustCompile("`[^`\n]*`")
	markdownLink    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	markdownHeading = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *#*$`)

	anchorDropped = regexp.MustCompile(`[^\p{L}\p{N}_ -]`) // characters that GitHub removes from headings in anchors
)

// TestLinks checks that every relative link in the Markdown files leads to a file, and
// its fragment to a heading.
func TestLinks(t *testing.T) {
	t.Parallel()
	var files []string
	for _, pattern := range []string{"*.md", ".github/*.md", ".github/*/*.md"} {
		found, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		text := codeSpan.ReplaceAllString(fencedBlock.ReplaceAllString(readMarkdown(t, file), ""), "")
		for _, m := range markdownLink.FindAllStringSubmatch(text, -1) {
			if problem := checkLink(t, file, m[1]); problem != "" {
				t.Errorf("%s: %s: %s", file, m[1], problem)
			}
		}
	}
}

func checkLink(t *testing.T, file, target string) string {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "" {
		return "" // an external link: tests make no requests to other sites
	}
	to := file
	if u.Path != "" {
		to = filepath.Join(filepath.Dir(file), u.Path)
	}
	if _, err := os.Stat(to); err != nil {
		return to + " doesn't exist"
	}
	if u.Fragment != "" && (filepath.Ext(to) != ".md" || !headingAnchors(readMarkdown(t, to))[u.Fragment]) {
		return to + " has no such heading"
	}
	return ""
}

// headingAnchors returns the anchors that GitHub gives to headings. It numbers repeated
// headings.
func headingAnchors(text string) map[string]bool {
	names, seen := map[string]bool{}, map[string]int{}
	for _, m := range markdownHeading.FindAllStringSubmatch(fencedBlock.ReplaceAllString(text, ""), -1) {
		name := strings.ReplaceAll(anchorDropped.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")
		n := seen[name]
		if seen[name]++; n > 0 {
			name += "-" + strconv.Itoa(n)
		}
		names[name] = true
	}
	return names
}
