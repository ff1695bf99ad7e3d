package simulator_test

import (
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

// fullDeployment returns a seeded Deployment with every field that an update could lose.
func fullDeployment(workspace string) map[string]any {
	return map[string]any{
		"name": "etl", "type": "DEDICATED", "workspaceId": workspace, "clusterId": "cabcdefgh12ij34klmn567op8",
		"description": "nightly", "contactEmails": []string{"a@b.c"}, "workloadIdentity": "arn:mine", "drWorkloadIdentity": "arn:dr",
		"isDevelopmentMode": true, "resourceQuotaCpu": "20", "resourceQuotaMemory": "40Gi",
		"workerQueues": []map[string]any{
			{"id": "cq1", "name": "default", "maxWorkerCount": 3},
			{"id": "cq2", "name": "heavy", "astroMachine": "A20", "podEphemeralStorage": "50Gi"},
		},
		"environmentVariables": []map[string]any{
			{"key": "LEVEL", "value": "INFO"},
			{"key": "PASSWORD", "value": "hunter2", "isSecret": true},
		},
		"scalingSpec": map[string]any{"hibernationSpec": map[string]any{
			"schedules": []map[string]any{{"hibernateAtCron": "0 20 * * *", "wakeAtCron": "0 6 * * *", "isEnabled": true}},
			"override":  map[string]any{"isHibernating": true},
		}},
	}
}

// minimalUpdate returns the smallest update that the document allows.
func minimalUpdate(workspace string) map[string]any {
	return map[string]any{
		"type": "DEDICATED", "name": "etl", "workspaceId": workspace, "executor": "CELERY", "schedulerSize": "SMALL",
		"isCicdEnforced": false, "isDagDeployEnabled": false, "isHighAvailability": false, "environmentVariables": []any{},
	}
}

func TestUpdateReplaces(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	id := o.Seed("deployment", fullDeployment(w))
	seeded := o.storedState("deployment", id)
	before := o.mustSend("GET", "/deployments/"+id, nil)
	if before["effectiveWorkloadIdentity"] != "arn:mine" || before["workloadIdentity"] != nil || before["status"] != "HIBERNATING" {
		t.Errorf("read before: %v", before)
	}
	o.mustSend("POST", "/deployments/"+id, minimalUpdate(w))
	after := o.storedState("deployment", id)
	kept := []string{"id", "clusterId", "workloadIdentity", "drWorkloadIdentity", "isDevelopmentMode", "scalingSpec", "createdAt", "namespace"}
	if diff := cmp.Diff(pickFields(seeded, kept...), pickFields(after, kept...)); diff != "" || len(pickFields(after, kept...)) != len(kept) {
		t.Errorf("fields that an update keeps:\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{
		"description": "", "contactEmails": []any{}, "resourceQuotaCpu": "10", "resourceQuotaMemory": "20Gi", "environmentVariables": []any{},
	}, pickFields(after, "description", "contactEmails", "resourceQuotaCpu", "resourceQuotaMemory", "environmentVariables")); diff != "" {
		t.Errorf("fields that an update resets:\n%s", diff)
	}
	queues := getObjects(after, "workerQueues")
	if len(queues) != 1 || queues[0]["name"] != "default" || queues[0]["id"] == "cq1" || queues[0]["maxWorkerCount"] != 10.0 {
		t.Errorf("an update without queues must create one default queue, got %v", queues)
	}
	o.mustSend("POST", "/deployments/"+id, withChanges(minimalUpdate(w), map[string]any{"scalingSpec": map[string]any{}, "workloadIdentity": ""}))
	if after = o.storedState("deployment", id); after["scalingSpec"] != nil || after["workloadIdentity"] != nil {
		t.Errorf("empty values must clear scalingSpec and workloadIdentity: %v", after)
	}
}

func TestUpdateOfQueues(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	id := o.Seed("deployment", fullDeployment(w))
	queue := func(name string, more map[string]any) map[string]any {
		return withChanges(map[string]any{"name": name, "isDefault": name == "default", "astroMachine": "A5", "minWorkerCount": 0, "maxWorkerCount": 1, "workerConcurrency": 5}, more)
	}
	update := func(queues ...any) map[string]any {
		return withChanges(minimalUpdate(w), map[string]any{"workerQueues": queues})
	}
	o.mustSend("POST", "/deployments/"+id, update(queue("default", map[string]any{"id": "cq1"}), queue("heavy", nil)))
	byName := map[any]map[string]any{}
	for _, q := range getObjects(o.storedState("deployment", id), "workerQueues") {
		byName[q["name"]] = q
	}
	if byName["default"]["id"] != "cq1" || byName["heavy"]["id"] == "cq2" || byName["heavy"]["podEphemeralStorage"] != "10Gi" {
		t.Errorf("a queue with ID must be kept, one without ID must be new: %v", byName)
	}
	refusals := map[string]struct {
		field string
		body  map[string]any
	}{
		"unknown id":        {"workerQueues[0].id", update(queue("default", map[string]any{"id": "cgone"}))},
		"empty id":          {"workerQueues[0].id", update(queue("default", map[string]any{"id": ""}))},
		"minimum above max": {"workerQueues[1].minWorkerCount", update(queue("default", nil), queue("b", map[string]any{"minWorkerCount": 2}))},
		"maximum 0":         {"workerQueues[1].maxWorkerCount", update(queue("default", nil), queue("b", map[string]any{"maxWorkerCount": 0}))},
		"fraction":          {"workerQueues[0].maxWorkerCount", update(queue("default", map[string]any{"maxWorkerCount": 1.5}))},
		"concurrency":       {"workerQueues[0].workerConcurrency", update(queue("default", map[string]any{"workerConcurrency": 16}))},
		"storage":           {"workerQueues[0].podEphemeralStorage", update(queue("default", map[string]any{"podEphemeralStorage": "101Gi"}))},
		"same name":         {"workerQueues[1].name", update(queue("default", nil), queue("default", nil))},
		"second default":    {"workerQueues[1].isDefault", update(queue("default", nil), queue("b", map[string]any{"isDefault": true}))},
		"no machine":        {"workerQueues[0].astroMachine", update(queue("default", map[string]any{"astroMachine": nil}))},
		"read-only member":  {"workerQueues[0].podCpu", update(queue("default", map[string]any{"podCpu": "1"}))},
		"hybrid member":     {"workerQueues[0].nodePoolId", update(queue("default", map[string]any{"nodePoolId": "c"}))},
		"no queue":          {"workerQueues", withChanges(minimalUpdate(w), map[string]any{"workerQueues": []any{}})},
		"no default queue":  {"", update(queue("b", nil))},
		"with KUBERNETES":   {"", withChanges(update(queue("default", nil)), map[string]any{"executor": "KUBERNETES"})},
	}
	for name, test := range refusals {
		t.Run(name, func(t *testing.T) { o.wantFieldError(t, test.field, "/deployments/"+id, test.body) })
	}
	kubernetes := o.mustSend("POST", "/deployments/"+id, withChanges(minimalUpdate(w), map[string]any{"executor": "KUBERNETES"}))
	if queues := getObjects(kubernetes, "workerQueues"); len(queues) != 1 {
		t.Errorf("KUBERNETES must also return a default queue: %v", queues)
	}
}

// wantFieldError requires a 400 whose first fieldErrors has the field; "" requires one without fieldErrors.
func (o *testOrganization) wantFieldError(t *testing.T, field, path string, body any) {
	t.Helper()
	f := o.wantRefusal(400, "POST", path, body)
	got := ""
	if len(f.FieldErrors) > 0 {
		got = f.FieldErrors[0].Field
	}
	if got != field {
		t.Errorf("field %q, want %q: %+v", got, field, f)
	}
}

func TestUpdateOfVariables(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	id := o.Seed("deployment", fullDeployment(w))
	set := func(variables ...any) map[string]any {
		return withChanges(minimalUpdate(w), map[string]any{"environmentVariables": variables})
	}
	kept := map[string]any{"key": "PASSWORD", "isSecret": true}
	answer := o.mustSend("POST", "/deployments/"+id, set(kept, map[string]any{"key": "NEW", "value": "", "isSecret": false}))
	if diff := cmp.Diff([]string{"NEW=", "PASSWORD="}, variableTexts(answer)); diff != "" {
		t.Errorf("the response must contain no secret:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"PASSWORD=hunter2", "NEW="}, variableTexts(o.storedState("deployment", id))); diff != "" {
		t.Errorf("a secret without value must keep it, and other variables must be removed:\n%s", diff)
	}
	refusals := map[string]struct {
		field string
		body  map[string]any
	}{
		"new secret without value": {"environmentVariables[1].value", set(kept, map[string]any{"key": "TOKEN", "isSecret": true})},
		"plain without value":      {"environmentVariables[0].value", set(map[string]any{"key": "NEW", "isSecret": false})},
		"secret changed to plain":  {"environmentVariables[0].isSecret", set(map[string]any{"key": "PASSWORD", "value": "x", "isSecret": false})},
		"twice":                    {"environmentVariables[1].key", set(kept, kept)},
		"no key":                   {"environmentVariables[0].key", set(map[string]any{"key": "", "value": "x", "isSecret": false})},
		"no isSecret":              {"environmentVariables[0].isSecret", set(map[string]any{"key": "A", "value": "x"})},
		"read-only member":         {"environmentVariables[0].updatedAt", set(withChanges(kept, map[string]any{"updatedAt": "2026-01-02T03:04:05Z"}))},
		"no variables":             {"environmentVariables", withChanges(minimalUpdate(w), map[string]any{"environmentVariables": nil})},
	}
	for name, test := range refusals {
		t.Run(name, func(t *testing.T) { o.wantFieldError(t, test.field, "/deployments/"+id, test.body) })
	}
	o.mustSend("POST", "/deployments/"+id, set(map[string]any{"key": "PASSWORD", "value": "", "isSecret": true}))
	if diff := cmp.Diff([]string{"PASSWORD="}, variableTexts(o.storedState("deployment", id))); diff != "" {
		t.Errorf("an empty value must erase a secret:\n%s", diff)
	}
}

func variableTexts(object map[string]any) []string {
	var all []string
	for _, v := range getObjects(object, "environmentVariables") {
		value, _ := v["value"].(string) // responses omit an empty value
		all = append(all, v["key"].(string)+"="+value)
	}
	return all
}
