package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/config"
)

func TestBool(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"true": true, "True": true, "TRUE": true, " true\n": true, "false": false, "False": false, "FALSE": false,
	} {
		if c, err := loadInputs(t, map[string]string{"wait": text}); err != nil || bool(c.Wait) != want {
			t.Errorf("%q: %v, %v", text, c.Wait, err)
		}
	}
	for _, text := range []string{"yes", "no", "on", "off", "y", "1", "0", "tRUE", "t", `"true"`, "true false"} {
		if _, err := loadInputs(t, map[string]string{"wait": text}); err == nil || !strings.Contains(err.Error(), "input wait") {
			t.Errorf("%q: error %v", text, err)
		}
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]config.Name{
		" production ": "production", "eu-1/prod_a (blue)": "eu-1/prod_a (blue)", "Köln: नमस्ते, 日本 1.2+x": "Köln: नमस्ते, 日本 1.2+x",
		strings.Repeat("é", 60): config.Name(strings.Repeat("é", 60)), "": "",
	} {
		if c, err := loadInputs(t, map[string]string{"name": text}); err != nil || c.Name != want {
			t.Errorf("%q: %q, %v", text, c.Name, err)
		}
	}
	for _, text := range []string{
		strings.Repeat("a", 61), "a\nb", "a\tb", "@team", "#1", "`a`", "a|b", "<b>", "a*b", "[a]", "a\u200bb", "a\u202eb", "a\xffb", "${{ x }}", "a\u00a0b",
	} {
		if _, err := loadInputs(t, map[string]string{"name": text}); err == nil || !strings.Contains(err.Error(), "input name") {
			t.Errorf("%q: error %v", text, err)
		}
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"0": 0, " 10\n": 10, "2147483647": 2147483647} {
		if c, err := loadInputs(t, map[string]string{"max-removals": text}); err != nil || c.MaxRemovals.Max == nil || *c.MaxRemovals.Max != want {
			t.Errorf("%q: %v, %v", text, c.MaxRemovals.Max, err)
		}
	}
	if c, err := loadInputs(t, map[string]string{"max-removals": ""}); err != nil || c.MaxRemovals.Max != nil {
		t.Errorf("%v, %v", c.MaxRemovals.Max, err)
	}
	for _, text := range []string{"-1", "+1", "1.5", "1e3", "ten", "none", "2147483648", "1 0", "0x1"} {
		if _, err := loadInputs(t, map[string]string{"max-removals": text}); err == nil || !strings.Contains(err.Error(), "input max-removals") {
			t.Errorf("%q: error %v", text, err)
		}
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"1s": time.Second, "1000ms": time.Second, "90s": 90 * time.Second, "30m": 30 * time.Minute, "1h30m": 90 * time.Minute, "24h": 24 * time.Hour,
	} {
		if c, err := loadInputs(t, map[string]string{"timeout": text}); err != nil || time.Duration(c.Timeout) != want {
			t.Errorf("%q: %v, %v", text, time.Duration(c.Timeout), err)
		}
	}
	for _, text := range []string{"0", "0s", "999ms", "-5m", "24h0m1s", "30", "1d", "30 m", "1h 30m", "PT30M", "soon", "9999999999999h"} {
		if _, err := loadInputs(t, map[string]string{"timeout": text}); err == nil || !strings.Contains(err.Error(), "input timeout") {
			t.Errorf("%q: error %v", text, err)
		}
	}
}

func TestMode(t *testing.T) {
	t.Parallel()
	for _, want := range []config.Mode{config.ModeAuto, config.ModeValidate, config.ModePlan, config.ModeApply, config.ModeDrift} {
		if c, err := loadInputs(t, map[string]string{"mode": string(want)}); err != nil || c.Mode != want {
			t.Errorf("%s: %s, %v", want, c.Mode, err)
		}
	}
	for _, text := range []string{"Plan", "import", "plan apply", "plan,apply"} {
		if _, err := loadInputs(t, map[string]string{"mode": text}); err == nil || !strings.Contains(err.Error(), "input mode") {
			t.Errorf("%q: error %v", text, err)
		}
	}
}

func TestAPIURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]config.APIURL{
		"https://api.astronomer.io":       "https://api.astronomer.io",
		"https://api.astronomer.io///":    "https://api.astronomer.io",
		" https://api.astronomer.io \n":   "https://api.astronomer.io",
		"HTTPS://api.astronomer.io":       "https://api.astronomer.io",
		"https://proxy.example.com:8443/": "https://proxy.example.com:8443",
		"https://example.com/astro/api/":  "https://example.com/astro/api",
		"http://localhost:8080":           "http://localhost:8080",
		"http://127.0.0.1:8080/":          "http://127.0.0.1:8080",
		"http://127.1.2.3":                "http://127.1.2.3",
		"http://[::1]:8080":               "http://[::1]:8080",
	} {
		if c, err := loadInputs(t, map[string]string{"api-url": text}); err != nil || c.APIURL != want {
			t.Errorf("%q: %s, %v", text, c.APIURL, err)
		}
	}
	const (
		address = "it must be a URL such as"
		scheme  = "it must start with https://"
	)
	for text, want := range map[string]string{
		"http://api.astronomer.io":         scheme,
		"http://localhost.example.com":     scheme,
		"http://127.0.0.1.example.com":     scheme,
		"http://10.0.0.1":                  scheme,
		"http://[::2]":                     scheme,
		"ftp://localhost":                  scheme,
		"//api.astronomer.io":              scheme,
		"api.astronomer.io":                address,
		"https:api.astronomer.io":          address,
		"https://":                         address,
		"https:///astro":                   address,
		"https://a b.example.com":          address,
		"https://api.astronomer.io\nx":     address,
		"https://user@api.astronomer.io":   address,
		"https://:@api.astronomer.io":      address,
		"http://localhost@api.example.com": address,
		"https://api.astronomer.io?a=b":    address,
		"https://api.astronomer.io/#a":     address,
		"https://api.astronomer.io:port":   address,
	} {
		if _, err := loadInputs(t, map[string]string{"api-url": text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]config.List{
		"a.yaml":                             {"a.yaml"},
		"a.yaml\nb.yaml\n":                   {"a.yaml", "b.yaml"},
		"\r\n a.yaml \r\n\r\n\tb.yaml\r\n":   {"a.yaml", "b.yaml"},
		"# all of it\n  # indented\na.yaml":  {"a.yaml"},
		"a.yaml # is a name, as are, commas": {"a.yaml # is a name, as are, commas"},
		"b.yaml\na.yaml\nb.yaml":             {"b.yaml", "a.yaml", "b.yaml"},
	} {
		c, err := loadInputs(t, map[string]string{"files": text})
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, c.Files); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

// Load doesn't change the text of the manifest.
func TestManifestIsVerbatim(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"workspaces:\n  - name: ${env:NAME} # $${x}, \\, \"a\"",
		"a: 1,b: 2",
		"\n# lines count in messages\nworkspaces: []",
		"  workspaces:\n    - name: data\n  deployments: []",
		"workspaces:\n  - name: data\n    description: |+\n      text\n\n",
	} {
		c, err := loadInputs(t, map[string]string{"manifest": text})
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(text, c.Manifest); diff != "" {
			t.Error(diff)
		}
	}
}
