package config_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"astro-apply/internal/config"

	"github.com/google/go-cmp/cmp"
)

// sampleAction has other defaults than the real action.yml, which proves that Load reads
// them from its argument.
const sampleAction = `
inputs:
  files:
    default: |
      one.yaml
      two.yaml
  manifest: {}
  mode:
    default: drift
  workspace:
    default: data
  organization-id: {}
  allow-delete:
    default: "true"
  write-secrets:
    default: "true"
  wait:
    default: "false"
  timeout:
    default: 1h30m
  fail-on-drift:
    default: "false"
  drift-issue:
    default: "false"
  require-reviewed-plan:
    default: "false"
  comment:
    default: "false"
  simulate:
    default: "true"
  api-url:
    default: https://example.com
`

func readActionYML(t *testing.T) []byte {
	t.Helper()
	action, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	return action
}

// loadInputs calls Load with inputs by their names in action.yml.
func loadInputs(t *testing.T, inputs map[string]string) (*config.Config, error) {
	t.Helper()
	variables := map[string]string{}
	for name, value := range inputs {
		variables["INPUT_"+strings.ToUpper(name)] = value
	}
	return loadEnv(t, variables)
}

// loadEnv calls Load with variables. It returns a Config even with an error, so that tests
// can print it.
func loadEnv(t *testing.T, variables map[string]string) (*config.Config, error) {
	t.Helper()
	c, err := config.Load(func(name string) string { return variables[name] }, readActionYML(t))
	if c == nil {
		c = &config.Config{}
	}
	return c, err
}

