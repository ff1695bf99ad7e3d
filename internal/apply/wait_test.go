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
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
	"astro-apply/internal/simulator/seed"
)

const etlManifest = "deployments: [{ name: etl, workspace: data, type: STANDARD, cloudProvider: AWS, region: us-east-1%s }]"

// TestWaitEndsWhenReady checks that a wait ends as soon as the Deployment is ready after
// it was pending. Failed reads, a create response with a ready status and an unusable
// update response don't end the wait.
func TestWaitEndsWhenReady(t *testing.T) {
	t.Parallel()
	newResponse := func(r *http.Request, body string) *http.Response {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
	}
	for name, test := range map[string]struct {
		options     simulator.Options
		exists      bool
		change      string
		transport   func(s *harness) *faultyTransport
		least, most time.Duration
	}{
		"reads fail while the old status is returned": {
			options: simulator.Options{ReadyAfter: 2 * time.Minute, StaleStatusFor: 14 * time.Second}, exists: true, change: ", schedulerSize: MEDIUM",
			transport: func(*harness) *faultyTransport {
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
		"the response to the create has a ready status": {
			options: simulator.Options{ReadyAfter: time.Minute},
			transport: func(s *harness) *faultyTransport {
				return &faultyTransport{replaceResponse: func(r *http.Request) *http.Response {
					if r.Method != http.MethodPost {
						return nil
					}
					d := s.server.Resources("deployment")[0]
					return newResponse(r, fmt.Sprintf(`{"id": %q, "name": "etl", "workspaceId": %q, "status": "HEALTHY"}`, d["id"], d["workspaceId"]))
				}}
			},
			least: time.Minute, most: 75 * time.Second,
		},
		"the response to the update is unusable": {
			options: simulator.Options{ReadyAfter: time.Minute, StaleStatusFor: 10 * time.Second}, exists: true, change: ", schedulerSize: MEDIUM",
			transport: func(*harness) *faultyTransport {
				return &faultyTransport{replaceResponse: func(r *http.Request) *http.Response {
					if r.Method != http.MethodPost {
						return nil
					}
					return newResponse(r, "{}")
				}}
			},
			least: time.Minute, most: 75 * time.Second,
		},
		"ready after the second call of the create": {
			options: simulator.Options{ReadyAfter: 2 * time.Second},
			change:  ", isDevelopmentMode: true, scalingSpec: { hibernationSpec: { override: { isHibernating: false, overrideUntil: '2099-01-01T00:00:00Z' } } }",
			transport: func(*harness) *faultyTransport {
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
				s.useTransport(test.transport(s))
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

// TestDeletedAndForbidden checks that a 403 to the read after a delete confirms the
// delete.
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

// TestUnchangedClusterThatFailedIsUsed checks that a run refers to an unchanged cluster
// whose last update failed, because the API decides whether the cluster is usable.
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

// TestUnhealthyDeploymentCanBeUsed checks that dependents of a Deployment wait until it
// exists, not until it is healthy.
func TestUnhealthyDeploymentCanBeUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.Seed("deployment", map[string]any{"name": "sick", "workspaceId": w, "status": "UNHEALTHY"})
		start := time.Now()
		outcomes := s.applyManifest(context.Background(), `
workspace: data
deployments: [{ name: sick }]
environmentObjects: [{ objectType: AIRFLOW_VARIABLE, objectKey: a, deployment: { workspace: data, name: sick }, airflowVariable: { value: v } }]
`, apply.Options{Wait: true})
		if outcomes[1].Status != apply.Created || time.Since(start) > time.Minute {
			t.Errorf("%s after %s: %v", outcomes[1].Status, time.Since(start), outcomes[1].Err)
		}
	})
}

// TestUndeclaredClusterIsWaitedFor checks that a Deployment waits for its cluster if the
// cluster is not in the manifest and Astro is still creating it.
func TestUndeclaredClusterIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{ReadyAfter: time.Hour})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		creates, ready := 0, time.Now().Add(2*time.Hour)
		id := s.server.Seed("cluster", map[string]any{"name": "production", "status": "CREATED"})
		s.useTransport(&faultyTransport{interceptRequest: func(r *http.Request) *http.Response {
			if strings.Contains(r.URL.Path, "/clusters") && r.Method == http.MethodGet && time.Now().Before(ready) {
				body := `{"id": "` + id + `", "name": "production", "type": "DEDICATED", "status": "CREATING"}`
				if !strings.HasSuffix(r.URL.Path, id) {
					body = `{"clusters": [` + body + `], "totalCount": 1, "limit": 1000, "offset": 0}`
				}
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
			}
			if strings.HasSuffix(r.URL.Path, "/deployments") && r.Method == http.MethodPost {
				creates++
				if time.Now().Before(ready) {
					t.Error("the run created the Deployment before the cluster was ready")
				}
			}
			return nil
		}})
		outcomes := s.applyManifest(context.Background(), "deployments: [{ name: d, workspace: data, type: DEDICATED, cluster: production }]", apply.Options{})
		if outcomes[0].Status != apply.Created || creates != 1 {
			t.Errorf("%s: %v, %d creates", outcomes[0].Status, outcomes[0].Err, creates)
		}
	})
}

// TestConflictingCreateIsAdopted checks that a run adopts and updates a resource that
// another run created at the same moment.
func TestConflictingCreateIsAdopted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		s.useTransport(&faultyTransport{interceptRequest: func(r *http.Request) *http.Response {
			if r.Method == http.MethodPost && len(s.server.Resources("environmentObject")) == 0 {
				s.server.Seed("environmentObject", map[string]any{"objectType": "AIRFLOW_VARIABLE", "objectKey": "a", "scopeEntityId": w, "airflowVariable": map[string]any{"value": "theirs"}})
			}
			return nil
		}})
		outcomes := s.applyManifest(context.Background(), "environmentObjects: [{ workspace: data, objectType: AIRFLOW_VARIABLE, objectKey: a, airflowVariable: { value: ours } }]", apply.Options{})
		objects := s.server.Resources("environmentObject")
		if !outcomes[0].Status.IsOK() || len(objects) != 1 || objects[0]["airflowVariable"].(map[string]any)["value"] != "ours" {
			t.Errorf("%s: %v; %v", outcomes[0].Status, outcomes[0].Err, objects)
		}
	})
}

// TestEveryKindWithoutResponse checks for every kind that a create without a response
// results in one resource, which the run completes. For a token, the error reports the
// lost value.
func TestEveryKindWithoutResponse(t *testing.T) {
	for _, k := range kind.All() {
		if k.Create.Path == "" {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			s := newHarness(t, simulator.Options{})
			text := readExample(t, k.Section)
			for _, seed := range seed.Make(s.declareManifest(text)) {
				s.server.Seed(seed.Kind.Name, seed.Fields)
			}
			before := len(s.server.Resources(k.Name))
			s.useTransport(&faultyTransport{loseResponse: func(r *http.Request) error {
				if r.Method == http.MethodPost {
					return errors.New("connection reset by peer")
				}
				return nil
			}})
			outcomes := s.applyManifest(context.Background(), text, apply.Options{SaveSecret: func(*desired.Resource, string) error { return nil }})
			if created := len(s.server.Resources(k.Name)) - before; created != len(outcomes) {
				t.Errorf("%s: %d created", k.Name, created)
			}
			for _, o := range outcomes {
				lost := o.Err != nil && strings.Contains(o.Err.Error(), "but its "+k.GeneratedSecret+" is lost")
				if lost != (k.GeneratedSecret != "") || !lost && o.Status != apply.Created {
					t.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
				}
			}
		})
	}
}
