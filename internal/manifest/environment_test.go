package manifest_test

import (
	"strings"
	"testing"

	"astro-apply/internal/manifest"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

var testVariables = map[string]string{
	"A": "alpha", "B": "beta", "_x1": "lower", "NUMBER": "12", "SWITCH": "yes",
	"NESTED": "${env:A}", "DOLLARS": "$${env:A}", "OPEN": "${", "LINES": "one\ntwo: ${secret:B}\n",
	"YAML": "[a, b]", "SECRET": "hunter2", "EMPTY": "",
}

// Valid and invalid references. The manifest contains the value in double quotes.
func TestExpand(t *testing.T) {
	t.Parallel()
	const malformed = " is not a valid reference; write ${env:NAME} or ${secret:NAME}, or $${ for a literal ${"
	tests := map[string]struct {
		value       string
		want        string // the value, as outlineNode shows it after the position
		secrets     []string
		wantProblem string
	}{
		"alone":                              {"${env:A}", `text "alpha"`, nil, ""},
		"anywhere":                           {"x ${env:A}-${env:B}/${env:_x1} y", `text "x alpha-beta/lower y"`, nil, ""},
		"twice":                              {"${env:A}${env:A}", `text "alphaalpha"`, nil, ""},
		"not closed":                         {"$A {env:A} $(env:A) ${ env", "unknown", nil, "${ env" + malformed},
		"no reference":                       {"$A {env:A} $ {} $$ $", `text "$A {env:A} $ {} $$ $"`, nil, ""},
		"literal":                            {"$${env:A}", `text "${env:A}"`, nil, ""},
		"literal, unfinished":                {"$${", `text "${"`, nil, ""},
		"literal, then a reference":          {"$${${env:A}", `text "${alpha"`, nil, ""},
		"a reference, then literal":          {"${env:A}$${env:A}", `text "alpha${env:A}"`, nil, ""},
		"more dollars":                       {"$$${env:A} $$$${", `text "$${env:A} $$${"`, nil, ""},
		"references in a value":              {"${env:NESTED} ${env:DOLLARS} ${env:OPEN}env:A}", `text "${env:A} $${env:A} ${env:A}"`, nil, ""},
		"several lines":                      {"${env:LINES}", `text "one\ntwo: ${secret:B}\n"`, nil, ""},
		"YAML in a value":                    {"${env:YAML}", `text "[a, b]"`, nil, ""},
		"secret":                             {"${secret:SECRET}", `text "hunter2"*`, []string{"hunter2"}, ""},
		"secret in text":                     {"user:${secret:SECRET}@${env:A}", `text "user:hunter2@alpha"*`, []string{"hunter2", "user:hunter2@alpha"}, ""},
		"two secrets":                        {"${secret:A}${secret:B}", `text "alphabeta"*`, []string{"alpha", "beta", "alphabeta"}, ""},
		"secret lines":                       {"${secret:LINES}", `text "one\ntwo: ${secret:B}\n"*`, []string{"one\ntwo: ${secret:B}\n"}, ""},
		"literal secret":                     {"$${secret:A}", `text "${secret:A}"`, nil, ""},
		"unset":                              {"${env:NONE}", "unknown", nil, "${env:NONE}: the environment variable NONE is unset or empty; set it under env: of the step"},
		"empty":                              {"x${secret:EMPTY}", "unknown*", nil, "${secret:EMPTY}: the environment variable EMPTY is unset or empty; set it under env: of the step"},
		"unset after a secret":               {"${secret:SECRET}${env:NONE}", "unknown*", []string{"hunter2"}, "${env:NONE}: the environment variable NONE is unset or empty; set it under env: of the step"},
		"misspelled source":                  {"${evn:A}", "unknown", nil, "${evn:A}" + malformed},
		"no source":                          {"${A}", "unknown", nil, "${A}" + malformed},
		"empty reference":                    {"${}", "unknown", nil, "${}" + malformed},
		"no name":                            {"${env:}", "unknown", nil, "${env:}" + malformed},
		"upper case":                         {"${ENV:A}", "unknown", nil, "${ENV:A}" + malformed},
		"spaces":                             {"${ env:A }", "unknown", nil, "${ env:A }" + malformed},
		"default value as in a shell":        {"${env:A:-x}", "unknown", nil, "${env:A:-x}" + malformed},
		"a name that starts with a digit":    {"${env:1A}", "unknown", nil, "${env:1A}" + malformed},
		"a name with a hyphen":               {"${env:INPUT_GITHUB-TOKEN}", "unknown", nil, "${env:INPUT_GITHUB-TOKEN}" + malformed},
		"a name with a letter outside ASCII": {"${env:É}", "unknown", nil, "${env:É}" + malformed},
		"a line break":                       {`${env:A\n}`, "unknown", nil, "${env:A\n}" + malformed},
		"unfinished":                         {"x ${env:A", "unknown", nil, "${env:A" + malformed},
		"nested":                             {"${env:${env:A}}", "unknown", nil, "${env:${env:A}" + malformed},
		"a GitHub expression":                {"${{ secrets.TOKEN }}", "unknown", nil, "${{ secrets.TOKEN }" + malformed},
		"a long reference":                   {"${abcdefghijabcdefghijabcdefghijabcdefghé-abcdefghij}", "unknown", nil, "a value that starts with ${" + malformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := parseFiles(environmentOf(testVariables), `v: "`+test.value+`"`)
			if test.want == "unknown" || test.want == "unknown*" {
				test.want = "value known after apply the value of " + test.value + test.want[len("unknown"):]
			}
			if test.wantProblem != "" {
				testkit.AssertEqual(t, "problems", []string{"a.yaml:1:4: " + test.wantProblem}, problemTexts(r.Problems))
			} else {
				testkit.AssertEqual(t, "problems", []string(nil), problemTexts(r.Problems))
				testkit.AssertEqual(t, "value", "v 1:4 "+test.want, outlineNode(r.Documents[0])[1])
			}
			testkit.AssertEqual(t, "form", test.wantProblem != "", r.Documents[0].Get("v").Form == schema.Unknown)
			testkit.AssertEqual(t, "secret", test.want[len(test.want)-1] == '*', r.Documents[0].Get("v").Sensitive)
			testkit.AssertEqual(t, "secrets", test.secrets, r.Secrets)
		})
	}
}