func TestBlankIsDefault(t *testing.T) {
	t.Parallel()
	want := &config.Config{
		Files: config.List{"one.yaml", "two.yaml"}, Mode: config.ModeDrift, Workspace: "data", AllowDelete: true, WriteSecrets: true,
		Timeout: config.Timeout(90 * time.Minute), Simulate: true, APIURL: "https://example.com",
	}
	for _, blank := range []string{"", " ", "\r\n\t "} {
		got, err := config.Load(func(string) string { return blank }, []byte(sampleAction))
		if err != nil {
			t.Errorf("%q: %v", blank, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q:\n%s", blank, diff)
		}
	}
}

func TestInputsWinOverDefaults(t *testing.T) {
	t.Parallel()
	got, err := loadInputs(t, map[string]string{
		"files": "a.yaml", "mode": "apply", "workspace": " data platform ", "organization-id": "corg", "allow-delete": "true",
		"write-secrets": "true", "wait": "false", "export-to": "exported/", "export-workspaces": "data\nml", "timeout": "90s", "fail-on-drift": "false", "simulate": "true",
		"api-url": "https://api.example.com/astro/",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &config.Config{
		Files: config.List{"a.yaml"}, Mode: config.ModeApply, Workspace: "data platform", OrganizationID: "corg", AllowDelete: true,
		WriteSecrets: true, Timeout: config.Timeout(90 * time.Second), Simulate: true, ExportTo: "exported/", ExportWorkspaces: config.List{"data", "ml"}, APIURL: "https://api.example.com/astro",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The runner keeps the dashes in the names of inputs. A variable with underscores instead
// doesn't come from the runner.
func TestDashesInInputNames(t *testing.T) {
	t.Parallel()
	env := map[string]string{"INPUT_API-URL": "https://dash.example.com", "INPUT_API_URL": "https://underscore.example.com", "API_URL": "https://bare.example.com"}
	c, err := loadEnv(t, env)
	if err != nil {
		t.Fatal(err)
	}
	if c.APIURL != "https://dash.example.com" {
		t.Errorf("api-url is %s", c.APIURL)
	}
	delete(env, "INPUT_API-URL")
	if c, err = loadEnv(t, env); err != nil || c.APIURL != "https://api.astronomer.io" {
		t.Errorf("api-url is %s, %v", c.APIURL, err)
	}
}

func TestEveryBadInputIsReported(t *testing.T) {
	t.Parallel()
	_, err := loadInputs(t, map[string]string{
		"files": "a.yaml", "manifest": "workspaces: []", "mode": "aply", "workspace": "a\nb", "organization-id": "c\rd", "allow-delete": "ja",
		"write-secrets": "1", "wait": "no", "timeout": "30", "fail-on-drift": "off", "simulate": "y", "api-url": "http://example.com",
	})
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{
		`input mode is "aply": it must be auto, validate, plan, apply, drift or export`,
		`input workspace is "a\nb": it must be on one line`,
		`input organization-id is "c\rd": it must be on one line`,
		`input allow-delete is "ja": it must be true or false`,
		`input write-secrets is "1": it must be true or false`,
		`input wait is "no": it must be true or false`,
		`input timeout is "30": it must be a duration such as 90s, 30m or 1h30m, from 1s to 24h`,
		`input fail-on-drift is "off": it must be true or false`,
		`input simulate is "y": it must be true or false`,
		`input api-url is "http://example.com": it must start with https://, because this run sends the token there`,
		"set either input files or input manifest, not both",
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestFilesOrManifest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, files, manifest string
		ok                    bool
	}{
		{"neither", "", "", true},
		{"files", "a.yaml", "", true},
		{"manifest", "", "workspaces: []", true},
		{"manifest, and files with its default from the runner", "astro.yaml", "workspaces: []", true},
		{"both", "a.yaml", "workspaces: []", false},
		{"files with the default and another file", "astro.yaml\na.yaml", "workspaces: []", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := loadInputs(t, map[string]string{"files": tt.files, "manifest": tt.manifest})
			if tt.ok {
				if err != nil || c.Manifest != tt.manifest {
					t.Errorf("manifest %q, %v", c.Manifest, err)
				}
			} else if err == nil || !strings.Contains(err.Error(), "set either input files or input manifest") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// Load returns an error for an invalid action.yml, and doesn't loop forever on an invalid
// default.
func TestBadAction(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, action, want string }{
		{"not YAML", "inputs: [", "action.yml: "},
		{"not a mapping", "inputs: none", "action.yml: "},
		{"bad default", strings.Replace(sampleAction, "drift", "adrift", 1), "it must be auto, validate, plan, apply, drift or export"},
		{"bad default and bad input", strings.Replace(sampleAction, `"false"`, `"maybe"`, 1), "it must be true or false"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(func(name string) string { return map[string]string{"INPUT_WAIT": "no"}[name] }, []byte(tt.action))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// A message doesn't show an address, because it may contain a password that the run
// doesn't know as a secret.
func TestBadURLIsNotEchoed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"https://admin:hunter2@api.example.com",
		"https://hunter2@api.example.com",
		"http://admin:hunter2@api.example.com",
		"https://api.example.com?token=hunter2",
		"https://api.example.com/hunter2?",
		"https://api.example.com/#hunter2",
		"https://admin:hunter2@api.example.com:port",
		"https://admin:hunter2@ex ample.com",
	} {
		_, err := loadInputs(t, map[string]string{"api-url": text})
		if err == nil || !strings.Contains(err.Error(), "input api-url") {
			t.Errorf("%q: error %v", text, err)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the error contains the password: %v", text, err)
		}
	}
}

// A secret may be in the wrong input. The code that prints the error redacts the secret, if
// the error contains all of it and not only a part.
func TestNoPartOfASecretIsEchoed(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("correct-horse-battery-staple.", 8)
	for _, secret := range []string{
		long, "short-secret", strings.Repeat("é", 50) + "x",
		"-----BEGIN KEY-----\n" + long + "\n-----END KEY-----",
	} {
		for _, input := range []string{"mode", "workspace", "organization-id", "allow-delete", "write-secrets", "wait", "timeout", "fail-on-drift", "simulate", "api-url"} {
			value := "x\n" + secret // a Line accepts all values without line breaks
			if input != "workspace" && input != "organization-id" {
				value = secret
			}
			_, err := loadInputs(t, map[string]string{input: value})
			if err == nil || !strings.Contains(err.Error(), "input "+input) {
				t.Errorf("%s: error %v", input, err)
				continue
			}
			rest := err.Error()
			for _, spelling := range []string{secret, strings.Trim(strconv.Quote(secret), `"`)} {
				rest = strings.ReplaceAll(rest, spelling, "***")
			}
			for i := 0; i+8 <= len(secret); i++ {
				if part := secret[i : i+8]; strings.Contains(rest, part) {
					t.Errorf("%s: the error contains the part %q of a secret: %s", input, part, rest)
					break
				}
			}
		}
	}
}
