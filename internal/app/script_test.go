package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"astro-apply/internal/github/fake"
	"astro-apply/internal/simulator"
	"astro-apply/internal/simulator/conformance"
)

var updateFlag = flag.Bool("update", false, "rewrite the expected texts in testdata/script, and README's tables")

// TestScript runs the scripts in testdata/script with the compiled program, as a runner
// would: with files, environment variables, and a simulated Astro API behind HTTP. In
// addition to testscript's commands, a script has astro, event, github and output. If the
// API's OpenAPI document is available, the test checks all requests and responses
// against it.
func TestScript(t *testing.T) {
	bin := filepath.Dir(buildProgram(t))
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("..", "..", "testdata", "script"),
		UpdateScripts: *updateFlag,
		Setup: func(e *testscript.Env) error {
			s := newScriptHarness(t)
			files, err := filepath.Abs("../../testdata/cli")
			if err != nil {
				return err
			}
			e.Defer(s.astroHTTP.Close)
			e.Defer(s.githubHTTP.Close)
			e.Values[scriptHarness{}] = s
			e.Setenv("PATH", bin+string(os.PathListSeparator)+e.Getenv("PATH"))
			for name, value := range map[string]string{
				"GITHUB_ACTIONS":      "true",
				"GITHUB_EVENT_NAME":   "push",
				"GITHUB_REF":          "refs/heads/main",
				"GITHUB_REF_NAME":     "main",
				"GITHUB_EVENT_PATH":   filepath.Join(e.WorkDir, ".event"),
				"GITHUB_OUTPUT":       filepath.Join(e.WorkDir, "outputs"),
				"GITHUB_STEP_SUMMARY": filepath.Join(e.WorkDir, "summary"),
				"GITHUB_REPOSITORY":   fake.Repository,
				"GITHUB_SERVER_URL":   "https://github.com",
				"GITHUB_RUN_ID":       "42",
				"GITHUB_SHA":          mainSHA,
				"GITHUB_WORKFLOW_REF": fake.Repository + "/.github/workflows/astro.yml@refs/heads/main",
				"GITHUB_API_URL":      s.githubHTTP.URL,
				"GITHUB_GRAPHQL_URL":  s.githubHTTP.URL + "/graphql",
				"INPUT_GITHUB-TOKEN":  s.github.Token,
				"INPUT_API-URL":       s.astroHTTP.URL,
				"INPUT_WAIT":          "false",
				"NL":                  "\n",
				"CLI":                 files, // Astro CLI deployment files, as inspect --template prints them
				"ASTRO_API_TOKEN":     s.server.NewToken(simulator.Scope{}),
			} {
				e.Setenv(name, value)
			}
			return os.WriteFile(filepath.Join(e.WorkDir, ".event"), []byte(`{"repository":{"default_branch":"main"}}`), 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"astro":  func(ts *testscript.TestScript, _ bool, args []string) { harnessOf(ts).runAstroCommand(ts, args) },
			"event":  setEvent,
			"github": func(ts *testscript.TestScript, _ bool, args []string) { harnessOf(ts).runGitHubCommand(ts, args) },
			"output": checkOutput,
		},
	})
}

var programDir string // set by TestMain

