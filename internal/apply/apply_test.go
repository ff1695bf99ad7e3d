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
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/simulator"
)

const twoDeployments = `
workspaces: [{ name: data }]
workspace: data
deployments:
  - { name: one, type: STANDARD, cloudProvider: AWS, region: us-east-1 }
  - { name: two, type: STANDARD, cloudProvider: AWS, region: us-east-1 }
`

// faultyTransport is a network between client and server in which things go wrong.
type faultyTransport struct {
	http.RoundTripper
	interceptRequest func(*http.Request) *http.Response // answers in the server's place
	loseResponse     func(*http.Request) error          // the request was carried out, its answer is lost
	replaceResponse  func(*http.Request) *http.Response // the same, its answer is another one
}

func (w *faultyTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.interceptRequest != nil {
		if answer := w.interceptRequest(r); answer != nil {
			return answer, nil
		}
	}
	answer, err := w.RoundTripper.RoundTrip(r)
	if err == nil && w.loseResponse != nil {
		if lost := w.loseResponse(r); lost != nil {
			_ = answer.Body.Close()
			return nil, lost
		}
	}
	if err == nil && w.replaceResponse != nil {
		if other := w.replaceResponse(r); other != nil {
			_ = answer.Body.Close()
			return other, nil
		}
	}
	return answer, err
}

func (s *harness) useTransport(w *faultyTransport) {
	s.Helper()
	w.RoundTripper = s.server.Transport()
	client, err := astro.New(astro.Options{BaseURL: "https://astro.invalid", Token: s.server.NewToken(simulator.Scope{}), Transport: w})
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
		var said []string
		outcomes := s.applyManifest(t.Context(), twoDeployments, apply.Options{Wait: true, OnProgress: func(line string) { said = append(said, line) }})
		if got := statusesOf(outcomes); countStatus(got, apply.Created) != 3 {
			t.Fatalf("statuses %v", got)
		}
		if took := time.Since(start); took < 5*time.Minute || took > 5*time.Minute+16*time.Second {
			t.Errorf("took %s", took)
		}
		if status := outcomes[1].Live.Body().Get("status").ScalarText(); status != "HEALTHY" {
			t.Errorf("the outcome has the status %s, as it was before the wait", status)
		}
		if len(said) != 10 || !strings.HasPrefix(said[0], "1 of 3 done after 30s; waiting for Deployment") || !strings.Contains(said[0], "CREATING") {
			t.Errorf("progress lines %q", said)
		}
	})
}

// A run waits for what an update changes in a running Deployment, also where the
// old status is still returned for a while; it doesn't wait for anything else.
func TestWaitIsNotFooledByAnOldStatus(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change        string
		settle, stale time.Duration
		least, most   time.Duration
	}{
		"the old status is returned for a while":       {"schedulerSize: MEDIUM", time.Minute, 8 * time.Second, time.Minute, 75 * time.Second},
		"the old status is returned almost too long":   {"schedulerSize: MEDIUM", time.Minute, 14 * time.Second, time.Minute, 75 * time.Second},
		"the old status stays":                         {"schedulerSize: MEDIUM", 0, time.Hour, 15 * time.Second, 16 * time.Second},
		"a variable, and the old status stays":         {"environmentVariables: [{ key: A, value: a }]", 0, time.Hour, 15 * time.Second, 16 * time.Second},
		"a text, and the old status stays":             {"description: changed", 0, time.Hour, 0, time.Second},
		"a text and a size, and the old status stays":  {"description: changed, schedulerSize: MEDIUM", 0, time.Hour, 15 * time.Second, 16 * time.Second},
		"a text, and the answer has a pending status":  {"description: changed", time.Minute, 0, time.Minute, 75 * time.Second},
		"nothing differs, and the status is as it was": {"description: before", time.Minute, 0, 0, time.Second},
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
		late := errors.New("the timeout of 10m is over")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Minute, late)
		defer cancel()
		outcomes := s.applyManifest(ctx, twoDeployments, apply.Options{Wait: true})
		if diff := cmp.Diff([]apply.Status{apply.Created, apply.Unconfirmed, apply.Unconfirmed}, statusesOf(outcomes)); diff != "" {
			t.Fatal(diff)
		}
		if outcomes[1].AcceptedWrite != apply.Created {
			t.Errorf("wrote %q", outcomes[1].AcceptedWrite)
		}
		if err := outcomes[1].Err; !errors.Is(err, late) || !strings.Contains(err.Error(), "accepted, not confirmed: last seen CREATING") {
			t.Errorf("error %v", err)
		}
		if writes := s.listWrites(); len(writes) != 3 {
			t.Errorf("writes %v", writes)
		}
	})
}

// When the run is ended, what is under way finishes and nothing new is started.
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

// What somebody else did between plan and apply is not done again.
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
		if _, ok := errors.AsType[*resource.BlockedError](outcomes[1].Err); !ok {
			t.Errorf("error %v", outcomes[1].Err)
		}
	})
}

// A Workspace is deleted when its Deployments are gone, which may take longer
// than the answer to their deletion.
func TestDeletionWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": w, "type": "STANDARD"})
		p := s.planManifest("workspaces: [{ name: data, state: absent }]\ndeployments: [{ name: one, workspace: data, state: absent }]", plan.Policy{AllowDelete: true})
		var gone, workspace time.Time
		s.useTransport(&faultyTransport{interceptRequest: func(r *http.Request) *http.Response {
			switch {
			case r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/deployments/") && gone.IsZero():
				gone = time.Now().Add(time.Minute)
				return deployingResponse()
			case r.Method == http.MethodGet && time.Now().Before(gone):
				return deployingResponse()
			case r.Method == http.MethodDelete && strings.Contains(r.URL.Path, "/workspaces/"):
				workspace = time.Now()
			}
			return nil
		}})
		outcomes := apply.Run(t.Context(), s.source, p, apply.Options{})
		if diff := cmp.Diff([]apply.Status{apply.Deleted, apply.Deleted}, statusesOf(outcomes)); diff != "" {
			t.Fatal(diff)
		}
		if workspace.Before(gone) {
			t.Errorf("the Workspace was deleted at %s, its Deployment was gone at %s", workspace, gone)
		}
	})
}

// What waits for its turn when the run is ended was not reached: that is no
// failure of the network.
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
		time.AfterFunc(500*time.Millisecond, func() { cancel(stop) }) // ten a second, and the next ten wait
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

// A removal that the plan didn't show is not made.
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
		if outcomes[0].Status != apply.Failed || !strings.Contains(outcomes[0].Err.Error(), "contactEmails would be removed, which the plan didn't show") {
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
