package apply_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
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
)

var (
	pathParameter = regexp.MustCompile(`{\w+}`)
	resourceID    = regexp.MustCompile(`\bc[a-z0-9]{24}\b`)
)

// pathPattern returns the path of a call below the Organization, with * for parameters.
func pathPattern(c kind.Endpoint) string {
	return pathParameter.ReplaceAllString(strings.TrimPrefix(c.Path, "/organizations/{organizationId}"), "*")
}

// TestGetReturnsAnotherResource checks for every kind that a GET by id must not return
// another resource: the run sends no write, and the error names both ids and the request.
func TestGetReturnsAnotherResource(t *testing.T) {
	t.Parallel()
	for _, k := range kind.All() {
		if k.Get.Path == "" {
			continue
		}
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newContract(t, k)
				c.checkCreate()
				if k.Create.Path != "" { // the resource that the API returns instead
					apply.Run(t.Context(), c.source, c.planDeclared(c.declareRenamed("second")), apply.Options{SaveSecret: func(*desired.Resource, string) error { return nil }})
				}
				manifest := c.example
				if edits := exampleEdits[k.Section]; len(edits) > 0 {
					manifest = c.editExample(edits[0][0], edits[0][1])
				}
				p := c.planDeclared(c.declareManifest(manifest))
				c.server.AddFault(simulator.Fault{Method: http.MethodGet, Path: pathPattern(k.Get), WrongResource: true, Applied: true})
				c.server.ResetRequests()
				before := c.snapshotState()
				for _, o := range apply.Run(t.Context(), c.source, p, apply.Options{}) {
					if o.Change.Action == plan.Update && (o.Status != apply.Failed || !namesTwoIDs(o.Err, o.Change.Live.ID)) {
						t.Errorf("%s: %v", o.Status, o.Err)
					}
				}
				for _, change := range p.Changes {
					if live, err := c.source.GetResource(t.Context(), change.Resource, change.Live.ID); !namesTwoIDs(err, change.Live.ID) || !strings.Contains(err.Error(), "GET "+k.Get.Path) {
						t.Errorf("read by id: %v, %v", live, err)
					}
				}
				if diff := cmp.Diff(before, c.snapshotState()); diff != "" || len(c.listWrites()) > 0 {
					t.Errorf("writes: %v\n%s", c.listWrites(), diff)
				}
			})
		})
	}
}

// namesTwoIDs reports whether an error names the requested id and the id that Astro
// returned.
func namesTwoIDs(err error, requested string) bool {
	text := fmt.Sprint(err)
	return strings.Contains(text, requested) && regexp.MustCompile(`, id c[a-z0-9]{24}, not `).MatchString(text)
}

// TestCreateReturnsAnotherResource checks for every kind that the response to a create
// must not be about another resource: the run doesn't repeat the create, doesn't change
// the other resource, and looks up the new one by its identity.
func TestCreateReturnsAnotherResource(t *testing.T) {
	t.Parallel()
	for _, k := range kind.All() {
		for i := range 8 {
			listed, fault := i&4 == 0, simulator.Fault{Applied: i&1 == 0, WithSecret: i&2 == 0}
			if k.Create.Path == "" || fault.WithSecret && k.GeneratedSecret == "" {
				continue
			}
			t.Run(fmt.Sprintf("%s, created %t, with a secret value %t, listed before %t", k.Name, fault.Applied, fault.WithSecret, listed), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c := newContract(t, k)
					p := c.planDeclared(c.declareRenamed("second"))
					c.checkCreate()
					if listed {
						p = c.planDeclared(c.declareRenamed("second"))
					}
					fault.Method, fault.Path, fault.WrongResource = http.MethodPost, pathPattern(k.Create), true
					c.server.AddFault(fault)
					c.server.ResetRequests()
					before := c.snapshotState()
					var delivered, masked []string
					outcomes := apply.Run(t.Context(), c.source, p, apply.Options{
						SaveSecret: func(_ *desired.Resource, value string) error { delivered = append(delivered, value); return nil },
						Mask:       func(value string) { masked = append(masked, value) },
					})
					for _, o := range outcomes {
						c.checkCreateOutcome(o, fault.Applied, before)
					}
					after := c.snapshotState()
					for id, object := range before {
						if diff := cmp.Diff(object, after[id]); diff != "" {
							t.Errorf("another resource changed: %s", diff)
						}
					}
					if creates := c.countRequests(http.MethodPost, pathPattern(k.Create)); creates != len(outcomes) {
						t.Errorf("%d creates of %d resources: %v", creates, len(outcomes), c.listWrites())
					}
					if len(delivered) > 0 || fault.WithSecret && len(masked) == 0 {
						t.Errorf("delivered %v, masked %v", delivered, masked)
					}
				})
			})
		}
	}
}

// checkCreateOutcome checks the outcome of a create whose response is about another
// resource.
func (c *contract) checkCreateOutcome(o apply.Outcome, created bool, before map[string]map[string]any) {
	c.Helper()
	switch {
	case created && c.kind.GeneratedSecret == "" && c.kind.Get.Path != "":
		if o.Status != apply.Created || o.Live == nil || before[o.Live.ID+"<nil>"] != nil || c.snapshotState()[o.Live.ID+"<nil>"] == nil {
			c.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
		}
	case created && c.kind.GeneratedSecret == "":
		if o.Status != apply.Created {
			c.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
		}
	case o.Status != apply.Failed:
		c.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
	case !created && (o.Live != nil || !strings.Contains(o.Err.Error(), o.Change.Resource.String()) || !resourceID.MatchString(o.Err.Error())):
		c.Errorf("the error doesn't name both resources, or the run adopted one of them: %v", o.Err)
	}
}

