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

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
)

const twoDeployments = `
workspaces: [{ name: data }]
workspace: data
deployments:
  - { name: one, type: STANDARD, cloudProvider: AWS, region: us-east-1 }
  - { name: two, type: STANDARD, cloudProvider: AWS, region: us-east-1 }
`

// faultyTransport is a network with faults between client and server.
type faultyTransport struct {
	http.RoundTripper
	interceptRequest func(*http.Request) *http.Response // a non-nil result replaces the server, which doesn't get the request
	loseResponse     func(*http.Request) error          // an error replaces the response after the server executed the request
	replaceResponse  func(*http.Request) *http.Response // a non-nil result replaces the response after the server executed the request
}

func (f *faultyTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.interceptRequest != nil {
		if response := f.interceptRequest(r); response != nil {
			return response, nil
		}
	}
	response, err := f.RoundTripper.RoundTrip(r)
	if err == nil && f.loseResponse != nil {
		if lossErr := f.loseResponse(r); lossErr != nil {
			_ = response.Body.Close()
			return nil, lossErr
		}
	}
	if err == nil && f.replaceResponse != nil {
		if other := f.replaceResponse(r); other != nil {
			_ = response.Body.Close()
			return other, nil
		}
	}
	return response, err
}

func (s *harness) useTransport(f *faultyTransport) {
	s.Helper()
	f.RoundTripper = s.server.Transport()
	client, err := astro.New(astro.Options{BaseURL: "https://astro.invalid", Token: s.server.NewToken(simulator.Scope{}), Transport: f})
	if err != nil {
		s.Fatal(err)
	}
	s.source.API = client
}

func TestWaitsUntilReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{ReadyAfter: 5 * time.Minute})
		start := time.Now()
		var progress []string
		outcomes := s.applyManifest(t.Context(), twoDeployments, apply.Options{Wait: true, OnProgress: func(line string) { progress = append(progress, line) }})
		if got := statusesOf(outcomes); countStatus(got, apply.Created) != 3 {
			t.Fatalf("statuses %v", got)
		}
		if took := time.Since(start); took < 5*time.Minute || took > 5*time.Minute+16*time.Second {
			t.Errorf("took %s", took)
		}
		if status := outcomes[1].Live.Body().Get("status").ScalarText(); status != "HEALTHY" {
			t.Errorf("the outcome has the status %s, from before the wait", status)
		}
		if len(progress) != 10 || !strings.HasPrefix(progress[0], "1 of 3 done after 30s; waiting for Deployment") || !strings.Contains(progress[0], "CREATING") {
			t.Errorf("progress lines %q", progress)
		}
	})
}

// TestWaitIsNotFooledByAnOldStatus checks that a run waits after an update with an
// impact on a running Deployment, even if Astro still returns the old status for a
// while. The run doesn't wait after other updates.
func TestWaitIsNotFooledByAnOldStatus(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change        string
		settle, stale time.Duration
		least, most   time.Duration
	}{
		"the old status is returned for a while":              {"schedulerSize: MEDIUM", time.Minute, 8 * time.Second, time.Minute, 75 * time.Second},
		"the old status is returned almost too long":          {"schedulerSize: MEDIUM", time.Minute, 14 * time.Second, time.Minute, 75 * time.Second},
		"the old status never changes":                        {"schedulerSize: MEDIUM", 0, time.Hour, 15 * time.Second, 16 * time.Second},
		"a variable, and the old status never changes":        {"environmentVariables: [{ key: A, value: a }]", 0, time.Hour, 15 * time.Second, 16 * time.Second},
		"a text, and the old status never changes":            {"description: changed", 0, time.Hour, 0, time.Second},
		"a text and a size, and the old status never changes": {"description: changed, schedulerSize: MEDIUM", 0, time.Hour, 15 * time.Second, 16 * time.Second},
		"a text, and the response has a pending status":       {"description: changed", time.Minute, 0, time.Minute, 75 * time.Second},
		"no change, and the old status":                       {"description: before", time.Minute, 0, 0, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{ReadyAfter: test.settle, StaleStatusFor: test.stale})
				w := s.server.Seed("workspace", map[string]any{"name": "data"})
				s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": w, "type": "STANDARD", "description": "before", "schedulerSize": "SMALL"})
				start := time.Now()
				outcomes := s.applyManifest(t.Context(), "deployments: [{ name: one, workspace: data, "+test.change+" }]", apply.Options{Wait: true})
				if took := time.Since(start); !outcomes[0].Status.IsOK() || took < test.least || took > test.most {
					t.Errorf("%s after %s, want %s to %s (%v)", outcomes[0].Status, took, test.least, test.most, outcomes[0].Err)
				}
			})
		})
	}
}

func TestTimeRunsOutWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{ReadyAfter: time.Hour})
		timeout := errors.New("the timeout of 10m is over")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Minute, timeout)
		defer cancel()
		outcomes := s.applyManifest(ctx, twoDeployments, apply.Options{Wait: true})
		if diff := cmp.Diff([]apply.Status{apply.Created, apply.Unconfirmed, apply.Unconfirmed}, statusesOf(outcomes)); diff != "" {
			t.Fatal(diff)
		}
		if outcomes[1].AcceptedWrite != apply.Created {
			t.Errorf("wrote %q", outcomes[1].AcceptedWrite)
		}
		if err := outcomes[1].Err; !errors.Is(err, timeout) || !strings.Contains(err.Error(), "accepted, not confirmed: last seen CREATING") {
			t.Errorf("error %v", err)
		}
		if writes := s.listWrites(); len(writes) != 3 {
			t.Errorf("writes %v", writes)
		}
	})
}

// TestCancel checks that a cancelled run finishes its calls in flight and starts no
// further change.
func TestCancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := errors.New("interrupt signal received")
		s.useTransport(&faultyTransport{loseResponse: func(r *http.Request) error {
			if r.Method == http.MethodPost {
				cancel(stop)
			}
			return nil
		}})
		outcomes := s.applyManifest(ctx, twoDeployments, apply.Options{Wait: true})
		if diff := cmp.Diff([]apply.Status{apply.Created, apply.Stopped, apply.Stopped}, statusesOf(outcomes)); diff != "" {
			t.Fatal(diff)
		}
		if !errors.Is(outcomes[1].Err, stop) {
			t.Errorf("error %v", outcomes[1].Err)
		}
		if len(s.listWrites()) != 1 {
			t.Errorf("writes %v", s.listWrites())
		}
	})
}

func TestDependentsOfAFailureAreSkipped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.AddFault(simulator.Fault{Method: "POST", Path: "workspaces", Body: `"data"`, Status: 403, Message: "no", RequestID: "r-1"})
		outcomes := s.applyManifest(t.Context(), twoDeployments+"  - { name: three, workspace: other, type: STANDARD, cloudProvider: AWS, region: us-east-1 }\n---\nworkspaces: [{ name: other }]\n", apply.Options{})
		got := map[string]apply.Status{}
		for _, o := range outcomes {
			got[o.Change.Resource.Name()] = o.Status
		}
		want := map[string]apply.Status{"data": apply.Failed, "one": apply.Skipped, "two": apply.Skipped, "other": apply.Created, "three": apply.Created}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		var api *astro.Error
		if !errors.As(outcomes[0].Err, &api) || api.RequestID != "r-1" {
			t.Errorf("error %v", outcomes[0].Err)
		}
		for _, o := range outcomes {
			if o.Status == apply.Skipped && !strings.Contains(o.Err.Error(), `needs Workspace "data", which failed`) {
				t.Errorf("error %v", o.Err)
			}
		}
	})
}

// TestAppliedByAnotherRun checks that a run doesn't repeat a change that another run
// made after the plan.
func TestAppliedByAnotherRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.Seed("workspace", map[string]any{"name": "data", "description": "old"})
		const manifest = "workspaces: [{ name: data, description: new }]"
		p := s.planManifest(manifest, plan.Policy{})
		s.applyManifest(t.Context(), manifest, apply.Options{})
		s.server.ResetRequests()
		outcomes := apply.Run(t.Context(), s.source, p, apply.Options{})
		if outcomes[0].Status != apply.Unchanged || len(s.listWrites()) != 0 {
			t.Errorf("%s, writes %v", outcomes[0].Status, s.listWrites())
		}
	})
}

func TestFailedReadIsAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.AddFault(simulator.Fault{Method: "GET", Path: "workspaces", Status: 403, RequestID: "r-2"})
		outcomes := s.applyManifest(t.Context(), twoDeployments, apply.Options{})
		if diff := cmp.Diff([]apply.Status{apply.Failed, apply.Skipped, apply.Skipped}, statusesOf(outcomes)); diff != "" {
			t.Fatal(diff)
		}
		if len(s.listWrites()) != 0 {
			t.Errorf("writes %v", s.listWrites())
		}
		if _, ok := errors.AsType[*current.BlockedError](outcomes[1].Err); !ok {
			t.Errorf("error %v", outcomes[1].Err)
		}
	})
}

// TestDeletionWaits checks that a run deletes a Workspace only when its Deployments no
// longer exist, which may be later than the responses to their DELETE requests.
func TestDeletionWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": w, "type": "STANDARD"})
		p := s.planManifest("workspaces: [{ name: data, state: absent }]\ndeployments: [{ name: one, workspace: data, state: absent }]", plan.Policy{AllowDelete: true})
		var deploymentGone, workspaceDeleted time.Time
		s.useTransport(&faultyTransport{interceptRequest: func(r *http.Request) *http.Response {
			switch {
			case r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/deployments/") && deploymentGone.IsZero():
				deploymentGone = time.Now().Add(time.Minute)
				return deployingResponse()
			case r.Method == http.MethodGet && time.Now().Before(deploymentGone):
				return deployingResponse()
			case r.Method == http.MethodDelete && strings.Contains(r.URL.Path, "/workspaces/"):
				workspaceDeleted = time.Now()
			}
			return nil
		}})
		outcomes := apply.Run(t.Context(), s.source, p, apply.Options{})
		if diff := cmp.Diff([]apply.Status{apply.Deleted, apply.Deleted}, statusesOf(outcomes)); diff != "" {
			t.Fatal(diff)
		}
		if workspaceDeleted.Before(deploymentGone) {
			t.Errorf("the Workspace was deleted at %s, before its Deployment at %s", workspaceDeleted, deploymentGone)
		}
	})
}

// TestCancelWhilePaced cancels a run while changes wait for the rate limit. Their status
// is Stopped, not Failed.
func TestCancelWhilePaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := errors.New("interrupt signal received")
		var text strings.Builder
		text.WriteString("workspaces:\n")
		for i := range 25 {
			fmt.Fprintf(&text, "  - { name: w%d }\n", i)
		}
		p := s.planManifest(text.String(), plan.Policy{})
		time.AfterFunc(500*time.Millisecond, func() { cancel(stop) }) // the API accepts ten per second, so the next ten wait
		outcomes := apply.Run(ctx, s.source, p, apply.Options{})
		got := statusesOf(outcomes)
		if countStatus(got, apply.Created) != 10 || countStatus(got, apply.Stopped) != 15 {
			t.Fatalf("statuses %v", got)
		}
		for _, o := range outcomes {
			if o.Status == apply.Stopped && !errors.Is(o.Err, stop) {
				t.Errorf("error %v", o.Err)
			}
		}
	})
}

// TestUnplannedRemovalIsRefused checks that a run doesn't remove a value that the plan
// didn't show.
func TestUnplannedRemovalIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": w, "type": "STANDARD"})
		const manifest = "deployments: [{ name: one, workspace: data, description: new, contactEmails: [] }]"
		policy := plan.Policy{AllowDelete: true}
		p := s.planManifest(manifest, policy)
		s.applyManifest(t.Context(), "deployments: [{ name: one, workspace: data, contactEmails: [somebody@example.com] }]", apply.Options{})
		s.server.ResetRequests()
		outcomes := apply.Run(t.Context(), s.source, p, apply.Options{Policy: policy})
		if outcomes[0].Status != apply.Failed || !strings.Contains(outcomes[0].Err.Error(), "the update would also remove contactEmails") {
			t.Errorf("%s: %v", outcomes[0].Status, outcomes[0].Err)
		}
		if len(s.listWrites()) > 0 {
			t.Errorf("writes %v", s.listWrites())
		}
	})
}

func deployingResponse() *http.Response {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"id": "c1", "status": "DEPLOYING"}`)),
	}
}
