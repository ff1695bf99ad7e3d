package apply_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/simulator"
)

const ciToken = "apiTokens: [{ name: ci, workspace: data, roles: [{ role: WORKSPACE_MEMBER }], saveTo: output }]"

// paths lists the writes as METHOD and the end of the path, without ids.
func (s *stage) paths() (out []string) {
	for _, r := range s.server.Requests() {
		if r.Method != http.MethodGet {
			parts := strings.Split(r.Path, "/")
			parts = slices.DeleteFunc(parts[4:], func(part string) bool { return len(part) == 25 && part[0] == 'c' })
			out = append(out, r.Method+" "+strings.Join(parts, "/"))
		}
	}
	return out
}

// What was just created is not rotated, too: its value is delivered once.
func TestNewTokenIsNotRotated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, simulator.Options{})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		var delivered []string
		o := apply.Options{
			Policy:  plan.Policy{Rotate: func(*resource.Object) bool { return true }},
			Deliver: func(_ *resource.Object, value string) error { delivered = append(delivered, value); return nil },
		}
		outcomes := s.apply(t.Context(), ciToken, o)
		if outcomes[0].Status != apply.Created || len(delivered) != 1 {
			t.Errorf("%s, %v, %d values", outcomes[0].Status, outcomes[0].Err, len(delivered))
		}
		if diff := cmp.Diff([]string{"POST tokens"}, s.paths()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
		s.server.ResetRequests()
		outcomes = s.apply(t.Context(), ciToken, o)
		if outcomes[0].Status != apply.Updated || len(delivered) != 2 || delivered[0] == delivered[1] {
			t.Errorf("rotated: %s, %v, %d values", outcomes[0].Status, outcomes[0].Err, len(delivered))
		}
		if diff := cmp.Diff([]string{"POST tokens/rotate"}, s.paths()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
	})
}

// A create that is refused because another run created the same at that moment is
// as good as done, unless only that run was given a secret value. No other refusal
// means that.
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
			"workspaces: [{ name: new, description: ours }]", "workspace", map[string]any{"name": "new", "description": "theirs"}, 409,
			result{apply.Updated, apply.Updated, true, []string{"POST workspaces", "POST workspaces"}},
		},
		"a Workspace, 400": {
			"workspaces: [{ name: new, description: same }]", "workspace", map[string]any{"name": "new", "description": "same"}, 400,
			result{apply.Unchanged, "", true, []string{"POST workspaces"}},
		},
		"a Workspace, 403": {
			"workspaces: [{ name: new }]", "workspace", map[string]any{"name": "new"}, 403,
			result{apply.Failed, "", false, []string{"POST workspaces"}},
		},
		"a Workspace, 422": {
			"workspaces: [{ name: new }]", "workspace", map[string]any{"name": "new"}, 422,
			result{apply.Failed, "", false, []string{"POST workspaces"}},
		},
		"a token, 409": {
			ciToken, "apiToken", map[string]any{"name": "ci", "scope": "WORKSPACE", "role": "WORKSPACE_MEMBER"}, 409,
			result{apply.Failed, "", false, []string{"POST tokens"}},
		},
		"a token, 400": {
			ciToken, "apiToken", map[string]any{"name": "ci", "scope": "WORKSPACE", "role": "WORKSPACE_MEMBER"}, 400,
			result{apply.Failed, "", false, []string{"POST tokens"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, simulator.Options{})
				w := s.server.Seed("workspace", map[string]any{"name": "data"})
				p := s.plan(test.manifest, plan.Policy{})
				if test.kind == "apiToken" {
					test.existing["entityId"] = w
				}
				s.server.Seed(test.kind, test.existing)
				s.server.Fail(simulator.Fault{Method: "POST", Status: test.status, Count: 1})
				delivered := 0
				o := apply.Run(t.Context(), s.source, p, apply.Options{Deliver: func(*resource.Object, string) error { delivered++; return nil }})[0]
				got := result{o.Status, o.Wrote, o.Live != nil, s.paths()}
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

// An exact run may complete a create that was reviewed: the plan didn't show the
// values that Astro gives to a new resource.
func TestExactCreateIsCompleted(t *testing.T) {
	t.Parallel()
	for name, manifest := range map[string]string{
		"by another call":   "teams: [{ name: t, description: d, organizationRole: ORGANIZATION_BILLING_ADMIN, workspaceRoles: [{ workspace: data, role: WORKSPACE_OWNER }] }]",
		"by a second write": "workspaces: [{ name: new, defaultCluster: production }]\nclusters: [{ name: production, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20, workspaces: [new] }]",
		"an override":       "deployments: [{ name: d, workspace: data, type: STANDARD, cloudProvider: AWS, region: us-east-1, isDevelopmentMode: true, scalingSpec: { hibernationSpec: { override: { isHibernating: true } } } }]",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, simulator.Options{})
				s.server.Seed("workspace", map[string]any{"name": "data"})
				for _, o := range s.apply(t.Context(), manifest, apply.Options{Policy: plan.Policy{Exact: true}}) {
					if o.Status != apply.Created {
						t.Errorf("%s: %s: %v", o.Change.Object, o.Status, o.Err)
					}
				}
				if p := s.plan(manifest, plan.Policy{}); p.Count(plan.Unchanged) != len(p.Changes) {
					t.Errorf("not as declared: %s", changes(p.Changes[0]))
				}
			})
		})
	}
}

