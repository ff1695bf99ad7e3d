package apply_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/desired"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
)

// TestTimedOutUpdate checks that a run waits for an update that Astro executes after the
// gateway's timeout. A second request would replace the queue that the first one
// creates.
func TestTimedOutUpdate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": w, "type": "STANDARD", "executor": "CELERY"})
		s.server.AddFault(simulator.Fault{Method: http.MethodPost, Status: 504, ApplyAfter: 4 * time.Second, Count: 1})
		outcomes := s.applyManifest(t.Context(), `
workspace: data
deployments:
  - name: one
    workerQueues:
      - { name: default, astroMachine: A5, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1 }
      - { name: new, astroMachine: A5, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1 }
`, apply.Options{})
		if outcomes[0].Status != apply.Updated || len(s.listWrites()) != 1 {
			t.Errorf("%s: %v, writes %v", outcomes[0].Status, outcomes[0].Err, s.listWrites())
		}
		time.Sleep(time.Minute)
	})
}

// TestTimedOutLastAttempt checks that a run also waits for the update of its last attempt. Without this wait, it would
// report a change that Astro makes as failed.
func TestTimedOutLastAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.AddFault(simulator.Fault{Method: http.MethodPost, Status: 504, Count: 3})
		s.server.AddFault(simulator.Fault{Method: http.MethodPost, Status: 504, ApplyAfter: 20 * time.Second, Count: 1})
		o := s.applyManifest(t.Context(), "workspaces: [{ name: data, description: new }]", apply.Options{})[0]
		if o.Status != apply.Updated || len(s.listWrites()) != 4 {
			t.Errorf("%s: %v, writes %v", o.Status, o.Err, s.listWrites())
		}
	})
}

// TestUncertainRotation checks that a run doesn't retry a rotation with an uncertain
// outcome, and that the error explains the consequences.
func TestUncertainRotation(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{"rotated after a timeout": {Status: 504, ApplyAfter: 4 * time.Second}, "rotated without a response": {Reset: true, Applied: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{})
				w := s.server.Seed("workspace", map[string]any{"name": "data"})
				s.server.Seed("apiToken", map[string]any{"name": "ci", "scope": "WORKSPACE", "entityId": w, "role": "WORKSPACE_MEMBER"})
				fault.Path, fault.Method = "rotate", http.MethodPost
				s.server.AddFault(fault)
				outcomes := s.applyManifest(t.Context(), "apiTokens: [{ name: ci, workspace: data, roles: [{ role: WORKSPACE_MEMBER }], saveTo: ci }]", apply.Options{
					Policy:     plan.Policy{Rotate: func(*desired.Resource) bool { return true }},
					SaveSecret: func(*desired.Resource, string) error { return errors.New("SaveSecret must not be called") },
				})
				const want = "the outcome is unknown: if Astro rotated it, the old token is no longer valid and the new one is lost; rotate it again"
				if o := outcomes[0]; o.Status != apply.Failed || !strings.Contains(o.Err.Error(), want) || len(s.listWrites()) != 1 {
					t.Errorf("%s: %v, %d writes", o.Status, o.Err, len(s.listWrites()))
				}
				time.Sleep(time.Minute)
			})
		})
	}
}

// TestTimedOutDelete checks that a run looks up a resource after the timeout of its
// delete, although Astro rejects the second DELETE with a conflict.
func TestTimedOutDelete(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.AddFault(simulator.Fault{Method: http.MethodDelete, Status: 504, ApplyAfter: 3 * time.Second, Count: 1})
		s.server.AddFault(simulator.Fault{Method: http.MethodDelete, Status: 409, Message: "is being deleted"})
		outcomes := s.applyManifest(t.Context(), "workspaces: [{ name: data, state: absent }]", apply.Options{Policy: plan.Policy{AllowDelete: true}})
		if outcomes[0].Status != apply.Deleted {
			t.Errorf("%s: %v", outcomes[0].Status, outcomes[0].Err)
		}
	})
}

