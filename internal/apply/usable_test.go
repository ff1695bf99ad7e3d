package apply_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/resource"
	"astro-apply/internal/simulator"
)

// What belongs to a Deployment waits until that is there, not until it is well.
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

// So does what is placed on a cluster that nobody declares and that is still
// being made.
func TestUndeclaredClusterIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{ReadyAfter: time.Hour})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		made, ready := 0, time.Now().Add(2*time.Hour)
		id := s.server.Seed("cluster", map[string]any{"name": "production", "status": "CREATED"})
		s.useTransport(&faultyTransport{interceptRequest: func(r *http.Request) *http.Response {
			if strings.Contains(r.URL.Path, "/clusters") && r.Method == http.MethodGet && time.Now().Before(ready) {
				one := `{"id": "` + id + `", "name": "production", "type": "DEDICATED", "status": "CREATING"}`
				if !strings.HasSuffix(r.URL.Path, id) {
					one = `{"clusters": [` + one + `], "totalCount": 1, "limit": 1000, "offset": 0}`
				}
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(one)), Request: r}
			}
			if strings.HasSuffix(r.URL.Path, "/deployments") && r.Method == http.MethodPost {
				made++
				if time.Now().Before(ready) {
					t.Error("made before the cluster was ready")
				}
			}
			return nil
		}})
		outcomes := s.applyManifest(context.Background(), "deployments: [{ name: d, workspace: data, type: DEDICATED, cluster: production }]", apply.Options{})
		if outcomes[0].Status != apply.Created || made != 1 {
			t.Errorf("%s: %v, %d made", outcomes[0].Status, outcomes[0].Err, made)
		}
	})
}

// An object that another run made at the same moment is taken over.
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

// Whatever the kind, a create whose answer is lost makes one object, which is
// then completed; of a token, that its value is lost is said.
func TestEveryKindWithoutResponse(t *testing.T) {
	for _, k := range resource.Kinds() {
		if k.Create.Path == "" {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			s := newHarness(t, simulator.Options{})
			text := readExample(t, k.Section)
			for _, seed := range resource.SimulatorSeeds(s.declareManifest(text)) {
				s.server.Seed(seed.Kind.Name, seed.Fields)
			}
			before := len(s.server.Resources(k.Name))
			s.useTransport(&faultyTransport{loseResponse: func(r *http.Request) error {
				if r.Method == http.MethodPost {
					return errors.New("connection reset by peer")
				}
				return nil
			}})
			outcomes := s.applyManifest(context.Background(), text, apply.Options{SaveSecret: func(*resource.Resource, string) error { return nil }})
			if made := len(s.server.Resources(k.Name)) - before; made != len(outcomes) {
				t.Errorf("%s: %d made", k.Name, made)
			}
			for _, o := range outcomes {
				lost := o.Err != nil && strings.Contains(o.Err.Error(), "but its token is lost")
				if lost != (k.GeneratedSecret != "") || !lost && o.Status != apply.Created {
					t.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
				}
			}
		})
	}
}
