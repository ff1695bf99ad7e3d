package apply_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
)

// apiVariants are the possible effects of an update on the maps extra and headers. The
// API document doesn't specify the effect, so the program must work with each variant.
var apiVariants = map[string]simulator.Options{
	"empty erases, map replaced": {},
	"empty keeps, map replaced":  {KeepEmptySecrets: true},
	"empty erases, map merged":   {MergeMaps: true},
	"empty keeps, map merged":    {KeepEmptySecrets: true, MergeMaps: true},
}

const (
	seededConnection = `{"objectType": "CONNECTION", "objectKey": "c", "scope": "WORKSPACE", "scopeEntityId": "cworkspace000000000000001", "description": "old",
		"autoLinkDeployments": false, "excludeLinks": [], "connection": {"type": "t", "password": "old-password", "authTypeId": "cauth", "extra": {"private_key": "old-key", "token": "old-token", "region": "eu"}},
		"links": [{"scope": "DEPLOYMENT", "scopeEntityId": "cdeployment00000000000001",
			"overrides": {"connection": {"login": "l", "password": "old-override", "extra": {"private_key": "old-link-key", "zone": "a"}}}}]}`
	seededMetrics = `{"objectType": "METRICS_EXPORT", "objectKey": "m", "scope": "WORKSPACE", "scopeEntityId": "cworkspace000000000000001", "description": "old",
		"autoLinkDeployments": false, "links": [], "excludeLinks": [], "metricsExport": {"endpoint": "https://x", "exporterType": "PROMETHEUS", "authType": "BASIC", "username": "u", "password": "old-password",
			"headers": {"X-Key": "old-header", "X-Other": "old-other"}, "labels": {"env": "dev"}}}`
)

// TestUpdateErasesNothing checks that an update never erases a value that Astro stores
// but doesn't return. The plan refuses an update that would erase one.
func TestUpdateErasesNothing(t *testing.T) {
	t.Parallel()
	const connection, metrics = "objectType: CONNECTION, objectKey: c, ", "objectType: METRICS_EXPORT, objectKey: m, "
	for name, test := range map[string]struct {
		seed, declared string
		allowDelete    bool
		want           map[string]any // members that differ from the seed, by path
		problem        string         // the expected problem of the plan; "": the update is sent
	}{
		"description": {seed: seededConnection, declared: connection + "description: new", want: map[string]any{"description": "new"}},
		"password": {
			seed: seededConnection, declared: connection + "connection: { type: t, password: new-password }, description: new",
			want: map[string]any{"description": "new", "connection.password": "new-password"},
		},
		"host, extra declared": {
			seed: seededConnection, declared: connection + "connection: { type: t, host: h, extra: { region: eu } }",
			want: map[string]any{"connection.host": "h"},
		},
		"host, one of two secrets declared": {
			seed: seededConnection, declared: connection + "connection: { type: t, host: h, extra: { token: x } }",
			want: map[string]any{"connection.host": "h"},
		},
		"host, all secrets declared": {
			seed: seededConnection, declared: connection + "connection: { type: t, host: h, extra: { token: x, private_key: y } }",
			want: map[string]any{"connection.host": "h", "connection.extra.token": "x", "connection.extra.private_key": "y"},
		},
		"extra": {
			seed: seededConnection, declared: connection + "connection: { type: t, extra: { region: us } }",
			problem: "connection.extra: this change would remove private_key, token (in Astro, but not in the manifest), because Astro replaces extra as a whole and doesn't return secrets; declare every key",
		},
		"extra, one of two secrets declared": {
			seed: seededConnection, declared: connection + "connection: { type: t, extra: { token: x, region: us } }",
			problem: "connection.extra: this change would remove private_key (in Astro, but not in the manifest), because Astro replaces extra as a whole and doesn't return secrets; declare every key",
		},
		"extra, all secrets declared": {
			seed: seededConnection, declared: connection + "connection: { type: t, extra: { private_key: y, token: x, region: us } }",
			want: map[string]any{"connection.extra.region": "us", "connection.extra.token": "x", "connection.extra.private_key": "y"},
		},
		"override": {
			seed: seededConnection, declared: connection + "links: [{ deploymentId: cdeployment00000000000001, overrides: { connection: { login: new } } }]",
			want: map[string]any{"links.0.overrides.connection.login": "new"},
		},
		"override's extra": {
			seed: seededConnection, declared: connection + "links: [{ deploymentId: cdeployment00000000000001, overrides: { connection: { login: l, extra: { zone: b } } } }]",
			problem: "links[cdeployment00000000000001].overrides.connection.extra: this change would remove private_key (in Astro, but not in the manifest), because Astro replaces extra as a whole and doesn't return secrets; declare every key",
		},
		"override's extra, declared": {
			seed: seededConnection, declared: connection + "links: [{ deploymentId: cdeployment00000000000001, overrides: { connection: { login: l, extra: { private_key: y, zone: b } } } }]",
			want: map[string]any{"links.0.overrides.connection.extra.zone": "b", "links.0.overrides.connection.extra.private_key": "y"},
		},
		"override's extra, removed": {
			seed: seededConnection, declared: connection + "links: [{ deploymentId: cdeployment00000000000001, overrides: { connection: { extra: { zone: a } } } }]", allowDelete: true,
			want: map[string]any{"links.0.overrides.connection": map[string]any{"extra": map[string]any{"zone": "a"}}},
		},
		"metrics": {seed: seededMetrics, declared: metrics + "description: new", want: map[string]any{"description": "new"}},
		"metrics, label": {
			seed: seededMetrics, declared: metrics + "metricsExport: { labels: { env: prod } }", want: map[string]any{"metricsExport.labels.env": "prod"},
		},
		"metrics, header": {
			seed: seededMetrics, declared: metrics + "metricsExport: { headers: { X-Key: k, X-New: n } }",
			problem: "metricsExport.headers: this change would remove X-Other (in Astro, but not in the manifest), because Astro replaces headers as a whole and doesn't return secrets; declare every key",
		},
		"metrics, all headers": {
			seed: seededMetrics, declared: metrics + "metricsExport: { headers: { X-Key: k, X-Other: o, X-New: n } }",
			want: map[string]any{"metricsExport.headers.X-Key": "k", "metricsExport.headers.X-Other": "o", "metricsExport.headers.X-New": "n"},
		},
	} {
		for variant, options := range apiVariants {
			t.Run(name+"/"+variant, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newHarness(t, options)
					s.server.Seed("workspace", map[string]any{"id": "cworkspace000000000000001", "name": "w"})
					s.server.Seed("deployment", map[string]any{"id": "cdeployment00000000000001", "name": "d", "workspaceId": "cworkspace000000000000001"})
					s.server.Seed("environmentObject", decodeJSON(t, test.seed))
					before := s.server.Resources("environmentObject")[0]
					text := "environmentObjects: [{ workspaceId: cworkspace000000000000001, " + test.declared + " }]"
					policy := plan.Policy{AllowDelete: test.allowDelete}
					if test.problem != "" {
						problems := s.planManifest(text, policy).Problems
						if len(problems) != 1 || !strings.Contains(problems[0].Message, test.problem) {
							t.Errorf("problems: %v, want %q", problems, test.problem)
						}
						return
					}
					for _, o := range s.applyManifest(context.Background(), text, apply.Options{Policy: policy}) {
						if o.Status != apply.Updated {
							t.Fatalf("%s: %v", o.Status, o.Err)
						}
					}
					for path, value := range test.want {
						setValueAtPath(before, path, value)
					}
					after := s.server.Resources("environmentObject")[0]
					for _, name := range []string{"updatedAt", "updatedBy"} {
						delete(before, name)
						delete(after, name)
					}
					if diff := cmp.Diff(before, after); diff != "" {
						t.Error(diff)
					}
					s.server.ResetRequests()
					s.applyManifest(context.Background(), text, apply.Options{Policy: policy})
					if writes := s.listWrites(); len(writes) > 0 {
						t.Errorf("the second run sends writes: %v", writes)
					}
				})
			})
		}
	}
}

