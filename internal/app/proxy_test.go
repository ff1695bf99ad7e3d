package app_test

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"testing"

	"astro-apply/internal/app"
)

// forbiddenTransport fails the test if anything is sent.
type forbiddenTransport struct{ t *testing.T }

func (u forbiddenTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	u.t.Errorf("sent %s %s", r.Method, r.URL)
	return nil, http.ErrServerClosed
}

// TestMalformedProxy checks that proxy settings which net/http would ignore or misread stop the run before it sends anything,
// and that the error shows no password.
func TestMalformedProxy(t *testing.T) {
	t.Parallel()
	const wanted = "; set it to a URL such as http://proxy.example.com:3128"
	action, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, value, want string }{
		{"HTTPS_PROXY", "http://me:pass%word@proxy:3128", "HTTPS_PROXY: not a valid URL" + wanted},
		{"https_proxy", "http://me:pass word@proxy:31x28", "https_proxy: not a valid URL" + wanted},
		{"HTTPS_PROXY", "htps://me:password@proxy:3128", `HTTPS_PROXY: the scheme "htps" is not supported for a proxy` + wanted},
		{"HTTPS_PROXY", "https://", "HTTPS_PROXY: has no host" + wanted},
		{"HTTPS_PROXY", "http://:3128", "HTTPS_PROXY: has no host" + wanted},
		{"HTTPS_PROXY", "http//proxy:3128", "HTTPS_PROXY: has a path after the host" + wanted},
		{"http_proxy", "http://proxy/path", "http_proxy: has a path after the host" + wanted},
		{"NO_PROXY", "localhost,10.0.0.0/33", `NO_PROXY: "10.0.0.0/33" is neither a host nor an address range; fix or remove it`},
		{"no_proxy", "https://me:password@internal", "no_proxy: an entry is a URL, which matches no host; remove the scheme and the path"},
		{"NO_PROXY", "a.example b.example", `NO_PROXY: "a.example b.example" is not a host; separate entries with commas`},
		{"HTTPS_PROXY", "proxy.example.com:3128", ""},
		{"HTTPS_PROXY", "http://me:password@proxy.example.com:3128/", ""},
		{"https_proxy", "socks5://[::1]:1080", ""},
		{"NO_PROXY", "*, localhost,.example.com,10.0.0.0/8,[::1]:443,example.com:8080,", ""},
	} {
		t.Run(tt.name+"="+tt.value, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{
				"INPUT_MODE": "plan", "INPUT_MANIFEST": "workspaces: [{ name: data }]", "INPUT_ORGANIZATION-ID": "corg00000000000000000000a",
				"ASTRO_API_TOKEN": "opaque-token", tt.name: tt.value,
			}
			if tt.want == "" {
				env["INPUT_ORGANIZATION-ID"] = "" // stops the run in the next step
				tt.want = "the value of ASTRO_API_TOKEN is not an API token of Astro"
			} else {
				tt.want = "environment variable " + tt.want
			}
			var log bytes.Buffer
			code := app.Main(t.Context(), app.System{
				Args: []string{"astro-apply"}, Getenv: func(name string) string { return env[name] }, Stdout: &log, AstroTransport: forbiddenTransport{t}, ActionYAML: action,
			})
			if code != 1 || !strings.Contains(log.String(), tt.want) || strings.Contains(log.String(), "me:pass") || strings.Contains(log.String(), "password@") {
				t.Errorf("exit code %d, want %q in\n%s", code, tt.want, log.String())
			}
		})
	}
}