// buildProgramOnce builds the program once for all tests.
var buildProgramOnce = sync.OnceValues(func() (path string, err error) {
	path = filepath.Join(programDir, "astro-apply")
	if out, err := exec.CommandContext(context.Background(), "go", "build", "-o", path, "astro-apply").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// buildProgram returns the path of the compiled program.
func buildProgram(t *testing.T) string {
	t.Helper()
	path, err := buildProgramOnce()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// scriptHarness holds the simulated Astro and the fake GitHub of one script.
type scriptHarness struct {
	server     *simulator.Server
	astroHTTP  *httptest.Server
	github     *fake.Server
	githubHTTP *httptest.Server

	onCommentsRequest chan func() // a function to call at the next request for comments
	addDuplicate      atomic.Bool // another job creates the same comment at the same time as the next run
}

func harnessOf(ts *testscript.TestScript) *scriptHarness {
	return ts.Value(scriptHarness{}).(*scriptHarness)
}

func newScriptHarness(t *testing.T) *scriptHarness {
	s := &scriptHarness{server: simulator.New(simulator.Options{OrganizationID: "corg00000000000000000000a"}), onCommentsRequest: make(chan func(), 1)}
	var handler http.Handler = s.server
	if conformance.DocumentPath() != "" {
		checked := conformance.NewTransport(t, s.server.Transport())
		handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { forwardRequest(w, r, checked) })
	}
	s.astroHTTP = httptest.NewServer(handler)
	s.github = fake.New()
	s.githubHTTP = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/comments") {
			select {
			case change := <-s.onCommentsRequest:
				change()
			default:
			}
		}
		s.github.ServeHTTP(w, r)
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/comments") && s.addDuplicate.Swap(false) {
			all := s.github.Comments(7)
			duplicate := all[len(all)-1]
			duplicate.ID = 0
			s.github.AddComment(duplicate)
		}
	}))
	return s
}

func forwardRequest(w http.ResponseWriter, r *http.Request, to http.RoundTripper) {
	r.RequestURI, r.URL.Scheme, r.URL.Host = "", "http", r.Host
	answer, err := to.RoundTrip(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer func() { _ = answer.Body.Close() }()
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body)
}

// runAstroCommand implements the command astro, which controls the simulated Astro:
//
//	astro seed FILE            add resources, one JSON object per line: {"kind": "workspace", …}
//	astro fail FILE            add faults, one JSON object per line
//	astro token SCOPE…         set the token: organization, workspace=ID, deployment=ID, expired, days=N
//	astro own NAME             set the token to the API token with that name
//	astro respell A B          return B for the stored text A; "" omits the field
//	astro meanwhile PATH FILE  post FILE to PATH while the run compares its plan with the reviewed one
//	astro reset                forget the requests so far, and empty outputs and summary
//	astro requests FILE        write the requests, sorted, one per line: METHOD path status
//	astro writes FILE          the same without reads
//	astro sequence FILE        write the writes in their order, without ids
//	astro bodies FILE          write the bodies of the writes
//	astro state KIND FILE      write the stored resources of a kind
func (s *scriptHarness) runAstroCommand(ts *testscript.TestScript, args []string) {
	if len(args) == 0 {
		ts.Fatalf("astro: the command is missing")
	}
	switch args[0] {
	case "seed":
		forEachLine(ts, args[1], func(line []byte) {
			var object map[string]any
			ts.Check(json.Unmarshal(line, &object))
			kind, _ := object["kind"].(string)
			delete(object, "kind")
			s.server.Seed(kind, object)
		})
	case "fail":
		forEachLine(ts, args[1], func(line []byte) {
			var fault simulator.Fault
			d := json.NewDecoder(bytes.NewReader(line))
			d.DisallowUnknownFields()
			ts.Check(d.Decode(&fault))
			s.server.AddFault(fault)
		})
	case "token":
		ts.Setenv("ASTRO_API_TOKEN", s.newToken(args[1:]))
	case "respell":
		s.server.SetReturnedText(args[1], args[2])
	case "own":
		for _, o := range s.server.Resources("apiToken") {
			if o["name"] == args[1] {
				ts.Setenv("ASTRO_API_TOKEN", s.server.NewToken(simulator.Scope{TokenID: o["id"].(string)}))
			}
		}
	case "meanwhile":
		body, token := ts.ReadFile(args[2]), s.newToken(nil)
		s.onCommentsRequest <- func() {
			r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.astroHTTP.URL+"/v1/organizations/"+s.server.OrganizationID()+args[1], strings.NewReader(body))
			if err == nil {
				r.Header.Set("Authorization", "Bearer "+token)
				r.Header.Set("Content-Type", "application/json")
				var answer *http.Response
				if answer, err = http.DefaultClient.Do(r); err == nil { //nolint:forbidigo // a request to the test's own server
					_ = answer.Body.Close()
				}
			}
			if err != nil {
				panic(err)
			}
		}
	case "reset":
		s.server.ResetRequests()
		for _, file := range []string{"outputs", "summary"} {
			ts.Check(os.WriteFile(ts.MkAbs(file), nil, 0o600))
		}
	case "requests":
		writeScriptFile(ts, args[1], s.requestLog(http.MethodGet, http.MethodPost, http.MethodDelete))
	case "sequence":
		var b strings.Builder
		for _, r := range s.server.Requests() {
			if r.Method != http.MethodGet {
				collection, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/v1/organizations/"+s.server.OrganizationID()+"/"), "/")
				fmt.Fprintf(&b, "%s %s %d\n", r.Method, collection, r.Status)
			}
		}
		writeScriptFile(ts, args[1], b.String())
	case "writes":
		writeScriptFile(ts, args[1], s.requestLog(http.MethodPost, http.MethodDelete))
	case "bodies":
		var b bytes.Buffer
		for _, r := range s.server.Requests() {
			if r.Method == http.MethodPost {
				ts.Check(json.Indent(&b, r.Body, "", "  "))
				b.WriteString("\n")
			}
		}
		writeScriptFile(ts, args[1], b.String())
	case "state":
		b, err := json.MarshalIndent(s.server.Resources(args[1]), "", "  ")
		ts.Check(err)
		writeScriptFile(ts, args[2], string(b)+"\n")
	default:
		ts.Fatalf("astro: unknown command %s", args[0])
	}
}

