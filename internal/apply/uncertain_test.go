package apply_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/longtest"
	"astro-apply/internal/simulator"
)

// TestCreateWithoutResponse checks that a run looks up a resource if the response to its
// create is lost, and doesn't repeat the create.
func TestCreateWithoutResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		var lost atomic.Int32
		s.useTransport(&faultyTransport{loseResponse: func(r *http.Request) error {
			if r.Method == http.MethodPost {
				lost.Add(1)
				return errors.New("connection reset by peer")
			}
			return nil
		}})
		outcomes := s.applyManifest(t.Context(), twoDeployments, apply.Options{})
		if got := statusesOf(outcomes); countStatus(got, apply.Created) != 3 || lost.Load() != 3 {
			t.Fatalf("statuses %v, %d responses lost", got, lost.Load())
		}
		if n := len(s.server.Resources("deployment")); n != 2 {
			t.Errorf("%d Deployments", n)
		}
	})
}

// TestCreateThatNeverHappened checks that a create fails after several attempts if Astro
// never executes it.
func TestCreateThatNeverHappened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.AddFault(simulator.Fault{Method: "POST", Path: "workspaces", Status: 502, RawBody: "<html>bad gateway</html>"})
		start := time.Now()
		outcomes := s.applyManifest(t.Context(), "workspaces: [{ name: data }]", apply.Options{})
		if outcomes[0].Status != apply.Failed || !strings.Contains(outcomes[0].Err.Error(), "it doesn't exist after 4 attempts; run again") {
			t.Errorf("%s: %v", outcomes[0].Status, outcomes[0].Err)
		}
		if took := time.Since(start); took < 4*20*time.Second || took > 4*time.Minute {
			t.Errorf("the run looked for the Workspace for %s", took)
		}
	})
}

// TestCreateIsRetriedAfterLookUp checks that a run repeats a create after the lookup has
// shown that Astro didn't execute it.
func TestCreateIsRetriedAfterLookUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.AddFault(simulator.Fault{Method: "POST", Reset: true, Count: 2})
		outcomes := s.applyManifest(t.Context(), "workspaces: [{ name: data }]", apply.Options{})
		if n := len(s.server.Resources("workspace")); outcomes[0].Status != apply.Created || n != 1 || len(s.listWrites()) != 3 {
			t.Errorf("%s: %v; %d Workspaces after %v", outcomes[0].Status, outcomes[0].Err, n, s.listWrites())
		}
	})
}

// TestManyUncertainCreates checks that each create results in exactly one resource,
// although every first response is lost or unusable in one of ten ways.
func TestManyUncertainCreates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		many := longtest.Size(30, 1000)
		s := newHarness(t, simulator.Options{EnforceRateLimits: true})
		for i, f := range []simulator.Fault{
			{Reset: true, Applied: true},
			{Reset: true},
			{Status: 502, Applied: true},
			{Status: 503, RawBody: "<html>"},
			{TruncateAfter: 10, Applied: true},
			{Status: 200, RawBody: "<html>", Applied: true},
			{Status: 200, RawBody: " "},
			{Delay: 80 * time.Second, Applied: true},
			{Status: 504},
			{Status: 408, Applied: true},
		} {
			for n := range many / 10 {
				f.Method, f.Body, f.Count = "POST", fmt.Sprintf(`"w%d"`, n*10+i), 1
				s.server.AddFault(f)
			}
		}
		var text strings.Builder
		text.WriteString("workspaces:\n")
		for i := range many {
			fmt.Fprintf(&text, "  - { name: w%d }\n", i)
		}
		for _, o := range s.applyManifest(t.Context(), text.String(), apply.Options{}) {
			if o.Status != apply.Created {
				t.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
			}
		}
		names := map[any]bool{}
		for _, w := range s.server.Resources("workspace") {
			names[w["name"]] = true
		}
		if n := len(s.server.Resources("workspace")); n != many || len(names) != many {
			t.Errorf("%d Workspaces, %d names", n, len(names))
		}
	})
}

// TestUpdateWithoutResponse checks that a run reads the resource again if the response to
// an update is lost. The same body sent twice would create the new queue twice.
func TestUpdateWithoutResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": w, "type": "STANDARD", "executor": "CELERY"})
		s.useTransport(&faultyTransport{loseResponse: func(r *http.Request) error {
			if r.Method == http.MethodPost {
				return errors.New("connection reset by peer")
			}
			return nil
		}})
		const manifest = `
workspace: data
deployments:
  - name: one
    workerQueues:
      - { name: default, astroMachine: A5, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1 }
      - { name: new, astroMachine: A5, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1 }
`
		outcomes := s.applyManifest(t.Context(), manifest, apply.Options{})
		if outcomes[0].Status != apply.Updated || len(s.listWrites()) != 1 {
			t.Errorf("%s: %v, %d writes", outcomes[0].Status, outcomes[0].Err, len(s.listWrites()))
		}
	})
}