// Text of every YAML style may contain references. Their values are always text, never a
// number or a boolean.
func TestExpandStyles(t *testing.T) {
	t.Parallel()
	r := parseFiles(environmentOf(testVariables), `plain: ${env:NUMBER}
double: "\x24{env:A}"
single: '${env:A}'
literal: |
  ${env:A}
  ${env:B}
list: [x, '${env:SWITCH}']
tagged: !!str ${env:NUMBER}
alias: &a ${secret:SECRET}
again: *a
`)
	testkit.AssertEqual(t, "problems", []string(nil), problemTexts(r.Problems))
	testkit.AssertEqual(t, "values", []string{
		"1:1 mapping", `plain 1:8 text "12"`, `double 2:9 text "alpha"`, `single 3:9 text "alpha"`, `literal 4:10 text "alpha\nbeta\n"`,
		"list 7:7 list", "list[0] 7:8 text x", `list[1] 7:11 text "yes"`, `tagged 8:9 text "12"`, `alias 9:8 text "hunter2"*`, `again 9:8 text "hunter2"*`,
	}, outlineNode(r.Documents[0]))
	testkit.AssertEqual(t, "secrets", []string{"hunter2"}, r.Secrets)
}

// The reader doesn't look up reserved variables: a manifest could send the run's own
// credentials to Astro.
func TestReservedVariables(t *testing.T) {
	t.Parallel()
	env := manifest.Environment{AllowUnset: true, Placeholder: func(string) string { return "placeholder" }, Lookup: func(name string) string {
		if name != "INPUTS" && name != "MY_GITHUB_TOKEN" && name != "GITHUB_TOKENS" && name != "ACTION" {
			t.Errorf("%s was read", name)
		}
		return "value"
	}}
	for _, name := range []string{"ASTRO_API_TOKEN", "GITHUB_TOKEN", "INPUT_", "INPUT_FILES", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_", "Github_Token", "input_manifest", "astro_api_token", "actions_ID_TOKEN_REQUEST_TOKEN"} {
		for _, word := range []string{"env", "secret"} {
			written := "${" + word + ":" + name + "}"
			r := parseFiles(env, "v: x"+written)
			testkit.AssertEqual(t, name, []string{"a.yaml:1:4: " + written + ": a manifest can't read " + name + ", which is reserved for the run itself; use another variable"}, problemTexts(r.Problems))
			testkit.AssertEqual(t, name, schema.Unknown, r.Documents[0].Get("v").Form)
			testkit.AssertEqual(t, name, []string(nil), r.Secrets)
		}
	}
	r := parseFiles(env, "v: ${env:INPUTS}${secret:MY_GITHUB_TOKEN}${env:GITHUB_TOKENS}${env:ACTION}")
	testkit.AssertEqual(t, "others", []string(nil), problemTexts(r.Problems))
}

