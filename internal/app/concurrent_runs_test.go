package app_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"astro-apply/internal/simulator"
	"astro-apply/internal/testkit"
)

// barrierTransport delays the first write of each run until both runs have read the
// current state.
type barrierTransport struct {
	http.RoundTripper
	arrived *sync.WaitGroup
	once    sync.Once
}

func (m *barrierTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		m.once.Do(func() { m.arrived.Done(); m.arrived.Wait() })
	}
	return m.RoundTripper.RoundTrip(r)
}

// Two runs at the same moment create one resource where Astro refuses a second
// one. Where it creates both, one run at least fails and names both ids and its
// own, and so does the next one.
func TestTwoRunsAtOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		manifest, kind string
		createdCount   int
	}{
		"environment object": {"environmentObjects: [{ workspace: data, objectType: AIRFLOW_VARIABLE, objectKey: K, airflowVariable: { value: v } }]", "environmentObject", 1},
		"cluster":            {"clusters: [{ name: c, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20 }]", "cluster", 1},
		"range":              {"allowedIpAddressRanges: [192.0.2.0/24]", "allowedIpAddressRange", 1},
		"Workspace":          {"workspaces: [{ name: new }]", "workspace", 2},
		"with a Deployment":  {"workspaces: [{ name: new }]\nworkspace: new\ndeployments: [{ name: d, type: STANDARD, cloudProvider: AWS, region: us-east-1 }]", "workspace", 2},
		"Team":               {"teams: [{ name: new }]", "team", 2},
		"custom role":        {"customRoles: [{ name: new, scopeType: DAG, permissions: [deployment.get] }]", "customRole", 2},
		"API token":          {"apiTokens: [{ workspace: data, name: ci, saveTo: ci, roles: [{ role: WORKSPACE_MEMBER }] }]", "apiToken", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := simulator.New(simulator.Options{})
				s.Seed("workspace", map[string]any{"name": "data"})
				seeded := len(s.Resources(test.kind))
				var arrived, runs sync.WaitGroup
				var codes [2]int
				var logs [2]string
				arrived.Add(2)
				for i := range 2 {
					runs.Go(func() {
						p := &inProcessRun{transport: &barrierTransport{RoundTripper: s.Transport(), arrived: &arrived}, server: s, manifest: test.manifest, tempDir: t.TempDir()}
						codes[i], logs[i] = p.runProgram(t.Context())
					})
				}
				runs.Wait()
				created := s.Resources(test.kind)[seeded:]
				if len(created) != test.createdCount || (codes[0]+codes[1] == 0) != (test.createdCount == 1) {
					t.Fatalf("%d created, exit codes %v\n%s", len(created), codes, logs)
				}
				for i, log := range logs {
					own := regexp.MustCompile(`this run created the one with id (c[a-z0-9]{24}), .* at the same time \(id (c[a-z0-9]{24})\);`).FindStringSubmatch(log)
					if codes[i] != 0 && (own == nil || own[1] == own[2] || !strings.Contains(log, "("+own[1]+")")) {
						t.Errorf("the run doesn't name both ids:\n%s", log)
					}
				}
				if n := len(s.Resources("deployment")); n > 1 {
					t.Errorf("%d Deployments were created in two Workspaces of one name", n)
				}
				code, log := (&inProcessRun{transport: s.Transport(), server: s, manifest: test.manifest, tempDir: t.TempDir()}).runProgram(t.Context())
				if test.createdCount == 1 && code != 0 {
					t.Errorf("the next run: %d\n%s", code, log)
				}
				for _, o := range created {
					if id, _ := o["id"].(string); test.createdCount == 2 && (code != 1 || !strings.Contains(log, id)) {
						t.Errorf("the next run doesn't name %s: %d\n%s", id, code, log)
					}
				}
			})
		})
	}
}

// A run that creates a token and can't save its value deletes the token. It stops that
// in time after a signal.
func TestCleanupEndsWithTheSignal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := simulator.New(simulator.Options{})
		s.Seed("workspace", map[string]any{"name": "data"})
		s.AddFault(simulator.Fault{Method: http.MethodDelete, Delay: 5 * time.Minute, Applied: true})
		ctx, cancel := context.WithCancelCause(t.Context())
		temp, since := t.TempDir(), time.Time{}
		p := &inProcessRun{server: s, tempDir: temp, manifest: "apiTokens: [{ name: ci, workspace: data, saveTo: dir/ci, roles: [{ role: WORKSPACE_MEMBER }] }]"}
		p.transport = testkit.RoundTripFunc(func(r *http.Request) (*http.Response, error) {
			switch r.Method {
			case http.MethodPost: // make the sink unwritable after its check: a file instead of the folder
				if err := os.WriteFile(filepath.Join(temp, "dir"), nil, 0o600); err != nil {
					t.Error(err)
				}
			case http.MethodDelete:
				since = time.Now()
				cancel(errors.New("interrupt signal received"))
			}
			return s.Transport().RoundTrip(r)
		})
		code, log := p.runProgram(ctx)
		if took := time.Since(since); code != 1 || took > 7500*time.Millisecond || !strings.Contains(log, "delete it in Astro") {
			t.Errorf("exit code %d, %s after the signal:\n%s", code, took, log)
		}
		time.Sleep(time.Hour) // the server finishes delayed requests
	})
}
