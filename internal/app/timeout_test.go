package app_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"astro-apply/internal/app"
)

// silentTransport accepts requests and never responds.
type silentTransport struct{}

func (silentTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, context.Cause(r.Context())
}

// A run that times out while it reads reports the call that it was waiting for.
func TestUnresponsiveAPI(t *testing.T) {
	t.Parallel()
	action, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"INPUT_MODE": "apply", "INPUT_TIMEOUT": "70s", "INPUT_MANIFEST": "workspaces: [{ name: data }]",
		"INPUT_ORGANIZATION-ID": "corg00000000000000000000a", "ASTRO_API_TOKEN": "opaque-token",
	}
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		code := app.Main(t.Context(), app.System{
			Args: []string{"astro-apply"}, Getenv: func(name string) string { return env[name] }, Stdout: &log, AstroTransport: silentTransport{}, ActionYAML: action,
		})
		const want = "Stopped early (timed out after 1m10s, while reading: GET /organizations/{organizationId}/workspaces: " +
			"context deadline exceeded, after: no complete response within 1m0s); no changes made."
		if code != 1 || !strings.Contains(log.String(), want) {
			t.Errorf("exit code %d:\n%s", code, log.String())
		}
	})
}