// TestLookUpDuringOutage checks that a run repeats the lookup after a lost response if
// reads fail for a while, too.
func TestLookUpDuringOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		var outageStart time.Time
		s.useTransport(&faultyTransport{
			interceptRequest: func(r *http.Request) *http.Response {
				if r.Method == http.MethodGet && !outageStart.IsZero() && time.Since(outageStart) < 20*time.Second {
					return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody}
				}
				return nil
			},
			loseResponse: func(r *http.Request) error {
				if r.Method != http.MethodPost {
					return nil
				}
				outageStart = time.Now()
				return errors.New("connection reset by peer")
			},
		})
		outcomes := s.applyManifest(t.Context(), "workspaces: [{ name: data }]", apply.Options{})
		if n := len(s.server.Resources("workspace")); outcomes[0].Status != apply.Created || n != 1 {
			t.Errorf("%s: %v, %d Workspaces", outcomes[0].Status, outcomes[0].Err, n)
		}
	})
}

// TestPartialUpdate checks that AcceptedWrite is Updated if Astro accepts the first
// request of an update and rejects the second.
func TestPartialUpdate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.Seed("user", map[string]any{"username": "ada@example.com"})
		s.server.Seed("team", map[string]any{"name": "t"})
		s.server.AddFault(simulator.Fault{Method: http.MethodPost, Path: "members", Status: 400, Message: "no"})
		o := s.applyManifest(t.Context(), "teams: [{ name: t, description: new, members: [ada@example.com] }]", apply.Options{})[0]
		if o.Status != apply.Failed || o.AcceptedWrite != apply.Updated {
			t.Errorf("%s, wrote %q: %v", o.Status, o.AcceptedWrite, o.Err)
		}
	})
}

// TestSecretInAMalformedResponse checks that a run saves the generated secret even if
// another member of the response is malformed.
func TestSecretInAMalformedResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		s.useTransport(&faultyTransport{replaceResponse: func(r *http.Request) *http.Response {
			if r.Method != http.MethodPost {
				return nil
			}
			created := s.server.Resources("apiToken")[0]
			body := fmt.Sprintf(`{"id": %q, "token": "the-value", "description": {}}`, created["id"])
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body))}
		}})
		var got string
		o := s.applyManifest(t.Context(), "apiTokens: [{ name: ci, workspace: data, roles: [{ role: WORKSPACE_MEMBER }], saveTo: ci }]", apply.Options{
			SaveSecret: func(_ *desired.Resource, value string) error { got = value; return nil },
		})[0]
		if o.Status != apply.Created || got != "the-value" {
			t.Errorf("%s: %v; delivered %q", o.Status, o.Err, got)
		}
	})
}

// TestRotatedSecretInAMalformedResponse checks the same after a rotation.
func TestRotatedSecretInAMalformedResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		id := s.server.Seed("apiToken", map[string]any{"name": "ci", "scope": "WORKSPACE", "entityId": w, "role": "WORKSPACE_MEMBER"})
		s.useTransport(&faultyTransport{replaceResponse: func(r *http.Request) *http.Response {
			if r.Method != http.MethodPost {
				return nil
			}
			body := fmt.Sprintf(`{"id": %q, "token": "the-value", "description": {}}`, id)
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body))}
		}})
		var got string
		o := s.applyManifest(t.Context(), "apiTokens: [{ name: ci, workspace: data, roles: [{ role: WORKSPACE_MEMBER }], saveTo: ci }]", apply.Options{
			Policy:     plan.Policy{Rotate: func(*desired.Resource) bool { return true }},
			SaveSecret: func(_ *desired.Resource, value string) error { got = value; return nil },
		})[0]
		if o.Status != apply.Updated || got != "the-value" {
			t.Errorf("%s: %v; delivered %q", o.Status, o.Err, got)
		}
	})
}

// TestStoppedWhileReading checks that the status of a change is Stopped if the signal
// arrives during the read before its first write.
func TestStoppedWhileReading(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		p := s.planManifest("workspaces: [{ name: data, description: new }]", plan.Policy{})
		ctx, cancel := context.WithCancelCause(t.Context())
		s.useTransport(&faultyTransport{interceptRequest: func(*http.Request) *http.Response {
			cancel(errors.New("interrupt signal received"))
			return nil
		}})
		if o := apply.Run(ctx, s.source, p, apply.Options{})[0]; o.Status != apply.Stopped {
			t.Errorf("%s: %v", o.Status, o.Err)
		}
	})
}