// TestUpdateResponseWithoutTheResource checks that a response to an update without a
// resource counts as lost.
func TestUpdateResponseWithoutTheResource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.AddFault(simulator.Fault{Method: http.MethodPost, Status: 200, RawBody: "{}", Count: 1})
		outcomes := s.applyManifest(t.Context(), "workspaces: [{ name: data, description: new }]", apply.Options{})
		if description := s.server.Resources("workspace")[0]["description"]; outcomes[0].Status != apply.Updated || description != "new" {
			t.Errorf("%s: %v, %v", outcomes[0].Status, outcomes[0].Err, description)
		}
		s.server.AddFault(simulator.Fault{Method: http.MethodPost, Status: 200, RawBody: "{}"})
		outcomes = s.applyManifest(t.Context(), "workspaces: [{ name: data, description: newer }]", apply.Options{})
		if want := "update: POST /organizations/{organizationId}/workspaces/{id}: 200 OK: invalid response about a Workspace: it has no id; run again, and contact Astronomer support if the problem persists"; outcomes[0].Err == nil || outcomes[0].Err.Error() != want {
			t.Errorf("%s: %v", outcomes[0].Status, outcomes[0].Err)
		}
	})
}

// TestTimedOutCreate checks that a run finds the resource of a create that Astro executes
// after the gateway's timeout.
func TestTimedOutCreate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.useTransport(&faultyTransport{interceptRequest: func(r *http.Request) *http.Response {
			if r.Method != http.MethodPost {
				return nil
			}
			body, _ := io.ReadAll(r.Body)
			time.AfterFunc(9*time.Second, func() {
				delayed := r.Clone(context.WithoutCancel(r.Context()))
				delayed.Body = io.NopCloser(bytes.NewReader(body))
				if response, err := s.server.Transport().RoundTrip(delayed); err == nil {
					_ = response.Body.Close()
				}
			})
			return &http.Response{StatusCode: http.StatusGatewayTimeout, Body: http.NoBody}
		}})
		outcomes := s.applyManifest(t.Context(), "workspaces: [{ name: data }]", apply.Options{})
		if outcomes[0].Status != apply.Created || len(s.listWrites()) != 1 {
			t.Errorf("%s: %v, writes %v", outcomes[0].Status, outcomes[0].Err, s.listWrites())
		}
	})
}

// TestCreateResponseWithoutID checks that a response to a create without a valid resource
// counts as lost.
func TestCreateResponseWithoutID(t *testing.T) {
	t.Parallel()
	for _, response := range []string{`{}`, ``, `{"id": "c1", "environmentVariables": {}}`} {
		t.Run(response, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{})
				s.server.Seed("workspace", map[string]any{"name": "data"})
				s.useTransport(&faultyTransport{replaceResponse: func(r *http.Request) *http.Response {
					if r.Method != http.MethodPost {
						return nil
					}
					return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(response))}
				}})
				outcomes := s.applyManifest(t.Context(), "deployments: [{ name: one, workspace: data, type: STANDARD, cloudProvider: AWS, region: us-east-1 }]", apply.Options{})
				if outcomes[0].Status != apply.Created || outcomes[0].Live.ID == "c1" || len(s.listWrites()) != 1 {
					t.Errorf("%s: %v, writes %v", outcomes[0].Status, outcomes[0].Err, s.listWrites())
				}
			})
		})
	}
}

// TestFoundAndNotCompleted checks that the error names the new resource if the response to
// the create is lost, and the update that completes the resource is refused or stopped.
func TestFoundAndNotCompleted(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]bool{"refused": true, "stopped": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{})
				ctx, cancel := context.WithCancelCause(t.Context())
				lists := 0
				s.useTransport(&faultyTransport{
					loseResponse: func(r *http.Request) error {
						switch {
						case r.Method == http.MethodPost:
							return errors.New("connection reset by peer")
						case strings.HasSuffix(r.URL.Path, "/workspaces"):
							if lists++; lists == 2 && !fault { // this list contains the new Workspace
								cancel(errors.New("interrupt signal received"))
							}
						}
						return nil
					},
					interceptRequest: func(r *http.Request) *http.Response {
						if fault && r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/workspaces/") {
							return &http.Response{StatusCode: http.StatusForbidden, Body: http.NoBody}
						}
						return nil
					},
				})
				outcomes := s.applyManifest(ctx, "workspaces: [{ name: data }]", apply.Options{})
				o := outcomes[0]
				if o.Status != apply.Failed || o.AcceptedWrite != apply.Created || o.Live == nil {
					t.Fatalf("%s, wrote %q: %v", o.Status, o.AcceptedWrite, o.Err)
				}
				for _, want := range []string{"connection reset by peer", "it exists now (id " + o.Live.ID} {
					if !strings.Contains(o.Err.Error(), want) {
						t.Errorf("the error lacks %q: %v", want, o.Err)
					}
				}
			})
		})
	}
}
