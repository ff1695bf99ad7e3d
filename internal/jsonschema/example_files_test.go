package jsonschema_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"astro-apply/internal/jsonschema"
	"astro-apply/internal/kind"
)

func readFile(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func globFiles(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: no file, %v", pattern, err)
	}
	return found
}

// TestBrokenExamples checks that the program reports an error on each marked line of the
// broken manifests, with the text in the mark, and on no other line. .ci/editor.mjs
// checks the same for editors.
func TestBrokenExamples(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	all := globFiles(t, "../../testdata/broken/*.yaml")
	if len(all) < 10 {
		t.Errorf("there are only %d files", len(all))
	}
	mark := regexp.MustCompile(`# <- (?:.* \| )?(.*)`)
	for _, file := range all {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text := readFile(t, file)
			if errorBySchema(t, s, strings.ReplaceAll(text, "${DB_PASSWORD}", "'${DB_PASSWORD}'")) == nil {
				t.Error("the schema accepts it")
			}
			problems := problemsByProgram(text, "data", nil)
			for i, line := range strings.Split(text, "\n") {
				position, expected := regexp.MustCompile(`^astro\.yaml:`+strconv.Itoa(i+1)+`:`), mark.FindStringSubmatch(line)
				reported := ""
				for _, p := range problems {
					if position.MatchString(p) {
						reported += p + "\n"
					}
				}
				switch {
				case expected == nil && reported != "":
					t.Errorf("line %d is valid, but has problems: %s", i+1, reported)
				case expected != nil && !strings.Contains(reported, expected[1]):
					t.Errorf("no problem on line %d contains %q: %s", i+1, expected[1], strings.Join(problems, "\n"))
				}
			}
		})
	}
}

// TestValidExamples checks that the schema and the program accept all published examples.
func TestValidExamples(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	texts := map[string]string{}
	for _, file := range append(globFiles(t, "../../testdata/examples/*.yaml"), "../../testdata/astro.yaml", "../../testdata/everything.yaml") {
		texts[file] = readFile(t, file)
	}
	for file, want := range map[string]int{"../../README.md": 1, "../../.github/docs/manifest.md": 2} {
		manifests := manifestsInDocument(readFile(t, file))
		if len(manifests) != want {
			t.Errorf("%s: %d manifests, want %d", file, len(manifests), want)
		}
		for i, text := range manifests {
			texts[fmt.Sprintf("%s, manifest %d", file, i+1)] = text
		}
	}
	for name, text := range texts {
		if err := errorBySchema(t, s, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if problems := problemsByProgram(text, "data-platform", nil); problems != nil {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

// manifestsInDocument returns the YAML blocks of a Markdown document that are neither
// workflows nor comments.
func manifestsInDocument(text string) (manifests []string) {
	for _, block := range regexp.MustCompile("(?ms)^( *)```yaml\n(.*?)^ *```").FindAllStringSubmatch(text, -1) {
		manifest := regexp.MustCompile("(?m)^"+block[1]).ReplaceAllString(block[2], "")
		if !strings.Contains(manifest, "uses: ") && !strings.HasPrefix(manifest, "#") {
			manifests = append(manifests, manifest)
		}
	}
	return manifests
}

// TestDescriptionsAndMessages checks that each field has a description, and that no error
// message is empty.
func TestDescriptionsAndMessages(t *testing.T) {
	t.Parallel()
	var walk func(n any, path string)
	walk = func(n any, path string) {
		switch n := n.(type) {
		case []any:
			for i, item := range n {
				walk(item, path+"/"+strconv.Itoa(i))
			}
		case map[string]any:
			if message, ok := n["errorMessage"]; ok && message == "" {
				t.Errorf("%s: empty errorMessage", path)
			}
			properties, _ := n["properties"].(map[string]any)
			for name, p := range properties {
				if p, ok := p.(map[string]any); ok && n["additionalProperties"] == false && p["description"] == nil && p["$ref"] != "#/$defs/text" {
					t.Errorf("%s: %s has no description", path, name)
				}
			}
			for name, inner := range n {
				walk(inner, path+"/"+name)
			}
		}
	}
	walk(jsonschema.Manifest(kind.All(), nil), "")
}