func newContract(t *testing.T, k *kind.Kind) *contract {
	t.Helper()
	c := &contract{harness: newHarness(t, simulator.Options{}), kind: k, example: readExample(t, k.Section), editedFields: map[string]bool{}}
	c.seedReferences()
	return c
}

func (c *contract) planDeclared(d *desired.State) *plan.Plan {
	c.Helper()
	p := plan.Make(c.source.OrganizationID, c.source.Read(context.Background(), d), plan.Policy{})
	if len(p.Problems) > 0 {
		c.Fatal(p.Problems)
	}
	return p
}

// declareRenamed declares the example's resources with a prefix before their names.
func (c *contract) declareRenamed(prefix string) *desired.State {
	c.Helper()
	documents := parseManifest(c.example).Documents
	for _, document := range documents {
		for _, item := range document.Get(c.kind.Section).Items {
			item.Get(c.kind.Identity[len(c.kind.Identity)-1]).Text = prefix + item.Get(c.kind.Identity[len(c.kind.Identity)-1]).Text
		}
	}
	d := desired.Load(kind.All(), documents, "")
	if len(d.Problems) > 0 {
		c.Fatal(d.Problems)
	}
	return d
}

// countRequests counts the requests with this method and a path that matches pattern.
func (c *contract) countRequests(method, pattern string) (n int) {
	match := regexp.MustCompile(`^/v1/organizations/[^/]+` + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `[^/]+`) + `$`)
	for _, r := range c.server.Requests() {
		if r.Method == method && match.MatchString(r.Path) {
			n++
		}
	}
	return n
}

// TestCreateReturnsNamesake checks that a run doesn't adopt a resource of the same name
// from the response to a create if it has another parent, or an id that existed before.
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

// TestCreateReturnsTokenOfAnotherDeployment creates an agent token. The response is about
// a token of the same name in another Deployment, which no list contained before. The run
// must not save its value.
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
			SaveSecret: func(*desired.Resource, string) error { t.Error("a value was delivered"); return nil },
			Mask:       func(string) { masked++ },
		})[0]
		if o.Status != apply.Failed || len(s.listWrites()) != 1 || masked == 0 || len(s.server.Resources("agentToken")) != 2 {
			t.Errorf("%s: %v, writes %v, %d masked, %d tokens", o.Status, o.Err, s.listWrites(), masked, len(s.server.Resources("agentToken")))
		}
	})
}

// TestRotationReturnsAnotherToken checks that a run doesn't save the value of another
// token from the response to a rotation.
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
				Policy:     plan.Policy{Rotate: func(*desired.Resource) bool { return true }},
				SaveSecret: func(*desired.Resource, string) error { t.Error("a value was delivered"); return nil },
				Mask:       func(string) { masked++ },
			})[0]
			const want = `Astro returned API token "other"`
			if o.Status != apply.Failed || !strings.Contains(fmt.Sprint(o.Err), want) || !strings.Contains(o.Err.Error(), "rotate it again") || len(s.listWrites()) != 1 || (masked > 0) != value {
				t.Errorf("%s: %v, %d writes, %d masked", o.Status, o.Err, len(s.listWrites()), masked)
			}
		})
	}
}

// TestUpdateReturnsAnotherResource checks that a run reads the resource by id if the
// response to an update is about another resource, and doesn't repeat an update that
// Astro executed.
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

// TestUpdateOfPartReturnsAnotherResource checks the same for an update through a separate
// endpoint.
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

// TestWaitReadsAnotherResource checks that a response about another resource doesn't end a
// wait.
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

// TestCreateReturnsNamesakeWithoutValue creates a token. The response has no value and the
// id of a token with the same name, which another run created at the same moment. The run
// must delete neither token.
func TestCreateReturnsNamesakeWithoutValue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		p := s.planManifest("apiTokens: [{ name: ci, workspace: data, roles: [{ role: WORKSPACE_MEMBER }], saveTo: ci }]", plan.Policy{})
		s.server.Seed("apiToken", map[string]any{"name": "ci", "scope": "WORKSPACE", "entityId": w, "role": "WORKSPACE_MEMBER"})
		s.server.AddFault(simulator.Fault{Method: http.MethodPost, Path: "tokens", WrongResource: true, Applied: true})
		o := apply.Run(t.Context(), s.source, p, apply.Options{
			SaveSecret: func(*desired.Resource, string) error { t.Error("a value was delivered"); return nil },
		})[0]
		if o.Status != apply.Failed || len(s.listWrites()) != 1 || len(s.server.Resources("apiToken")) != 2 {
			t.Errorf("%s: %v, writes %v, %d tokens", o.Status, o.Err, s.listWrites(), len(s.server.Resources("apiToken")))
		}
	})
}

// TestRenameDuringWait checks that a wait ends when the resource is ready, even if another
// run renamed it during the wait.
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
