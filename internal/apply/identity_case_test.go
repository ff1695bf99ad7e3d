package apply_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/simulator"
)

// A create that is answered with a resource of the same name, in another place or
// with an id that existed before, does not take that resource for the new one.
func TestCreateReturnsNamesake(t *testing.T) {
	t.Parallel()
	for name, manifest := range map[string]string{
		"in another Workspace": "workspaces: [{ name: sandbox }]\ndeployments: [{ name: etl, workspace: sandbox, description: new, type: STANDARD, cloudProvider: AWS, region: us-east-1 }]",
		"with an existing id":  "workspaces: [{ name: production }, { name: sandbox }]",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{})
				production := s.server.Seed("workspace", map[string]any{"name": "production"})
				etl := s.server.Seed("deployment", map[string]any{"name": "etl", "workspaceId": production, "type": "STANDARD"})
				s.useTransport(&faultyTransport{replaceResponse: func(r *http.Request) *http.Response {
					var body string
					switch {
					case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/deployments"):
						body = fmt.Sprintf(`{"id": %q, "name": "etl", "workspaceId": %q}`, etl, production)
					case r.Method == http.MethodPost && !strings.Contains(manifest, "etl"):
						body = fmt.Sprintf(`{"id": %q, "name": "sandbox"}`, production)
					default:
						return nil
					}
					return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body))}
				}})
				for _, o := range s.applyManifest(t.Context(), manifest, apply.Options{}) {
					if o.Change.Action == plan.Create && (o.Status != apply.Created || o.Live.ID == etl || o.Live.ID == production) {
						t.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
					}
				}
				for _, w := range s.server.Requests() {
					if w.Method != http.MethodGet && (strings.Contains(w.Path, etl) || strings.Contains(w.Path, production)) {
						t.Errorf("%s %s", w.Method, w.Path)
					}
				}
				if n := len(s.server.Resources("workspace")); n != 2 {
					t.Errorf("%d Workspaces", n)
				}
			})
		})
	}
}

// The create of an agent token that is answered with one of the same name in another
// Deployment, which no list showed before, delivers no value.
func TestCreateReturnsTokenOfAnotherDeployment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		for _, name := range []string{"etl", "other"} {
			d := s.server.Seed("deployment", map[string]any{"name": name, "workspaceId": w, "type": "DEDICATED", "remoteExecution": map[string]any{"enabled": true}})
			if name == "other" {
				s.server.Seed("agentToken", map[string]any{"name": "agents", "deploymentId": d})
			}
		}
		s.server.AddFault(simulator.Fault{Method: http.MethodPost, Path: "agent-tokens", WrongResource: true, WithSecret: true, Applied: true})
		masked := 0
		o := s.applyManifest(t.Context(), "agentTokens: [{ name: agents, deployment: { workspace: data, name: etl }, saveTo: agents }]", apply.Options{
			SaveSecret: func(*resource.Resource, string) error { t.Error("a value was delivered"); return nil },
			Mask:       func(string) { masked++ },
		})[0]
		if o.Status != apply.Failed || len(s.listWrites()) != 1 || masked == 0 || len(s.server.Resources("agentToken")) != 2 {
			t.Errorf("%s: %v, writes %v, %d masked, %d tokens", o.Status, o.Err, s.listWrites(), masked, len(s.server.Resources("agentToken")))
		}
	})
}

// A rotation that is answered with another token delivers nothing.
func TestRotationReturnsAnotherToken(t *testing.T) {
	t.Parallel()
	for _, value := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := newHarness(t, simulator.Options{})
			w := s.server.Seed("workspace", map[string]any{"name": "data"})
			for _, name := range []string{"other", "ci"} {
				s.server.Seed("apiToken", map[string]any{"name": name, "scope": "WORKSPACE", "entityId": w, "role": "WORKSPACE_MEMBER"})
			}
			s.server.AddFault(simulator.Fault{Method: http.MethodPost, Path: "rotate", WrongResource: true, WithSecret: value, Applied: true})
			masked := 0
			o := s.applyManifest(t.Context(), "apiTokens: [{ name: ci, workspace: data, roles: [{ role: WORKSPACE_MEMBER }], saveTo: ci }]", apply.Options{
				Policy:     plan.Policy{Rotate: func(*resource.Resource) bool { return true }},
				SaveSecret: func(*resource.Resource, string) error { t.Error("a value was delivered"); return nil },
				Mask:       func(string) { masked++ },
			})[0]
			const want = `Astro returned apiToken "other"`
			if o.Status != apply.Failed || !strings.Contains(fmt.Sprint(o.Err), want) || !strings.Contains(o.Err.Error(), "rotate it again") || len(s.listWrites()) != 1 || (masked > 0) != value {
				t.Errorf("%s: %v, %d writes, %d masked", o.Status, o.Err, len(s.listWrites()), masked)
			}
		})
	}
}