// With only what was reviewed, a manual change is kept: of another field, and of a
// field that the plan changes from another value.
func TestExactUpdate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		manual string
		status apply.Status
	}{
		"nothing else changed":       {"", apply.Updated},
		"the same field":             {"description: by hand", apply.Failed},
		"another declared field":     {"cicdEnforcedDefault: true", apply.Failed},
		"a field that is undeclared": {"defaultCloudProvider: AWS, defaultRegion: us-east-1", apply.Updated},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, simulator.Options{})
				s.server.Seed("workspace", map[string]any{"name": "data", "description": "before", "cicdEnforcedDefault": false})
				p := s.plan("workspaces: [{ name: data, description: after, cicdEnforcedDefault: false }]", plan.Policy{})
				if test.manual != "" {
					s.apply(t.Context(), "workspaces: [{ name: data, "+test.manual+" }]", apply.Options{})
				}
				s.server.ResetRequests()
				o := apply.Run(t.Context(), s.source, p, apply.Options{Policy: plan.Policy{Exact: true}})[0]
				if writes := len(s.writes()); o.Status != test.status || writes > 0 != (test.status == apply.Updated) {
					t.Errorf("%s with %d writes: %v", o.Status, writes, o.Err)
				}
			})
		})
	}
}

// An update is compared with the current resource when it is sent, and its outcome
// covers all of its calls.
func TestUpdateInParts(t *testing.T) {
	t.Parallel()
	const manifest = "teams: [{ name: t, description: new, workspaceRoles: [{ workspace: data, role: WORKSPACE_OWNER }] }]"
	refusal := simulator.Fault{Method: "POST", Path: "roles", Status: 403, Message: "no", Count: 1}
	for name, test := range map[string]struct {
		fault         *simulator.Fault
		status, wrote apply.Status
		writes        []string
	}{
		"both":                  {nil, apply.Updated, apply.Updated, []string{"POST teams", "POST teams/roles"}},
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
				s := newStage(t, simulator.Options{})
				s.server.Seed("workspace", map[string]any{"name": "data"})
				s.server.Seed("team", map[string]any{"name": "t", "description": "old"})
				p := s.plan(manifest, plan.Policy{})
				if test.fault != nil {
					s.server.Fail(*test.fault)
				}
				o := apply.Run(t.Context(), s.source, p, apply.Options{})[0]
				if o.Status != test.status || o.Wrote != test.wrote {
					t.Errorf("%s, wrote %q: %v", o.Status, o.Wrote, o.Err)
				}
				if diff := cmp.Diff(test.writes, s.paths()); diff != "" {
					t.Errorf("writes (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// Between the calls of one update a cancelled run stops.
func TestCancelBetweenParts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, simulator.Options{})
		s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.Seed("team", map[string]any{"name": "t", "description": "old"})
		ctx, cancel := context.WithCancelCause(t.Context())
		s.over(&wire{after: func(r *http.Request) error {
			if r.Method == http.MethodPost {
				cancel(errors.New("interrupt signal received"))
			}
			return nil
		}})
		o := s.apply(ctx, "teams: [{ name: t, description: new, workspaceRoles: [{ workspace: data, role: WORKSPACE_OWNER }] }]", apply.Options{})[0]
		if o.Wrote != apply.Updated || o.Err == nil || !strings.Contains(o.Err.Error(), "interrupt signal received") {
			t.Errorf("%s, wrote %q: %v", o.Status, o.Wrote, o.Err)
		}
		if diff := cmp.Diff([]string{"POST teams"}, s.paths()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
	})
}