func decodeJSON(t testing.TB, text string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// setValueAtPath sets the value at a dotted path; 0 is the first item of a list.
func setValueAtPath(object map[string]any, path string, value any) {
	name, subpath, nested := strings.Cut(path, ".")
	if !nested {
		object[name] = value
		return
	}
	if list, ok := object[name].([]any); ok {
		setValueAtPath(list[0].(map[string]any), strings.TrimPrefix(subpath, "0."), value)
		return
	}
	setValueAtPath(object[name].(map[string]any), subpath, value)
}

// TestRemovedMemberIsVerified removes a member of a map. If Astro replaces the map, one
// write removes the member. If Astro merges the map, an update can't remove a member,
// so every run warns.
func TestRemovedMemberIsVerified(t *testing.T) {
	t.Parallel()
	for variant, options := range apiVariants {
		t.Run(variant, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, options)
				s.server.Seed("workspace", map[string]any{"id": "cworkspace000000000000001", "name": "w"})
				s.server.Seed("deployment", map[string]any{"id": "cdeployment00000000000001", "name": "d", "workspaceId": "cworkspace000000000000001"})
				s.server.Seed("environmentObject", decodeJSON(t, seededConnection))
				const text = "environmentObjects: [{ workspaceId: cworkspace000000000000001, objectType: CONNECTION, objectKey: c, connection: { extra: { region: eu } } }]"
				for round := range 2 {
					s.server.ResetRequests()
					o := s.applyManifest(context.Background(), text, apply.Options{Policy: plan.Policy{AllowDelete: true}})[0]
					var warnings []string
					for _, w := range o.Warnings {
						warnings = append(warnings, w.Message)
					}
					want, writes := []string(nil), 1-round
					if options.MergeMaps {
						writes = 1
						for _, name := range []string{"private_key", "token"} {
							want = append(want, "connection.extra."+name+": Astro still returns *** after it was removed, so every run removes it again; declare it, or remove it in the Astro UI")
						}
					}
					if diff := cmp.Diff(want, warnings); diff != "" || len(s.listWrites()) != writes {
						t.Errorf("round %d: %d writes, want %d; warnings:\n%s", round, len(s.listWrites()), writes, diff)
					}
				}
			})
		})
	}
}
