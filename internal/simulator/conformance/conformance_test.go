package conformance_test

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"astro-apply/internal/simulator/conformance"
	"astro-apply/internal/simulator/faulty"
)

// TestMain uses a document of this package, since not everybody has the API's.
func TestMain(m *testing.M) {
	path, err := filepath.Abs(documentFile)
	if err != nil {
		panic(err)
	}
	os.Setenv("ASTRO_OPENAPI", path)
	m.Run()
}

const documentFile = "testdata/openapi.yml"

var updateConstraints = flag.Bool("update", false, "rewrite testdata/constraints.json")

func TestConstraints(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile(documentFile)
	if err != nil {
		t.Fatal(err)
	}
	got, err := conformance.Constraints(document)
	if err != nil {
		t.Fatal(err)
	}
	if *updateConstraints {
		if err := os.WriteFile("testdata/constraints.json", got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/constraints.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("constraints:\n%s", got)
	}
}

// recordingTB records the reports of a test.
type recordingTB struct {
	testing.TB
	reports []string
}

func (w *recordingTB) Helper() {}

func (w *recordingTB) Errorf(format string, args ...any) {
	w.reports = append(w.reports, fmt.Sprintf(format, args...))
}

type roundTripFunc func(*http.Request) *http.Response

func (s roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return s(r), nil }

func TestViolationsAreReported(t *testing.T) {
	t.Parallel()
	const (
		workspaces  = "/v1/organizations/c1/workspaces"
		deployments = "/v1/organizations/c1/deployments"
		empty       = `{"workspaces":[],"limit":20,"offset":0,"totalCount":0}`
		refusal     = `{"message":"m","requestId":"r","statusCode":400}`
	)
	tests := map[string]struct {
		method, path, body string
		status             int
		answer             string
		fault              bool
		want               string // substring of the only report; "": no report
	}{
		"conforms":                     {"GET", workspaces, "", 200, empty, false, ""},
		"unknown path":                 {"GET", "/v1/organizations/c1/nothing", "", 400, refusal, false, "not found"},
		"response lacks a member":      {"GET", workspaces, "", 200, `{"workspaces":[]}`, false, "response (status 200)"},
		"response has an extra member": {"GET", workspaces, "", 200, strings.Replace(empty, "{", `{"x":1,`, 1), false, "response (status 200)"},
		"response is HTML":             {"GET", workspaces, "", 200, "<html>", false, "response (status 200)"},
		"undeclared status":            {"GET", workspaces, "", 429, refusal, false, "response (status 429)"},
		"error lacks a requestId":      {"POST", workspaces, `{}`, 400, `{"message":"m","statusCode":400}`, false, "response (status 400)"},
		"query out of range":           {"GET", workspaces + "?limit=1001", "", 200, empty, false, "request (status 200)"},
		"request without variant":      {"POST", deployments, `{"name":"n","workspaceId":"c2","type":"HYBRID","region":"r"}`, 500, refusal, false, "request (status 500)"},
		"refused on purpose":           {"POST", workspaces, `{"nonsense":1}`, 400, refusal, false, ""},
		"response of a fault":          {"GET", workspaces, "", 429, "<html>", true, ""},
		"request of a fault":           {"POST", workspaces, `{"nonsense":1}`, 429, "<html>", true, "request (status 429)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &recordingTB{TB: t}
			base := roundTripFunc(func(r *http.Request) *http.Response {
				header := http.Header{"Content-Type": {"application/json"}}
				if test.fault {
					header.Set(faulty.FaultHeader, "true")
				}
				return &http.Response{StatusCode: test.status, Header: header, Request: r, Body: io.NopCloser(strings.NewReader(test.answer))}
			})
			request, err := http.NewRequest(test.method, "https://api.example.com"+test.path, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer x")
			request.Header.Set("Content-Type", "application/json")
			response, err := conformance.NewTransport(w, base).RoundTrip(request)
			if err != nil {
				t.Fatal(err)
			}
			if body, err := io.ReadAll(response.Body); err != nil || string(body) != test.answer {
				t.Errorf("the forwarded response is %q, %v", body, err)
			}
			reports := strings.Join(w.reports, "\n")
			if test.want == "" && reports != "" || !strings.Contains(reports, test.want) {
				t.Errorf("reports %q, want %q", reports, test.want)
			}
			if test.want != "" && !strings.Contains(reports, test.method+" /v1/organizations/c1/") {
				t.Errorf("a report names method and path: %q", reports)
			}
		})
	}
}

func TestDocumentPath(t *testing.T) {
	t.Setenv("ASTRO_OPENAPI", "elsewhere.yml")
	if got := conformance.DocumentPath(); got != "elsewhere.yml" {
		t.Errorf("document %q", got)
	}
	t.Setenv("ASTRO_OPENAPI", "")
	t.Chdir(t.TempDir())
	if got := conformance.DocumentPath(); got != "" {
		t.Errorf("document %q where there is none", got)
	}
}
