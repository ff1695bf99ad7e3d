package apply_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/apply"
	"astro-apply/internal/desired"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
)

const ciToken = "apiTokens: [{ name: ci, workspace: data, roles: [{ role: WORKSPACE_MEMBER }], saveTo: output }]"

// writePaths returns the method and the last part of the path of each write, without ids.
func (s *harness) writePaths() (out []string) {
	for _, r := range s.server.Requests() {
		if r.Method != http.MethodGet {
			parts := strings.Split(r.Path, "/")
			parts = slices.DeleteFunc(parts[4:], func(part string) bool { return len(part) == 25 && part[0] == 'c' })
			out = append(out, r.Method+" "+strings.Join(parts, "/"))
		}
	}
	return out
}

// TestNewTokenIsNotRotated checks that a run doesn't also rotate a new token, and saves
// its value once.
func TestNewTokenIsNotRotated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		var delivered []string
		o := apply.Options{
			Policy:     plan.Policy{Rotate: func(*desired.Resource) bool { return true }},
			SaveSecret: func(_ *desired.Resource, value string) error { delivered = append(delivered, value); return nil },
		}
		outcomes := s.applyManifest(t.Context(), ciToken, o)
		if outcomes[0].Status != apply.Created || len(delivered) != 1 {
			t.Errorf("%s, %v, %d values", outcomes[0].Status, outcomes[0].Err, len(delivered))
		}
		if diff := cmp.Diff([]string{"POST tokens"}, s.writePaths()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
		s.server.ResetRequests()
		outcomes = s.applyManifest(t.Context(), ciToken, o)
		if outcomes[0].Status != apply.Updated || len(delivered) != 2 || delivered[0] == delivered[1] {
			t.Errorf("rotated: %s, %v, %d values", outcomes[0].Status, outcomes[0].Err, len(delivered))
		}
		if diff := cmp.Diff([]string{"POST tokens/rotate"}, s.writePaths()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
	})
}

// TestRefusedCreate checks that a run adopts a resource if Astro rejects its create because
// another run created it at the same moment. The run adopts no token, because only the
// other run has its value, and adopts nothing after any other rejection.
func TestRefusedCreate(t *testing.T) {
	t.Parallel()
	type result struct {
		Status, Wrote apply.Status
		Adopted       bool
		Writes        []string
	}
	for name, test := range map[string]struct {
		manifest, kind string
		existing       map[string]any
		status         int
		want           result
	}{
		"a Workspace, 409": {
			"workspaces: [{ name: new, description: ours }]", "workspace",
			map[string]any{"name": "new", "description": "theirs"},
			409,
			result{apply.Updated, apply.Updated, true, []string{"POST workspaces", "POST workspaces"}},
		},
		"a Workspace, 400": {
			"workspaces: [{ name: new, description: same }]", "workspace",
			map[string]any{"name": "new", "description": "same"},
			400,
			result{apply.Unchanged, "", true, []string{"POST workspaces"}},
		},
		"a Workspace, 403": {
			"workspaces: [{ name: new }]", "workspace",
			map[string]any{"name": "new"},
			403,
			result{apply.Failed, "", false, []string{"POST workspaces"}},
		},
		"a Workspace, 422": {
			"workspaces: [{ name: new }]", "workspace",
			map[string]any{"name": "new"},
			422,
			result{apply.Failed, "", false, []string{"POST workspaces"}},
		},
		"a Workspace, 400, and it doesn't exist": {
			"workspaces: [{ name: new }]", "", nil, 400,
			result{apply.Failed, "", false, []string{"POST workspaces"}},
		},
		"an agent token, 409": {
			"agentTokens: [{ name: ci, deployment: { workspace: data, name: d }, saveTo: output }]", "agentToken",
			map[string]any{"name": "ci"},
			409,
			result{apply.Failed, "", false, []string{"POST deployments/agent-tokens"}},
		},
		"a token, 409": {
			ciToken, "apiToken",
			map[string]any{"name": "ci", "scope": "WORKSPACE", "role": "WORKSPACE_MEMBER"},
			409,
			result{apply.Failed, "", false, []string{"POST tokens"}},
		},
		"a token, 400": {
			ciToken, "apiToken",
			map[string]any{"name": "ci", "scope": "WORKSPACE", "role": "WORKSPACE_MEMBER"},
			400,
			result{apply.Failed, "", false, []string{"POST tokens"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{})
				w := s.server.Seed("workspace", map[string]any{"name": "data"})
				d := s.server.Seed("deployment", map[string]any{"name": "d", "workspaceId": w, "type": "DEDICATED"})
				p := s.planManifest(test.manifest, plan.Policy{})
				switch test.kind {
				case "apiToken":
					test.existing["entityId"] = w
				case "agentToken":
					test.existing["deploymentId"] = d
				}
				if test.kind != "" {
					s.server.Seed(test.kind, test.existing)
				}
				s.server.AddFault(simulator.Fault{Method: "POST", Status: test.status, Count: 1})
				delivered := 0
				o := apply.Run(t.Context(), s.source, p, apply.Options{SaveSecret: func(*desired.Resource, string) error { delivered++; return nil }})[0]
				got := result{o.Status, o.AcceptedWrite, o.Live != nil, s.writePaths()}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("result (-want +got):\n%s\n%v", diff, o.Err)
				}
				if delivered > 0 || o.Err != nil && strings.Contains(o.Err.Error(), "exists now") {
					t.Errorf("%d values delivered, error %v", delivered, o.Err)
				}
			})
		})
	}
}

