package manifest_test

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// reservedNames is a second implementation of isReserved.
var reservedNames = regexp.MustCompile(`(?i)^(ASTRO_API_TOKEN|GITHUB_TOKEN|(INPUT|ACTIONS)_.*)$`)

const secretMarker = "correct-horse-battery-staple"

// guardedEnvironment returns an environment with a secret and some other variables. The
// test fails if the reader looks up a reserved variable.
func guardedEnvironment(t *testing.T) manifest.Environment {
	return manifest.Environment{Lookup: func(name string) string {
		switch {
		case reservedNames.MatchString(name):
			t.Errorf("%s was read", name)
			return "reserved"
		case name == "S":
			return secretMarker
		case name == "R":
			return "${env:E} $${ ${secret:S}\n${"
		case name == "E":
			return "text"
		}
		return ""
	}}
}

func FuzzManifest(f *testing.F) {
	for _, text := range []string{
		"workspaces:\n  - { name: data, description: '${env:E}' }\n---\nworkspace: data\ndeployments:\n  - &base\n    name: one\n    type: STANDARD\n    environmentVariables: [{ key: A, value: '${secret:S}', isSecret: true }]\n  - <<: *base\n    name: two\n",
		"workspace: ${secret:S}\ndeployments: [{ name: '${secret:S}' }, { name: '${secret:S}', type: '${secret:S}', contactEmails: ['${secret:S}', '${secret:S}'], clusterId: '${secret:S}', resourceQuotaCpu: '${secret:S}' }]",
		"organizationId: ${secret:S}\nworkspaces: [{ id: '${secret:S}' }, { id: '${secret:S}', state: '${secret:S}', protect: '${secret:S}' }]\n---\norganizationId: x",
		"deployments:\n  - { id: c, scalingSpec: { hibernationSpec: { schedules: [{ hibernateAtCron: '0 * * * ${secret:S}', wakeAtCron: 0 18 }] } } }",
		"deployment: { configuration: { name: '${secret:S}', workspace_name: '${secret:S}', executor: '${secret:S}', deployment_type: '${secret:S}', cluster_name: x }, environment_variables: [{ key: A, is_secret: true, value: '${secret:S}' }], worker_queues: [{ name: '${secret:S}', worker_type: '${secret:S}' }] }",
		"deployment: { configuration: { name: '', hibernation_schedules: [{ wake_at: '${secret:S}' }], '${secret:S}': x }, metadata: }\nworkspace: x",
		"a: &a [*a, *a]\nb: {<<: [*a, *a], <<: 1}\n? [x]\n: y\n", "a: [\n---\n\tb", "a: 1 # \u2028b\n\r", "%YAML 1.2\n---\n!!binary x: !y [!!set {z}]\n...\n", "\xff\xfea\x00:\x00 \x001\x00", "\xef\xbb\xbfa: \xff",
		"a: ${secret:S}${env:NONE}\nb: ${secret:NONE}${secret:R}${x}${secret:S}\n", "resourceQuotaCpu: 0x10\non: yes\n~: .inf\n? |\n  k\n: >-\n  v\n", "- ${env:INPUT_X}${secret:GITHUB_TOKEN}${secret:R}$${${env:}${", "a: {", "? a", strings.Repeat("[", 100), strings.Repeat("- ", 70) + "x",
	} {
		f.Add([]byte(text), false)
		f.Add([]byte(text), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, lenient bool) {
		env := guardedEnvironment(t)
		env.AllowUnset = lenient
		parsed := manifest.Parse([]manifest.Source{{Name: "a.yaml", Data: data}}, env)
		declared := desired.Load(kind.All(), parsed.Documents, "") // a default Workspace from an input has no position in a file
		checkPositions(t, data, parsed.Documents)
		for _, p := range slices.Concat(parsed.Problems, declared.Problems) {
			if !isInFile(data, p.Pos) && !strings.HasPrefix(p.Message, "the manifest is empty") {
				t.Errorf("position %+v of %q", p.Pos, p.Message)
			}
		}
		if bytes.Contains(data, []byte(secretMarker[:8])) || bytes.Contains(data, []byte("env:S}")) {
			return // the manifest contains the secret itself, or reads it through ${env:…}
		}
		for _, p := range parsed.Problems {
			if strings.Contains(p.Message, secretMarker) {
				t.Errorf("a secret in %q", p.Message)
			}
		}
		secrets := slices.Concat(parsed.Secrets, declared.Secrets)
		slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
		for _, p := range declared.Problems {
			for _, s := range secrets {
				p.Message = strings.ReplaceAll(p.Message, s, schema.RedactionMark)
			}
			if strings.Contains(p.Message, secretMarker[:8]) {
				t.Errorf("a secret in %q", p.Message)
			}
		}
	})
}