func (s *scriptHarness) newToken(words []string) string {
	scope := simulator.Scope{}
	for _, w := range words {
		name, id, _ := strings.Cut(w, "=")
		switch name {
		case "workspace":
			scope.WorkspaceIDs = append(scope.WorkspaceIDs, id)
		case "deployment":
			scope.DeploymentIDs = append(scope.DeploymentIDs, id)
		case "days":
			n, err := strconv.Atoi(id)
			if err != nil {
				n = 1
			}
			scope.ExpiresAt = time.Now().Add(time.Duration(n)*24*time.Hour + time.Hour)
		case "expired":
			scope.ExpiresAt = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		}
	}
	return s.server.NewToken(scope)
}

func (s *scriptHarness) requestLog(methods ...string) string {
	var out []string
	for _, r := range s.server.Requests() {
		if slices.Contains(methods, r.Method) {
			out = append(out, fmt.Sprintf("%s %s %d\n", r.Method, strings.TrimPrefix(r.Path, "/v1/organizations/"+s.server.OrganizationID()), r.Status))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

func forEachLine(ts *testscript.TestScript, file string, f func([]byte)) {
	for line := range bytes.Lines([]byte(ts.ReadFile(file))) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			f(line)
		}
	}
}

func writeScriptFile(ts *testscript.TestScript, file, text string) {
	ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
}

// checkOutput implements the command output NAME VALUE, which compares an output of the
// step. It parses the file of outputs as the runner does.
func checkOutput(ts *testscript.TestScript, neg bool, args []string) {
	got, ok := parseOutputs(ts.ReadFile("outputs"))[args[0]]
	if !ok {
		ts.Fatalf("no output %s", args[0])
	}
	if want := strings.Join(args[1:], " "); (got == want) == neg {
		ts.Fatalf("output %s is %q, want %q (negated: %t)", args[0], got, want, neg)
	}
}

func parseOutputs(file string) map[string]string {
	out := map[string]string{}
	rest := strings.Split(file, "\n")
	for i := 0; i < len(rest); i++ {
		name, end, ok := strings.Cut(rest[i], "<<")
		if !ok {
			continue
		}
		var value []string
		for i++; i < len(rest) && rest[i] != end; i++ {
			value = append(value, rest[i])
		}
		out[name] = strings.Join(value, "\n")
	}
	return out
}