// TestReviewedOnlyCreateIsCompleted checks that a run with ReviewedOnly completes a
// reviewed create although the plan didn't show Astro's default values.
func TestReviewedOnlyCreateIsCompleted(t *testing.T) {
	t.Parallel()
	for name, manifest := range map[string]string{
		"by another call":     "teams: [{ name: t, description: d, organizationRole: ORGANIZATION_BILLING_ADMIN, workspaceRoles: [{ workspace: data, role: WORKSPACE_OWNER }] }]",
		"by a deferred write": "workspaces: [{ name: new, defaultCluster: production }]\nclusters: [{ name: production, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20, workspaces: [new] }]",
		"an override":         "deployments: [{ name: d, workspace: data, type: STANDARD, cloudProvider: AWS, region: us-east-1, isDevelopmentMode: true, scalingSpec: { hibernationSpec: { override: { isHibernating: true } } } }]",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{})
				s.server.Seed("workspace", map[string]any{"name": "data"})
				for _, o := range s.applyManifest(t.Context(), manifest, apply.Options{Policy: plan.Policy{ReviewedOnly: true}}) {
					if o.Status != apply.Created {
						t.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
					}
				}
				if p := s.planManifest(manifest, plan.Policy{}); countActions(p, plan.Unchanged) != len(p.Changes) {
					t.Errorf("not as declared: %s", changesText(p.Changes[0]))
				}
			})
		})
	}
}

// TestReviewedOnlyUpdate checks that a run with ReviewedOnly doesn't revert a manual
// change, of the planned field or of another declared field.
func TestReviewedOnlyUpdate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		manual string
		status apply.Status
	}{
		"no manual change":       {"", apply.Updated},
		"the same field":         {"description: by hand", apply.Failed},
		"another declared field": {"cicdEnforcedDefault: true", apply.Failed},
		"an undeclared field":    {"defaultCloudProvider: AWS, defaultRegion: us-east-1", apply.Updated},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{})
				s.server.Seed("workspace", map[string]any{"name": "data", "description": "before", "cicdEnforcedDefault": false})
				p := s.planManifest("workspaces: [{ name: data, description: after, cicdEnforcedDefault: false }]", plan.Policy{})
				if test.manual != "" {
					s.applyManifest(t.Context(), "workspaces: [{ name: data, "+test.manual+" }]", apply.Options{})
				}
				s.server.ResetRequests()
				o := apply.Run(t.Context(), s.source, p, apply.Options{Policy: plan.Policy{ReviewedOnly: true}})[0]
				if writes := len(s.listWrites()); o.Status != test.status || writes > 0 != (test.status == apply.Updated) {
					t.Errorf("%s with %d writes: %v", o.Status, writes, o.Err)
				}
			})
		})
	}
}

