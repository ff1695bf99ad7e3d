package apply_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
)

const clusterManifest = `
workspaces: [{ name: data, defaultCluster: production }]
clusters:
  - { name: production, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20, workspaces: [data] }
deployments: [{ name: etl, workspace: data, type: DEDICATED, cluster: production, executor: CELERY }]
`

// TestClusterThatTakesHours creates a cluster that is ready after two hours. The run
// logs its progress, and a Deployment on the cluster waits. The deferred write sets the
// cluster as the default of the Workspace, which is part of a reference cycle.
func TestClusterThatTakesHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{ReadyAfter: 2 * time.Hour})
		start, progress, done := time.Now(), []string{}, []string{}
		outcomes := s.applyManifest(context.Background(), clusterManifest, apply.Options{
			OnProgress: func(line string) { progress = append(progress, line) },
			OnOutcome:  func(o apply.Outcome) { done = append(done, fmt.Sprint(o.Status, " ", o.Change.Resource)) },
		})
		slices.Sort(done)
		if diff := cmp.Diff([]string{`created Deployment "etl"`, `created Workspace "data"`, `created cluster "production"`}, done); diff != "" {
			t.Errorf("reported (-want +got):\n%s", diff)
		}
		for _, o := range outcomes {
			if o.Status != apply.Created {
				t.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
			}
		}
		if took := time.Since(start); took < 2*time.Hour || took > 5*time.Hour {
			t.Errorf("took %s", took)
		}
		if len(progress) < 200 || !strings.HasPrefix(progress[10], "0 of 3 done after 5m30s; ") || !strings.Contains(progress[10], `cluster "production" (CREATING)`) {
			t.Errorf("%d progress lines, such as %q", len(progress), progress[:min(len(progress), 3)])
		}
		cluster := s.server.Resources("cluster")[0]
		if fmt.Sprint(cluster["workspaceIds"]) != fmt.Sprintf("[%s]", s.server.Resources("workspace")[0]["id"]) {
			t.Errorf("authorized: %v", cluster["workspaceIds"])
		}
		time.Sleep(3 * time.Hour) // until the deferred write has taken effect
		if p := s.planManifest(clusterManifest, plan.Policy{}); countActions(p, plan.Unchanged) != 3 {
			t.Errorf("not as declared: %s", changesText(p.Changes[0]))
		}
	})
}

// TestRetryWhileBusy checks that a change of a cluster waits while another change of the
// cluster is in progress.
func TestRetryWhileBusy(t *testing.T) {
	for _, status := range []int{409, 412} {
		synctest.Test(t, func(t *testing.T) {
			s := newHarness(t, simulator.Options{})
			id := s.server.Seed("cluster", map[string]any{"name": "production", "tags": []any{map[string]any{"key": "platform", "value": "x"}}})
			s.server.AddFault(simulator.Fault{Path: "clusters/*", Method: "POST", Status: status, Count: 10})
			start := time.Now()
			text := "clusters: [{ name: production, k8sTags: [{ key: a, value: b }] }]"
			policy := plan.Policy{AllowDelete: true} // k8sTags must not remove the current tags
			if got := statusesOf(s.applyManifest(context.Background(), text, apply.Options{Policy: policy})); got[0] != apply.Updated {
				t.Errorf("%d: %v", status, got)
			}
			if took := time.Since(start); took < time.Minute {
				t.Errorf("waited %s", took)
			}
			if tags := fmt.Sprint(s.server.Resources("cluster")[0]["tags"]); tags != "[map[key:a value:b] map[key:platform value:x]]" {
				t.Errorf("tags %s", tags)
			}
			s.server.AddFault(simulator.Fault{Path: "clusters/*", Method: "DELETE", Status: status, Count: 3})
			text = "clusters: [{ id: " + id + ", state: absent }]"
			if got := statusesOf(s.applyManifest(context.Background(), text, apply.Options{Policy: plan.Policy{AllowDelete: true}})); got[0] != apply.Deleted {
				t.Errorf("%d: %v", status, got)
			}
		})
	}
}

// TestBusyUntilTimeout checks that a change of a busy cluster fails at the timeout.
func TestBusyUntilTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.Seed("cluster", map[string]any{"name": "production"})
		s.server.AddFault(simulator.Fault{Path: "clusters/*", Method: "POST", Status: 409, Message: "busy", RequestID: "r1"})
		ctx, cancel := context.WithTimeoutCause(context.Background(), time.Hour, errors.New("time is up"))
		defer cancel()
		o := s.applyManifest(ctx, "clusters: [{ name: production, k8sTags: [{ key: a, value: b }] }]", apply.Options{})[0]
		if o.Status != apply.Failed || !strings.Contains(o.Err.Error(), "409 Conflict: busy (requestId r1); another change was still in progress (time is up); run again when it is finished") {
			t.Errorf("%s: %v", o.Status, o.Err)
		}
	})
}

// TestFailedCluster checks that the outcome of a failed cluster contains the reason, and
// that the run creates no Deployment on the cluster.
func TestFailedCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{ReadyAfter: time.Hour})
		outcomes := s.applyManifest(context.Background(), strings.ReplaceAll(clusterManifest, "production", "broken"), apply.Options{Wait: true})
		got := map[string]string{}
		for _, o := range outcomes {
			got[o.Change.Resource.Kind.Name] = fmt.Sprint(o.Status, " ", o.Err)
		}
		if !strings.Contains(got["cluster"], "failed accepted, but then it failed in Astro: CREATE_FAILED: ") {
			t.Error(got["cluster"])
		}
		if got["deployment"] != `skipped needs cluster "broken", which failed` && got["deployment"] != `skipped needs Workspace "data", which was skipped` {
			t.Error(got["deployment"])
		}
		if n := len(s.server.Resources("deployment")); n > 0 {
			t.Errorf("%d Deployments", n)
		}
	})
}

// TestFieldsSentOnlyIfChanged checks that an update leaves out unchanged fields that
// require an entitlement or start a failover.
func TestFieldsSentOnlyIfChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		s.server.Seed("organization", map[string]any{"authorizedWorkspaces": false})
		s.server.Seed("cluster", map[string]any{"name": "production", "workspaceIds": []any{w}, "drRegion": "us-west-2", "isDrEnabled": true})
		text := "clusters: [{ name: production, workspaces: [data], isFailedOver: false, enableDr: true, drRegion: us-west-2, k8sTags: [{ key: a, value: b }] }]"
		if got := statusesOf(s.applyManifest(context.Background(), text, apply.Options{Wait: true})); got[0] != apply.Updated {
			t.Fatal(got, s.listWrites())
		}
		if got := s.listWrites(); len(got) != 1 || strings.Contains(got[0], "workspaceIds") || strings.Contains(got[0], "isFailedOver") || strings.Contains(got[0], "enableDr") {
			t.Error(got)
		}
		if n := s.server.Resources("cluster")[0]["failovers"]; n != nil {
			t.Errorf("%v failovers", n)
		}
		s.applyManifest(context.Background(), strings.Replace(text, "isFailedOver: false", "isFailedOver: true", 1), apply.Options{Wait: true})
		if n := s.server.Resources("cluster")[0]["failovers"]; fmt.Sprint(n) != "1" {
			t.Errorf("%v failovers", n)
		}
	})
}