// isInFile reports whether pos is in the file. The column may be one after the end of a
// line, where a value is missing.
func isInFile(data []byte, pos schema.Pos) bool {
	return pos.File == "a.yaml" && pos.Line >= 1 && pos.Line <= 1+bytes.Count(data, []byte("\n")) && pos.Col >= 1 && pos.Col <= 1+len(data)
}

// checkPositions checks that each node has a position in the file and an allowed depth,
// and that it is sensitive if it contains the secret.
func checkPositions(t *testing.T, data []byte, documents []*schema.Node) {
	literal := bytes.Contains(data, []byte("env:S}")) || bytes.Contains(data, []byte(secretMarker[:8]))
	var walk func(n *schema.Node, depth int)
	walk = func(n *schema.Node, depth int) {
		if !isInFile(data, n.Pos) || depth > 64 {
			t.Errorf("%s at %+v, depth %d", n.Form, n.Pos, depth)
		}
		if strings.Contains(n.Text, secretMarker) && !n.Sensitive && !literal {
			t.Errorf("at %s: a secret that is not marked", n.Pos)
		}
		for _, item := range n.Items {
			walk(item, depth+1)
		}
		for _, m := range n.Members {
			walk(m.Value, depth+1)
		}
	}
	for _, d := range documents {
		walk(d, 1)
	}
}

var referenceToken = regexp.MustCompile(`(?s)\$\$\{|\$\{(env|secret):([A-Za-z_][0-9A-Za-z_]*)\}|\$\{`)

// FuzzExpand compares the reader with a second implementation by one regular expression.
func FuzzExpand(f *testing.F) {
	for _, text := range []string{
		"", "plain $ text}", "$${", "$$${env:E}", "$$$$${${env:E}", "x${env:E}y${secret:S}z", "${env:R}", "${secret:R}$${", "${", "${env:E", "${env:${env:E}}", "${env:GITHUB_TOKEN}",
		"${secret:Input_x}", "${env:NONE}", "${env:E\n}", "é${env:E}\u2028", "$${env:ASTRO_API_TOKEN}", "{${env:E}}", "${}", "${env:E}$", "$" + "{secret:S}${env:S}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip("not a valid text in YAML")
		}
		env := guardedEnvironment(t)
		r := parseFiles(env, "v: "+strconv.QuoteToASCII(text))
		if len(r.Documents) != 1 {
			t.Fatalf("problems %v", r.Problems)
		}
		var secrets []string
		remember := func(s string) {
			if s != "" && !slices.Contains(secrets, s) {
				secrets = append(secrets, s)
			}
		}
		invalid, secret := false, false
		want := referenceToken.ReplaceAllStringFunc(text, func(found string) string {
			m := referenceToken.FindStringSubmatch(found)
			switch {
			case found == "$${":
				return "${"
			case m[2] == "" || reservedNames.MatchString(m[2]):
				invalid = true
				return ""
			}
			value := env.Lookup(m[2])
			invalid = invalid || value == ""
			if m[1] == "secret" {
				secret = true
				remember(value)
			}
			return value
		})
		v := r.Documents[0].Get("v")
		if invalid != (len(r.Problems) > 0) || invalid != (v.Form == schema.Unknown) {
			t.Fatalf("%q is %s, problems %q", text, v.Form, problemTexts(r.Problems))
		}
		for _, p := range r.Problems {
			testkit.AssertEqual(t, "position", "a.yaml:1:4", p.Pos.String())
		}
		if invalid {
			return
		}
		if secret {
			remember(want)
		}
		testkit.AssertEqual(t, "text", want, v.Text)
		testkit.AssertEqual(t, "secret", secret, v.Sensitive)
		testkit.AssertEqual(t, "secrets", secrets, r.Secrets)
		if !strings.Contains(text, "${") && v.Text != text {
			t.Errorf("%q became %q", text, v.Text)
		}
	})
}