// TestUpdateInParts checks that a run compares an update with the current resource before
// each attempt, and that the outcome covers all requests of the update.
func TestUpdateInParts(t *testing.T) {
	t.Parallel()
	const manifest = "teams: [{ name: t, description: new, workspaceRoles: [{ workspace: data, role: WORKSPACE_OWNER }] }]"
	refusal := simulator.Fault{Method: "POST", Path: "roles", Status: 403, Message: "no", Count: 1}
	for name, test := range map[string]struct {
		fault         *simulator.Fault
		status, wrote apply.Status
		writes        []string
	}{
		"both accepted":         {nil, apply.Updated, apply.Updated, []string{"POST teams", "POST teams/roles"}},
		"the second is refused": {&refusal, apply.Failed, apply.Updated, []string{"POST teams", "POST teams/roles"}},
		"the first conflicts": {
			&simulator.Fault{Method: "POST", Path: "teams/*", Status: 409, Count: 1}, apply.Updated, apply.Updated,
			[]string{"POST teams", "POST teams", "POST teams/roles"},
		},
		"the first is refused": {
			&simulator.Fault{Method: "POST", Path: "teams/*", Status: 403, Count: 1}, apply.Failed, "", []string{"POST teams"},
		},
		"always in conflict": {
			&simulator.Fault{Method: "POST", Path: "teams/*", Status: 409}, apply.Failed, "",
			[]string{"POST teams", "POST teams", "POST teams", "POST teams"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{})
				s.server.Seed("workspace", map[string]any{"name": "data"})
				s.server.Seed("team", map[string]any{"name": "t", "description": "old"})
				p := s.planManifest(manifest, plan.Policy{})
				if test.fault != nil {
					s.server.AddFault(*test.fault)
				}
				o := apply.Run(t.Context(), s.source, p, apply.Options{})[0]
				if o.Status != test.status || o.AcceptedWrite != test.wrote {
					t.Errorf("%s, wrote %q: %v", o.Status, o.AcceptedWrite, o.Err)
				}
				if diff := cmp.Diff(test.writes, s.writePaths()); diff != "" {
					t.Errorf("writes (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestCancelBetweenParts checks that a cancelled run stops between two requests of an
// update.
func TestCancelBetweenParts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.Seed("team", map[string]any{"name": "t", "description": "old"})
		ctx, cancel := context.WithCancelCause(t.Context())
		s.useTransport(&faultyTransport{loseResponse: func(r *http.Request) error {
			if r.Method == http.MethodPost {
				cancel(errors.New("interrupt signal received"))
			}
			return nil
		}})
		o := s.applyManifest(ctx, "teams: [{ name: t, description: new, workspaceRoles: [{ workspace: data, role: WORKSPACE_OWNER }] }]", apply.Options{})[0]
		if o.AcceptedWrite != apply.Updated || o.Err == nil || !strings.Contains(o.Err.Error(), "interrupt signal received") {
			t.Errorf("%s, wrote %q: %v", o.Status, o.AcceptedWrite, o.Err)
		}
		if diff := cmp.Diff([]string{"POST teams"}, s.writePaths()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
	})
}

// TestReviewedOnlyRefusedCreate checks that a run with ReviewedOnly doesn't change a
// resource that another run created in the meantime: the reviewed plan shows a create,
// and not the values that an update would replace.
func TestReviewedOnlyRefusedCreate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		existing string
		status   apply.Status
	}{
		"with other values":    {"theirs", apply.Failed},
		"with the same values": {"ours", apply.Unchanged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{})
				p := s.planManifest("workspaces: [{ name: new, description: ours }]", plan.Policy{})
				s.server.Seed("workspace", map[string]any{"name": "new", "description": test.existing})
				s.server.AddFault(simulator.Fault{Method: "POST", Status: 409, Count: 1})
				o := apply.Run(t.Context(), s.source, p, apply.Options{Policy: plan.Policy{ReviewedOnly: true}})[0]
				if o.Status != test.status || len(s.listWrites()) != 1 {
					t.Errorf("%s: %v, writes %v", o.Status, o.Err, s.listWrites())
				}
				if o.Status == apply.Failed && !strings.Contains(o.Err.Error(), "description changed after the plan") {
					t.Errorf("error %v", o.Err)
				}
			})
		})
	}
}

// TestReviewedOnlyCreateOfARespelledValue checks that a run with ReviewedOnly completes a
// new resource even if Astro stored a value with another spelling.
func TestReviewedOnlyCreateOfARespelledValue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.SetReturnedText("For all teams.", "for all teams")
		for _, o := range s.applyManifest(t.Context(), `
workspaces: [{ name: data, description: For all teams., defaultCluster: main }]
clusters: [{ name: main, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20, workspaces: [data] }]`,
			apply.Options{Policy: plan.Policy{ReviewedOnly: true}}) {
			if o.Status != apply.Created {
				t.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
			}
		}
	})
}

