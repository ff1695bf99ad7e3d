package main

import (
	"bytes"
	"strings"
	"testing"
)

// runCommand returns the output of a command, or its error.
func runCommand(input string, args ...string) string {
	var out bytes.Buffer
	if err := run(args, strings.NewReader(input), &out); err != nil {
		return "error: " + err.Error()
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// tagLines returns the input of a command: each word is a tag, or a tag, = and the parent
// of its commit.
func tagLines(words string) string {
	return strings.NewReplacer("=", " ", " ", "\n").Replace(words) + "\n"
}

func TestNextVersion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ tags, request, want, facts string }{
		{"", "patch", "1.0.0", "- true v1 v1.0"},
		{"", "0.1.0", "0.1.0", "- true v0 v0.1"},
		{"v1 v1.2 v1.2.3", "patch", "1.2.4", "v1.2.3 true v1 v1.2"},
		{"v1.2.3 v1.10.0 v1.9.9", "minor", "1.11.0", "v1.10.0 true v1 v1.11"}, // by number, not as text
		{"v1.2.3", "major", "2.0.0", "v1.2.3 true v2 v2.0"},
		{"v1.2.3", "v1.3.0", "1.3.0", "v1.2.3 true v1 v1.3"},
		{"v1.2.3", "1.3.0-rc.1", "1.3.0-rc.1", "v1.2.3 false"},
		{"v1.2.3 v1.3.0-rc.1", "1.3.0-rc.2", "1.3.0-rc.2", "v1.3.0-rc.1 false"},
		{"v1.2.3 v1.3.0-rc.1", "1.3.0", "1.3.0", "v1.2.3 true v1 v1.3"},
		{"v1.2.3 v2.0.0-rc.1", "patch", "1.2.4", "v1.2.3 true v1 v1.2"},
		{"v1.2.3-rc.1", "patch", "1.0.0", "- true v1 v1.0"},
		{"v1.2.3 nightly v1.2.x release-9.9.9", "patch", "1.2.4", "v1.2.3 true v1 v1.2"},
		{"v1.2.3", "1.2.3", "already has a tag", ""},
		{"v1.2.3 v1.3.0-rc.1", "1.3.0-rc.1", "already has a tag", ""},
		{"v1.2.3 v1.3.0", "1.2.4", "older than 1.3.0", ""},
		{"v1.2.3", "1.3", "must be major, minor, patch", ""},
		{"v1.2.3", "", "must be major, minor, patch", ""},
		{"v1.2.3", "1.3.0+abc", "build metadata", ""},
		{"v1.2.3", "1.3.0; rm -rf /", "must be major, minor, patch", ""},

		// The commit has a release. Another attempt completes it.
		{"v1.2.3=other v1.2.4=head", "patch", "1.2.4", "v1.2.3 true v1 v1.2"},
		{"v1.2.3=other v2.0.0=head", "minor", "2.0.0", "v1.2.3 true v2 v2.0"},
		{"v1.2.3=other v1.2.4=head", "v1.2.4", "1.2.4", "v1.2.3 true v1 v1.2"},
		{"v1.2.3=head v1.2.4=other", "1.2.3", "1.2.3", "- false"},
		{"v1.3.0-rc.1=head", "1.3.0-rc.1", "1.3.0-rc.1", "- false"},
		{"v1.2.3=other v1.3.0-rc.1=head", "minor", "1.3.0", "v1.2.3 true v1 v1.3"}, // a candidate becomes a release
		{"v1.2.3=head", "1.3.0", "already released as v1.2.3", ""},
	} {
		got := runCommand(tagLines(test.tags), "next", test.request, "head")
		if strings.HasPrefix(got, "error: ") {
			if test.facts != "" || !strings.Contains(got, test.want) {
				t.Errorf("%q after %q: %s, want %q", test.request, test.tags, got, test.want)
			}
			continue
		}
		if facts := runCommand(tagLines(test.tags), "facts", got); got != test.want || facts != test.facts {
			t.Errorf("%q after %q: %s, %q; want %s, %q", test.request, test.tags, got, facts, test.want, test.facts)
		}
	}
}

// Publishing an older version late doesn't move the tags of newer versions.
func TestFloatingTagsNeverMoveBack(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ tags, version, want string }{
		{"v1.1.0", "1.1.0", "- true v1 v1.1"},
		{"v1.2.0", "1.1.0", "- false v1.1"},
		{"v1.1.1 v1.2.0", "1.1.0", "- false"},
		{"v2.0.0", "1.1.0", "- false v1 v1.1"},
		{"v10.0.0", "1.1.0", "- false v1 v1.1"},
		{"v1.10.0", "1.1.0", "- false v1.1"},
		{"v1.2.0-rc.1", "1.1.0", "- true v1 v1.1"},
	} {
		if got := runCommand(tagLines(test.tags), "facts", test.version); got != test.want {
			t.Errorf("%s after %s: %q, want %q", test.version, test.tags, got, test.want)
		}
	}
}

func TestPinImage(t *testing.T) {
	t.Parallel()
	image := "ghcr.io/o/astro-apply@sha256:" + strings.Repeat("0f", 32)
	const action = "name: x\nruns:\n  using: docker\n  image: Dockerfile\n  entrypoint: /x\n"
	pinned := strings.Replace(action, "Dockerfile", "docker://"+image, 1)
	for name, test := range map[string]struct{ action, image, want string }{
		"good":           {action, image, strings.TrimSuffix(pinned, "\n")},
		"a tag":          {action, "ghcr.io/o/astro-apply:v1", "a tag could change"},
		"a new line":     {action, image + "\n  env: {}", "a tag could change"},
		"already pinned": {pinned, image, "0 lines"},
		"twice":          {action + "  image: Dockerfile\n", image, "2 lines"},
		"elsewhere":      {"inputs:\n  image: Dockerfile\nruns:\n  using: docker\n  image: other\n", image, "would run"},
		"no container":   {strings.Replace(action, "using: docker", "using: node24", 1), image, `with "node24"`},
		"invalid YAML":   {action + "  [", image, "action.yml:"},
	} {
		got := runCommand(test.action, "pin", test.image)
		failed := strings.HasPrefix(got, "error: ")
		if failed && !strings.Contains(got, test.want) || !failed && got != test.want {
			t.Errorf("%s: %q; want %q", name, got, test.want)
		}
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"": "must be next", "next": "must be next", "all x": "must be next", "facts v1": `version "v1"`,
	} {
		if got := runCommand("", strings.Fields(args)...); !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %q", args, got, want)
		}
	}
}
