package plan_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/redact"
	"astro-apply/internal/schema"
)

// declareManifest reads a manifest; an error in it fails the test.
func declareManifest(t testing.TB, text string) *desired.State {
	t.Helper()
	env := manifest.Environment{Lookup: func(name string) string { return "value-of-" + name }}
	parsed := manifest.Parse([]manifest.Source{{Name: "astro.yaml", Data: []byte(text)}}, env)
	d := desired.Load(kind.All(), parsed.Documents, "")
	for _, p := range append(parsed.Problems, d.Problems...) {
		if p.Warning {
			continue
		}
		t.Fatalf("manifest: %v\n%s", p, text)
	}
	return d
}

// newLive returns the current state of o, with answer as the response of the API.
func newLive(t testing.TB, o *desired.Resource, answer string) *current.Live {
	t.Helper()
	l, err := current.NewLive(o.Kind, []byte(answer))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// compareManifest compares the only resource of a manifest with its current state; the
// answer "" means that the resource doesn't exist.
func compareManifest(t testing.TB, text, answer string, policy plan.Policy) *plan.Comparison {
	t.Helper()
	o := declareManifest(t, text).Resources[0]
	if answer == "" {
		return plan.Compare(o, nil, policy)
	}
	return plan.Compare(o, newLive(t, o, answer), policy)
}

// compareDeployment compares a Deployment with the given members, in YAML's flow style.
func compareDeployment(t testing.TB, members, answer string, policy plan.Policy) *plan.Comparison {
	t.Helper()
	return compareManifest(t, "deployments: [{ name: one, workspaceId: cworkspace000000000000001, "+members+" }]", answer, policy)
}

// describeFields describes fields on a line each, without secrets.
func describeFields(fields []plan.Field) []string {
	var out []string
	for _, f := range fields {
		cut := func(n *schema.Node) string { return (&redact.Secrets{}).Redact(n.Render()).Truncate(120) }
		line := fmt.Sprintf("%s: %s → %s", f.Path, cut(f.Old), cut(f.New))
		if f.Rewrite {
			line += " again"
		}
		out = append(out, line)
	}
	return out
}

// messagesOf returns the messages of problems or notes without their positions.
func messagesOf(problems []schema.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Message)
	}
	return out
}

// updateBody returns the body of the only update call, nil if there is none.
func updateBody(t testing.TB, c *plan.Comparison) map[string]any {
	t.Helper()
	switch len(c.Updates) {
	case 0:
		return nil
	case 1:
		return decodeNode(t, c.Updates[0].Body)
	}
	t.Fatalf("%d update calls", len(c.Updates))
	return nil
}

func decodeNode(t testing.TB, n *schema.Node) map[string]any {
	t.Helper()
	text, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return decodeJSON(t, string(text))
}

func decodeJSON(t testing.TB, text string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return out
}

// withMembers returns an answer with some members replaced; a member with null is removed.
func withMembers(t testing.TB, answer, members string) string {
	t.Helper()
	all := decodeJSON(t, answer)
	for name, value := range decodeJSON(t, "{"+members+"}") {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// dedicatedJSON is the API's answer for a Deployment with queues, a variable and a secret.
const dedicatedJSON = `{
		"id": "cdeployment00000000000001", "type": "DEDICATED", "name": "one", "workspaceId": "cworkspace000000000000001",
		"clusterId": "ccluster00000000000000001", "region": "us-east-1", "description": "old", "executor": "CELERY",
		"isCicdEnforced": true, "isDagDeployEnabled": false, "isHighAvailability": false, "schedulerSize": "SMALL",
		"schedulerCpu": "1", "schedulerReplicas": 1, "astroRuntimeVersion": "3.1-2", "status": "HEALTHY",
		"resourceQuotaCpu": "10", "resourceQuotaMemory": "20Gi", "defaultTaskPodCpu": "0.25", "defaultTaskPodMemory": "0.5Gi",
		"effectiveWorkloadIdentity": "arn:default", "effectiveDRWorkloadIdentity": "arn:dr", "contactEmails": ["a@example.com", "b@example.com"],
		"environmentVariables": [
			{"key": "A", "value": "1", "isSecret": false, "updatedAt": "2026-01-01T00:00:00Z"},
			{"key": "S", "value": "", "isSecret": true, "updatedAt": "2026-01-01T00:00:00Z"}],
		"workerQueues": [
			{"id": "q1", "name": "default", "isDefault": true, "astroMachine": "A5", "minWorkerCount": 1, "maxWorkerCount": 5,
			 "workerConcurrency": 5, "podEphemeralStorage": "10Gi", "podCpu": "1", "podMemory": "2Gi"},
			{"id": "q2", "name": "heavy", "isDefault": false, "astroMachine": "A20", "minWorkerCount": 0, "maxWorkerCount": 3,
			 "workerConcurrency": 10, "podEphemeralStorage": "20Gi", "podCpu": "4", "podMemory": "8Gi"}]}`