// An update that is answered with another resource is read again by its id, and
// is not sent again once it is carried out.
func TestUpdateReturnsAnotherResource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		other := s.server.Seed("workspace", map[string]any{"name": "other"})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.AddFault(simulator.Fault{Method: http.MethodPost, WrongResource: true, Applied: true})
		o := s.applyManifest(t.Context(), "workspaces: [{ name: data, description: new }]", apply.Options{})[0]
		if o.Status != apply.Updated || o.Live.ID == other || len(s.listWrites()) != 1 {
			t.Errorf("%s: %v, writes %v", o.Status, o.Err, s.listWrites())
		}
	})
}

// So it is with an update of a part of the resource.
func TestUpdateOfPartReturnsAnotherResource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		other := s.server.Seed("team", map[string]any{"name": "other"})
		s.server.Seed("team", map[string]any{"name": "data"})
		s.server.AddFault(simulator.Fault{Method: http.MethodPost, Path: "teams/*/roles", Count: 1, Status: http.StatusOK, RawBody: fmt.Sprintf(`{"id": %q, "name": "other"}`, other)})
		o := s.applyManifest(t.Context(), "teams: [{ name: data, organizationRole: ORGANIZATION_OWNER }]", apply.Options{})[0]
		if o.Status != apply.Updated || len(s.listWrites()) != 2 || s.server.Resources("team")[1]["organizationRole"] != "ORGANIZATION_OWNER" {
			t.Errorf("%s: %v, writes %v", o.Status, o.Err, s.listWrites())
		}
	})
}

// An answer about another resource does not end a wait.
func TestWaitReadsAnotherResource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{ReadyAfter: time.Minute})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		other := s.server.Seed("deployment", map[string]any{"name": "other", "workspaceId": w, "type": "STANDARD"})
		s.server.AddFault(simulator.Fault{Method: http.MethodGet, Path: "deployments/*", WrongResource: true, Applied: true, Count: 3})
		o := s.applyManifest(t.Context(), "deployments: [{ name: etl, workspace: data, type: STANDARD, cloudProvider: AWS, region: us-east-1 }]", apply.Options{Wait: true})[0]
		if o.Status != apply.Created || o.Live.ID == other || !o.Live.Body().Get("status").Is("HEALTHY") {
			t.Errorf("%s: %v", o.Status, o.Err)
		}
	})
}

// The create of a token that is answered without its value, with the id of a token
// that another run created at the same moment under the same name, removes neither.
func TestCreateReturnsNamesakeWithoutValue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		p := s.planManifest("apiTokens: [{ name: ci, workspace: data, roles: [{ role: WORKSPACE_MEMBER }], saveTo: ci }]", plan.Policy{})
		s.server.Seed("apiToken", map[string]any{"name": "ci", "scope": "WORKSPACE", "entityId": w, "role": "WORKSPACE_MEMBER"})
		s.server.AddFault(simulator.Fault{Method: http.MethodPost, Path: "tokens", WrongResource: true, Applied: true})
		o := apply.Run(t.Context(), s.source, p, apply.Options{
			SaveSecret: func(*resource.Resource, string) error { t.Error("a value was delivered"); return nil },
		})[0]
		if o.Status != apply.Failed || len(s.listWrites()) != 1 || len(s.server.Resources("apiToken")) != 2 {
			t.Errorf("%s: %v, writes %v, %d tokens", o.Status, o.Err, s.listWrites(), len(s.server.Resources("apiToken")))
		}
	})
}

// A resource that is renamed while a run waits for it is still the one that the run
// wrote: the wait ends when it is ready.
func TestRenameDuringWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{ReadyAfter: time.Minute})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		renamed := false
		s.useTransport(&faultyTransport{replaceResponse: func(r *http.Request) *http.Response {
			created := s.server.Resources("deployment")
			if r.Method != http.MethodGet || len(created) == 0 || renamed {
				return nil
			}
			renamed = true
			s.server.AddFault(simulator.Fault{
				Method: http.MethodGet, Path: "deployments/*", Count: 3, Status: http.StatusOK,
				RawBody: fmt.Sprintf(`{"id": %q, "name": "renamed", "workspaceId": %q, "status": "HEALTHY"}`, created[0]["id"], created[0]["workspaceId"]),
			})
			return nil
		}})
		start := time.Now()
		o := s.applyManifest(t.Context(), "deployments: [{ name: etl, workspace: data, type: STANDARD, cloudProvider: AWS, region: us-east-1 }]", apply.Options{Wait: true})[0]
		if took := time.Since(start); o.Status != apply.Created || took > 30*time.Second {
			t.Errorf("%s after %s: %v", o.Status, took, o.Err)
		}
	})
}
