package apply_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
)

const etlManifest = "deployments: [{ name: etl, workspace: data, type: STANDARD, cloudProvider: AWS, region: us-east-1%s }]"

// A wait ends when the Deployment is ready after it was pending: not when its
// reads fail, not because the create's answer already looks ready, and not because
// the update's answer was of no use. It is no longer than that.
func TestWaitEndsWhenReady(t *testing.T) {
	t.Parallel()
	answered := func(r *http.Request, body string) *http.Response {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
	}
	for name, test := range map[string]struct {
		options     simulator.Options
		exists      bool
		change      string
		wire        func(s *harness) *faultyTransport
		least, most time.Duration
	}{
		"reads fail while the old status is returned": {
			options: simulator.Options{ReadyAfter: 2 * time.Minute, StaleStatusFor: 14 * time.Second}, exists: true, change: ", schedulerSize: MEDIUM",
			wire: func(*harness) *faultyTransport {
				var sent time.Time
				return &faultyTransport{interceptRequest: func(r *http.Request) *http.Response {
					if r.Method == http.MethodPost {
						sent = time.Now()
					} else if !sent.IsZero() && time.Since(sent) < time.Minute {
						return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody}
					}
					return nil
				}}
			},
			least: 2 * time.Minute, most: 150 * time.Second,
		},
		"the create's answer looks ready": {
			options: simulator.Options{ReadyAfter: time.Minute},
			wire: func(s *harness) *faultyTransport {
				return &faultyTransport{replaceResponse: func(r *http.Request) *http.Response {
					if r.Method != http.MethodPost {
						return nil
					}
					d := s.server.Resources("deployment")[0]
					return answered(r, fmt.Sprintf(`{"id": %q, "name": "etl", "workspaceId": %q, "status": "HEALTHY"}`, d["id"], d["workspaceId"]))
				}}
			},
			least: time.Minute, most: 75 * time.Second,
		},
		"the update's answer is of no use": {
			options: simulator.Options{ReadyAfter: time.Minute, StaleStatusFor: 10 * time.Second}, exists: true, change: ", schedulerSize: MEDIUM",
			wire: func(*harness) *faultyTransport {
				return &faultyTransport{replaceResponse: func(r *http.Request) *http.Response {
					if r.Method != http.MethodPost {
						return nil
					}
					return answered(r, "{}")
				}}
			},
			least: time.Minute, most: 75 * time.Second,
		},
		"it is ready after the second call of the create": {
			options: simulator.Options{ReadyAfter: 2 * time.Second},
			change:  ", isDevelopmentMode: true, scalingSpec: { hibernationSpec: { override: { isHibernating: false, overrideUntil: '2099-01-01T00:00:00Z' } } }",
			wire: func(*harness) *faultyTransport {
				return &faultyTransport{interceptRequest: func(r *http.Request) *http.Response {
					if strings.HasSuffix(r.URL.Path, "hibernation-override") {
						time.Sleep(5 * time.Second)
					}
					return nil
				}}
			},
			least: 5 * time.Second, most: 8 * time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, test.options)
				w := s.server.Seed("workspace", map[string]any{"name": "data"})
				if test.exists {
					s.server.Seed("deployment", map[string]any{"name": "etl", "workspaceId": w, "type": "STANDARD", "schedulerSize": "SMALL"})
				}
				s.useTransport(test.wire(s))
				start := time.Now()
				o := s.applyManifest(t.Context(), fmt.Sprintf(etlManifest, test.change), apply.Options{Wait: true})[0]
				if took := time.Since(start); !o.Status.IsOK() || took < test.least || took > test.most {
					t.Errorf("%s after %s, want %s to %s (%v)", o.Status, took, test.least, test.most, o.Err)
				}
				if status := o.Live.Body().Get("status").ScalarText(); status != "HEALTHY" && status != "HIBERNATING" {
					t.Errorf("status %s", status)
				}
			})
		})
	}
}

// After its deletion, a Deployment that the token may no longer read is deleted.
func TestDeletedAndForbidden(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": w, "type": "STANDARD"})
		p := s.planManifest("workspaces: [{ name: data, state: absent }]\ndeployments: [{ name: one, workspace: data, state: absent }]", plan.Policy{AllowDelete: true})
		s.server.AddFault(simulator.Fault{Method: http.MethodGet, Path: "deployments/*", Status: 403})
		outcomes := apply.Run(t.Context(), s.source, p, apply.Options{})
		if diff := cmp.Diff([]apply.Status{apply.Deleted, apply.Deleted}, statusesOf(outcomes)); diff != "" {
			t.Errorf("%s\n%v", diff, outcomes[0].Err)
		}
	})
}

// A cluster whose last update failed, and that this run doesn't change, is used all
// the same: the API decides whether that works.
func TestUnchangedClusterThatFailedIsUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.Seed("cluster", map[string]any{"name": "main", "status": "UPDATE_FAILED", "workspaceIds": []any{w}})
		for _, o := range s.applyManifest(t.Context(), "clusters: [{ name: main }]\nworkspaces: [{ name: data, defaultCluster: main }]", apply.Options{Wait: true}) {
			if !o.Status.IsOK() {
				t.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
			}
		}
	})
}