// TestPartReturnsAnotherResource checks that a run compares and repeats an update through
// a separate endpoint if its response is about another resource, because Astro may not
// have executed the update.
func TestPartReturnsAnotherResource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		other := s.server.Seed("team", map[string]any{"name": "other"})
		s.server.Seed("team", map[string]any{"name": "t"})
		intercepted := false
		s.useTransport(&faultyTransport{interceptRequest: func(r *http.Request) *http.Response {
			if intercepted || r.Method != http.MethodPost {
				return nil
			}
			intercepted = true
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"id": "` + other + `", "name": "other"}`))}
		}})
		const manifest = "teams: [{ name: t, workspaceRoles: [{ workspace: data, role: WORKSPACE_OWNER }] }]"
		if o := s.applyManifest(t.Context(), manifest, apply.Options{})[0]; o.Status != apply.Updated {
			t.Errorf("%s: %v", o.Status, o.Err)
		}
		if p := s.planManifest(manifest, plan.Policy{}); p.Changes[0].Action != plan.Unchanged {
			t.Errorf("not as declared: %s", changesText(p.Changes[0]))
		}
	})
}

// TestConflictWithTheSameUpdate checks that the status is Unchanged if Astro rejects an
// update because another run made the same change.
func TestConflictWithTheSameUpdate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.Seed("workspace", map[string]any{"name": "data", "description": "old"})
		s.server.AddFault(simulator.Fault{Method: http.MethodPost, Status: 409, Applied: true, Count: 1})
		o := s.applyManifest(t.Context(), "workspaces: [{ name: data, description: new }]", apply.Options{})[0]
		if o.Status != apply.Unchanged || o.AcceptedWrite != "" {
			t.Errorf("%s, wrote %q: %v", o.Status, o.AcceptedWrite, o.Err)
		}
	})
}

// TestUpdateSendsBackCurrentValues checks that an update sends the current values of
// undeclared fields, not the values at the time of the plan.
func TestUpdateSendsBackCurrentValues(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		p := s.planManifest("organization: { name: new }", plan.Policy{})
		s.applyManifest(t.Context(), "organization: { billingEmail: by-hand@example.com }", apply.Options{})
		o := apply.Run(t.Context(), s.source, p, apply.Options{})[0]
		live := s.server.Resources("organization")[0]
		if o.Status != apply.Updated || live["name"] != "new" || live["billingEmail"] != "by-hand@example.com" {
			t.Errorf("%s: %v; %v", o.Status, o.Err, live)
		}
	})
}

// TestUpdateThatBecameImpossible checks that a run doesn't send an update that a manual
// change after the plan made invalid.
func TestUpdateThatBecameImpossible(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.Seed("deployment", map[string]any{"name": "d", "workspaceId": w, "type": "STANDARD"})
		const text = "deployments: [{ name: d, workspace: data, environmentVariables: [{ key: S, value: x, isSecret: %t }] }]"
		p := s.planManifest(fmt.Sprintf(text, false), plan.Policy{})
		s.applyManifest(t.Context(), fmt.Sprintf(text, true), apply.Options{}) // the manual change
		s.server.ResetRequests()
		o := apply.Run(t.Context(), s.source, p, apply.Options{})[0]
		if o.Status != apply.Failed || !strings.Contains(fmt.Sprint(o.Err), "a secret variable can't be made readable") || len(s.listWrites()) > 0 {
			t.Errorf("%s: %v, writes %v", o.Status, o.Err, s.listWrites())
		}
	})
}

// TestDeferredWriteWithoutItsReference checks that a deferred write fails if the id of its
// reference is still unknown.
func TestDeferredWriteWithoutItsReference(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		p := s.planManifest(`
workspaces: [{ name: data, defaultCluster: main }]
clusters: [{ name: main, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20, workspaces: [data] }]`, plan.Policy{})
		if p.Changes[1].Resource.Name() != "main" || len(p.Changes[0].Deferred) != 1 {
			t.Fatal("no deferred write")
		}
		p.Changes[1].Action = plan.Unchanged // so that the run doesn't create the cluster
		o := apply.Run(t.Context(), s.source, p, apply.Options{})[0]
		if o.Status != apply.Failed || o.AcceptedWrite != apply.Created || !strings.Contains(fmt.Sprint(o.Err), `the id of cluster "main" is unknown`) {
			t.Errorf("%s, wrote %q: %v", o.Status, o.AcceptedWrite, o.Err)
		}
	})
}

// TestRefusedDelete checks that a rejected delete fails, and that the run skips its
// dependents.
func TestRefusedDelete(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 403} {
		synctest.Test(t, func(t *testing.T) {
			s := newHarness(t, simulator.Options{})
			w := s.server.Seed("workspace", map[string]any{"name": "data"})
			s.server.Seed("deployment", map[string]any{"name": "d", "workspaceId": w, "type": "STANDARD"})
			s.server.AddFault(simulator.Fault{Method: http.MethodDelete, Status: status, Message: "no"})
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			outcomes := s.applyManifest(ctx, "workspaces: [{ name: data, state: absent }]\ndeployments: [{ name: d, workspace: data, state: absent }]",
				apply.Options{Policy: plan.Policy{AllowDelete: true}})
			if diff := cmp.Diff([]apply.Status{apply.Failed, apply.Skipped}, statusesOf(outcomes)); diff != "" || outcomes[0].AcceptedWrite != "" {
				t.Errorf("%d: %s\n%v", status, diff, outcomes[0].Err)
			}
		})
	}
}

// TestAlreadyAppliedAndNoLongerAllowed checks that a change that another run already made
// is Unchanged, even if the update would no longer be allowed.
func TestAlreadyAppliedAndNoLongerAllowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		id := s.server.Seed("user", map[string]any{"username": "ada@example.com", "organizationRole": "ORGANIZATION_MEMBER"})
		p := s.planManifest("users: [{ username: ada@example.com, organizationRole: ORGANIZATION_OWNER }]", plan.Policy{})
		s.useTransport(&faultyTransport{interceptRequest: func(r *http.Request) *http.Response {
			if !strings.HasSuffix(r.URL.Path, id) {
				return nil
			}
			body := `{"id": "` + id + `", "username": "ada@example.com", "status": "PENDING", "organizationRole": "ORGANIZATION_OWNER"}`
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body))}
		}})
		if o := apply.Run(t.Context(), s.source, p, apply.Options{})[0]; o.Status != apply.Unchanged || len(s.listWrites()) > 0 {
			t.Errorf("%s: %v, writes %v", o.Status, o.Err, s.listWrites())
		}
	})
}

// TestNodePoolOfANewCluster checks that a change fails if its node pool doesn't exist in
// the cluster that this run created.
func TestNodePoolOfANewCluster(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		outcomes := s.applyManifest(t.Context(), `
workspaces: [{ name: data }]
clusters: [{ name: main, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20, workspaces: [data] }]
deployments: [{ name: etl, workspace: data, type: HYBRID, cluster: main, executor: KUBERNETES, taskPodNodePool: nope, scheduler: { au: 5, replicas: 1 } }]`, apply.Options{})
		if o := outcomes[2]; o.Status != apply.Failed || !strings.Contains(fmt.Sprint(o.Err), `astro.yaml:4:113: cluster "main" has no node pool "nope"`) {
			t.Errorf("%s: %v", o.Status, o.Err)
		}
		if diff := cmp.Diff([]string{"POST workspaces", "POST clusters"}, s.writePaths()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
	})
}

// TestRoleThatMayBeInheritedSince checks that an update doesn't send back a role that the
// user may have inherited from a Team since the plan: the update would grant the role to
// the user directly.
func TestRoleThatMayBeInheritedSince(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		for _, name := range []string{"data", "other"} {
			s.server.Seed("workspace", map[string]any{"name": name})
		}
		ada := s.server.Seed("user", map[string]any{"username": "ada@example.com"})
		p := s.planManifest("users: [{ username: ada@example.com, workspaceRoles: [{ workspace: data, role: WORKSPACE_OWNER }] }]", plan.Policy{})
		s.server.Seed("team", map[string]any{"name": "t", "memberIds": []any{ada}, "workspaceRoles": []any{
			map[string]any{"workspaceId": s.server.Resources("workspace")[1]["id"], "role": "WORKSPACE_MEMBER"},
		}})
		s.server.AddFault(simulator.Fault{Method: http.MethodGet, Path: "users/*/teams", Status: 403})
		o := apply.Run(t.Context(), s.source, p, apply.Options{})[0]
		if o.Status != apply.Failed || !strings.Contains(fmt.Sprint(o.Err), "may be inherited from a Team") || len(s.listWrites()) > 0 {
			t.Errorf("%s: %v, writes %v", o.Status, o.Err, s.listWrites())
		}
	})
}
