package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
)

func TestNextVersion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ tags, word, want, before, floating string }{
		{"", "patch", "1.0.0", "", "v1 v1.0"},
		{"", "0.1.0", "0.1.0", "", "v0 v0.1"},
		{"v1 v1.2 v1.2.3", "patch", "1.2.4", "1.2.3", "v1 v1.2"},
		{"v1.2.3 v1.10.0 v1.9.9", "minor", "1.11.0", "1.10.0", "v1 v1.11"}, // versions are sorted by number, not as text
		{"v1.2.3", "major", "2.0.0", "1.2.3", "v2 v2.0"},
		{"v1.2.3", "v1.3.0", "1.3.0", "1.2.3", "v1 v1.3"},
		{"v1.2.3", "1.3.0-rc.1", "1.3.0-rc.1", "1.2.3", ""},
		{"v1.2.3 v1.3.0-rc.1", "1.3.0-rc.2", "1.3.0-rc.2", "1.3.0-rc.1", ""},
		{"v1.2.3 v1.3.0-rc.1", "1.3.0", "1.3.0", "1.2.3", "v1 v1.3"},
		{"v1.2.3 v2.0.0-rc.1", "patch", "1.2.4", "1.2.3", "v1 v1.2"},
		{"v1.2.3-rc.1", "patch", "1.0.0", "", "v1 v1.0"},
		{"v1.2.3 nightly v1.2.x release-9.9.9", "patch", "1.2.4", "1.2.3", "v1 v1.2"},
		{"v1.2.3", "1.2.3", "already has a tag", "", ""},
		{"v1.2.3 v1.3.0-rc.1", "1.3.0-rc.1", "already has a tag", "", ""},
		{"v1.2.3 v1.3.0", "1.2.4", "older than 1.3.0", "", ""},
		{"v1.2.3", "1.3", "must be major, minor, patch", "", ""},
		{"v1.2.3", "", "must be major, minor, patch", "", ""},
		{"v1.2.3", "1.3.0+abc", "build metadata", "", ""},
		{"v1.2.3", "1.3.0; rm -rf /", "must be major, minor, patch", "", ""},
	} {
		released := parseVersions(strings.Fields(test.tags))
		v, err := nextVersion(test.word, released)
		if err != nil {
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%q after %q: error %v, want %q", test.word, test.tags, err, test.want)
			}
			continue
		}
		from := ""
		if b := previousVersion(v, released); b != nil {
			from = b.String()
		}
		if v.String() != test.want || from != test.before || strings.Join(floatingTags(v, released), " ") != test.floating {
			t.Errorf("%q after %q: %s since %q moving %q, want %s, %q, %q", test.word, test.tags, v, from, floatingTags(v, released), test.want, test.before, test.floating)
		}
	}
}

// Publishing an older version late doesn't move the tags of newer versions.
func TestFloatingTagsNeverMoveBack(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ tags, version, want string }{
		{"v1.1.0", "1.1.0", "v1 v1.1"},
		{"v1.2.0", "1.1.0", "v1.1"},
		{"v1.1.1 v1.2.0", "1.1.0", ""},
		{"v2.0.0", "1.1.0", "v1 v1.1"},
		{"v10.0.0", "1.1.0", "v1 v1.1"},
		{"v1.10.0", "1.1.0", "v1.1"},
		{"v1.2.0-rc.1", "1.1.0", "v1 v1.1"},
	} {
		if got := strings.Join(floatingTags(semver.MustParse(test.version), parseVersions(strings.Fields(test.tags))), " "); got != test.want {
			t.Errorf("%s after %s moves %q, want %q", test.version, test.tags, got, test.want)
		}
	}
}

func TestReleaseNotes(t *testing.T) {
	t.Parallel()
	const sha = "0123456789abcdef"
	for _, test := range []struct {
		messages []string
		want     string
	}{
		{nil, "First release.\n\n"},
		{[]string{"plan: keep order stable\n\nWhy.", "apply: wait less", "plan: show more", "ci: go faster", "README: explain"}, `### README

- explain (0123456)

### apply

- wait less (0123456)

### plan

- keep order stable (0123456)
- show more (0123456)

Not listed: one internal commit.

`},
		{[]string{"Merge it all", "config!: rename an input", "test: more", "CI: more"}, `### Breaking changes

- rename an input (0123456)

### Other changes

- Merge it all (0123456)

Not listed: 2 internal commits.

`},
		{[]string{"plan: <img src=x> & <!-- x"}, "### plan\n\n- &lt;img src=x&gt; &amp; &lt;!-- x (0123456)\n\n"},
		{[]string{"plan: keep order (#12)", "plan: thank @somebody for o/r#3"}, "### plan\n\n- keep order (#12, 0123456)\n- thank @&#8203;somebody for o/r#&#8203;3 (0123456)\n\n"},
		{[]string{"![x](https://example.com/x.png): look"}, "### !\\[x\\](https:&#8203;//example.com/x.png)\n\n- look (0123456)\n\n"},
		{[]string{"Revert \"plan: keep `order\""}, "### Other changes\n\n- Revert \"plan: keep \\`order\" (0123456)\n\n"},
	} {
		var changes []commitInfo
		for _, m := range test.messages {
			changes = append(changes, commitInfo{sha, m})
		}
		if got := releaseNotes(changes); got != test.want {
			t.Errorf("%q:\n%s\nwant\n%s", test.messages, got, test.want)
		}
	}
	many := make([]commitInfo, 5000)
	for i := range many {
		many[i] = commitInfo{sha, "plan: " + strings.Repeat("long ", 12)}
	}
	if got := releaseNotes(many); len(got) > notesLimit+100 || !strings.HasSuffix(got, fmt.Sprintf("\n\nNot listed: %d more commits.\n\n", len(many)-strings.Count(got, "- long"))) {
		t.Errorf("%d bytes of notes, ending %q", len(got), got[len(got)-100:])
	}
	many = many[:1000]
	for i := range many {
		many[i] = commitInfo{sha, fmt.Sprintf("scope%d%s: x", i, strings.Repeat("x", i))}
	}
	if got := releaseNotes(many); len(got) > notesLimit+100 || !strings.Contains(got, "more commits.") {
		t.Errorf("%d bytes of notes for many scopes", len(got))
	}
}

func TestPinImage(t *testing.T) {
	t.Parallel()
	image := "ghcr.io/o/astro-apply@sha256:" + strings.Repeat("0f", 32)
	const action = "name: x\nruns:\n  using: docker\n  image: Dockerfile\n  entrypoint: /x\n"
	for name, test := range map[string]struct{ action, image, want string }{
		"good":           {action, image, strings.Replace(action, "Dockerfile", "docker://"+image, 1)},
		"a tag":          {action, "ghcr.io/o/astro-apply:v1", "a tag could change"},
		"a new line":     {action, image + "\n  env: {}", "a tag could change"},
		"already pinned": {strings.Replace(action, "Dockerfile", "docker://"+image, 1), image, "0 lines"},
		"twice":          {action + "  image: Dockerfile\n", image, "2 lines"},
		"elsewhere":      {"inputs:\n  image: Dockerfile\nruns:\n  using: docker\n  image: other\n", image, "would run"},
		"no container":   {strings.Replace(action, "using: docker", "using: node24", 1), image, "must be docker"},
		"invalid YAML":   {action + "  [", image, "action.yml:"},
	} {
		got, err := pinImage([]byte(test.action), test.image)
		if err != nil && !strings.Contains(err.Error(), test.want) || err == nil && string(got) != test.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, test.want)
		}
	}
}