// With AllowUnset, an unset variable is only a warning.
func TestAllowUnset(t *testing.T) {
	t.Parallel()
	env := environmentOf(testVariables)
	env.AllowUnset = true
	const text = "a: x${env:NONE}\nb: ${secret:EMPTY}\nc: ${env:A}\nd: ${x}"
	want := []string{
		"warning: a.yaml:1:4: ${env:NONE}: the environment variable NONE is unset or empty; set it under env: of the step",
		"warning: a.yaml:2:4: ${secret:EMPTY}: the environment variable EMPTY is unset or empty; set it under env: of the step",
		"a.yaml:4:4: ${x} is not a valid reference; write ${env:NAME} or ${secret:NAME}, or $${ for a literal ${",
	}
	r := parseFiles(env, text)
	testkit.AssertEqual(t, "problems", want, problemTexts(r.Problems))
	testkit.AssertEqual(t, "values", []string{
		"1:1 mapping", "a 1:4 value known after apply the value of x${env:NONE}", "b 2:4 value known after apply the value of ${secret:EMPTY}*", `c 3:4 text "alpha"`, "d 4:4 value known after apply the value of ${x}",
	}, outlineNode(r.Documents[0]))

	env.Placeholder = func(name string) string { return "some-" + name }
	r = parseFiles(env, text)
	testkit.AssertEqual(t, "problems", want, problemTexts(r.Problems))
	testkit.AssertEqual(t, "values", []string{
		"1:1 mapping", `a 1:4 text "xsome-NONE"`, `b 2:4 text "some-EMPTY"*`, `c 3:4 text "alpha"`, "d 4:4 value known after apply the value of ${x}",
	}, outlineNode(r.Documents[0]))
	testkit.AssertEqual(t, "secrets", []string{"some-EMPTY"}, r.Secrets)

	env.AllowUnset = false // without AllowUnset, Placeholder isn't used
	r = parseFiles(env, "a: x${env:NONE}")
	testkit.AssertEqual(t, "problems", []string{strings.TrimPrefix(want[0], "warning: ")}, problemTexts(r.Problems))
	testkit.AssertEqual(t, "value", "a 1:4 value known after apply the value of x${env:NONE}", outlineNode(r.Documents[0])[1])
}

// The reader reports every invalid reference, and reports it once if aliases repeat it.
func TestReferenceProblems(t *testing.T) {
	t.Parallel()
	r := parseFiles(emptyEnvironment, "a: &a ${env:X} ${env:Y} ${env:X} ${z}\nb: [*a, *a]\nc: ${env:X}")
	testkit.AssertEqual(t, "problems", []string{
		"a.yaml:1:4: ${env:X}: the environment variable X is unset or empty; set it under env: of the step",
		"a.yaml:1:4: ${env:Y}: the environment variable Y is unset or empty; set it under env: of the step",
		"a.yaml:1:4: ${z} is not a valid reference; write ${env:NAME} or ${secret:NAME}, or $${ for a literal ${",
		"a.yaml:3:4: ${env:X}: the environment variable X is unset or empty; set it under env: of the step",
	}, problemTexts(r.Problems))
}

