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
	fenced  = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	spans   = regexp.MustCompile("`[^`\n]*`")
	link    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *#*$`)

	unnamable = regexp.MustCompile(`[^\p{L}\p{N}_ -]`) // what GitHub leaves out of a heading's name
)

// TestLinks follows every relative link of our Markdown files, and what is
// after # to a heading.
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
		text := spans.ReplaceAllString(fenced.ReplaceAllString(markdown(t, file), ""), "")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if problem := follow(t, file, m[1]); problem != "" {
				t.Errorf("%s: %s: %s", file, m[1], problem)
			}
		}
	}
}

func follow(t *testing.T, file, target string) string {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "" {
		return "" // another site's, which no test should ask for
	}
	to := file
	if u.Path != "" {
		to = filepath.Join(filepath.Dir(file), u.Path)
	}
	if _, err := os.Stat(to); err != nil {
		return "there is no " + to
	}
	if u.Fragment != "" && (filepath.Ext(to) != ".md" || !anchors(markdown(t, to))[u.Fragment]) {
		return to + " has no such heading"
	}
	return ""
}

// anchors are the names that GitHub gives to headings, numbered where they repeat.
func anchors(text string) map[string]bool {
	names, seen := map[string]bool{}, map[string]int{}
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		name := strings.ReplaceAll(unnamable.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")
		n := seen[name]
		if seen[name]++; n > 0 {
			name += "-" + strconv.Itoa(n)
		}
		names[name] = true
	}
	return names
}