// A variable whose name looks like that of a secret is secret, even in ${env:…}.
func TestSecretNames(t *testing.T) {
	t.Parallel()
	for name, secret := range map[string]bool{
		"DB_PASSWORD": true, "PGPASSWORD": true, "db_password": true, "Password": true, "MYSQL_PASSWD": true, "KEY_PASSPHRASE": true,
		"SECRET": true, "AWS_SECRET_ACCESS_KEY": true, "MY_SECRET_NAME": true, "SLACK_TOKEN": true, "TOKEN_OF_CI": true, "x_token": true,
		"GOOGLE_CREDENTIALS": true, "CREDENTIALS_FILE": true, "API_KEY": true, "STRIPE_API_KEY_2": true, "ACCESS_KEY_ID": true,
		"SSH_PRIVATE_KEY": true, "SIGNING_KEY": true, "_TOKEN_": true,
		"TEAM_KEY": false, "TOKENIZER": false, "TOKENS": false, "SECRETARY": false, "MY_SECRETS": false, "PASSWORDS": false, "PASSWORD_FILE": false,
		"APIKEY": false, "GAPI_KEY": false, "API_KEYS": false, "KEY": false, "CREDENTIAL": false, "ACCESSKEY": false, "REGION": false,
	} {
		r := parseFiles(environmentOf(map[string]string{name: "hunter2"}), "v: x${env:"+name+"}")
		n := r.Documents[0].Get("v")
		testkit.AssertEqual(t, name+" is secret", secret, n.Sensitive)
		want, values := []string(nil), []string(nil)
		if secret {
			want = []string{"warning: a.yaml:1:4: ${env:" + name + "}: the name looks like the name of a secret, so the value is treated as one; write ${secret:" + name + "}"}
			values = []string{"hunter2", "xhunter2"}
		}
		testkit.AssertEqual(t, name+" problems", want, problemTexts(r.Problems))
		testkit.AssertEqual(t, name+" secrets", values, r.Secrets)
		testkit.AssertEqual(t, name, schema.Text, n.Form)
	}
	r := parseFiles(environmentOf(map[string]string{"DB_PASSWORD": "hunter2"}), "v: ${secret:DB_PASSWORD}")
	testkit.AssertEqual(t, "in ${secret:…}", []string(nil), problemTexts(r.Problems))
}

// White space around a value is kept, with a warning that doesn't show the value.
func TestWhiteSpaceAroundVariables(t *testing.T) {
	t.Parallel()
	const newline = "the value of V ends with a newline, which would become part of the value in Astro and break URLs and logins; store it without the newline"
	const space = "the value of V starts or ends with whitespace, which would become part of the value in Astro; store it without the whitespace"
	for value, want := range map[string]string{
		"hunter2": "", "two words": "", "hunter2\n": newline, "hunter2\r\n": newline, "hunter2\n\n": newline, " hunter2\n": newline,
		" hunter2": space, "hunter2\t": space, "\nhunter2": space, " ": space, "\n": newline,
		"-----BEGIN KEY-----\nabc\n-----END KEY-----\n": "", "one\n two": "",
	} {
		for _, word := range []string{"secret", "env"} {
			r := parseFiles(environmentOf(map[string]string{"V": value}), "v: x${"+word+":V}")
			var problems []string
			if want != "" {
				problems = []string{"warning: a.yaml:1:4: ${" + word + ":V}: " + want}
			}
			testkit.AssertEqual(t, word+" "+value, problems, problemTexts(r.Problems))
			testkit.AssertEqual(t, word+" "+value, "x"+value, r.Documents[0].Get("v").Text)
		}
	}
}
