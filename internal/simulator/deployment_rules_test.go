package simulator_test

import (
	"strings"
	"testing"

	"astro-apply/internal/simulator"
)

func TestCreateRefusals(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	hybrid := o.Seed("cluster", map[string]any{"type": "HYBRID", "nodePools": []any{map[string]any{
		"id": "cpool", "clusterId": "c", "name": "default", "isDefault": true, "maxNodeCount": 20.0, "cloudProvider": "AWS",
		"nodeInstanceType": "m5.xlarge", "createdAt": "2026-01-02T03:04:05Z", "updatedAt": "2026-01-02T03:04:05Z",
	}}})
	closed := o.Seed("cluster", map[string]any{"workspaceIds": []string{"cother"}})
	pending := o.Seed("cluster", map[string]any{"status": "CREATING"})
	valid := documentedDeployment(w)
	hibernating := map[string]any{"hibernationSpec": map[string]any{"override": map[string]any{"isHibernating": true}}}
	schedule := func(cron string) map[string]any {
		return map[string]any{"isDevelopmentMode": true, "scalingSpec": map[string]any{"hibernationSpec": map[string]any{
			"schedules": []any{map[string]any{"hibernateAtCron": cron, "wakeAtCron": "0 6 * * *", "isEnabled": true}},
		}}}
	}
	override := func(override map[string]any) map[string]any {
		return map[string]any{"isDevelopmentMode": true, "scalingSpec": map[string]any{"hibernationSpec": map[string]any{"override": override}}}
	}
	remote := map[string]any{"enabled": true}
	tests := map[string]struct {
		changes map[string]any
		field   string // field of the first fieldErrors; "": the error has none
	}{
		"no workspace":          {map[string]any{"workspaceId": nil}, "workspaceId"},
		"unknown workspace":     {map[string]any{"workspaceId": "cnone"}, ""},
		"unknown cluster":       {map[string]any{"clusterId": "cnone"}, ""},
		"cluster of other type": {map[string]any{"clusterId": hybrid}, ""},
		"unauthorized cluster":  {map[string]any{"clusterId": closed}, ""},
		"cluster not ready":     {map[string]any{"clusterId": pending}, ""},
		"unknown type":          {map[string]any{"type": "SHARED"}, "type"},
		"standard field":        {map[string]any{"cloudProvider": "AWS"}, "cloudProvider"},
		"hybrid field":          {map[string]any{"scheduler": map[string]any{"au": 5, "replicas": 1}}, "scheduler"},
		"read-only field":       {map[string]any{"effectiveWorkloadIdentity": "x"}, "effectiveWorkloadIdentity"},
		"executor":              {map[string]any{"executor": "LOCAL"}, "executor"},
		"scheduler size":        {map[string]any{"schedulerSize": "HUGE"}, "schedulerSize"},
		"name too long":         {map[string]any{"name": strings.Repeat("x", 501)}, "name"},
		"description too long":  {map[string]any{"description": strings.Repeat("x", 1001)}, "description"},
		"memory without unit":   {map[string]any{"resourceQuotaMemory": "20"}, "resourceQuotaMemory"},
		"memory not twice":      {map[string]any{"resourceQuotaMemory": "30Gi"}, ""},
		"pod memory not twice":  {map[string]any{"defaultTaskPodCpu": "1"}, ""},
		"invalid email address": {map[string]any{"contactEmails": []any{"a@b.c", "nobody"}}, "contactEmails[1]"},
		"runtime":               {map[string]any{"astroRuntimeVersion": "latest"}, "astroRuntimeVersion"},
		"ASTRO on Airflow 2":    {map[string]any{"executor": "ASTRO", "astroRuntimeVersion": "12.1.0"}, ""},
		"hibernation in prod":   {map[string]any{"scalingSpec": hibernating}, ""},
		"HA in dev":             {map[string]any{"isDevelopmentMode": true, "isHighAvailability": true}, ""},
		"large in dev":          {map[string]any{"isDevelopmentMode": true, "schedulerSize": "LARGE"}, ""},
		"cron":                  {schedule("0 20 * *"), "scalingSpec.hibernationSpec.schedules[0].hibernateAtCron"},
		"override's end":        {override(map[string]any{"isHibernating": true, "overrideUntil": "soon"}), "scalingSpec.hibernationSpec.override.overrideUntil"},
		"end without direction": {override(map[string]any{"overrideUntil": "2030-01-02T03:04:05Z"}), "scalingSpec.hibernationSpec.override.isHibernating"},
		"remote with CELERY":    {map[string]any{"remoteExecution": remote}, ""},
		"remote with queues": {map[string]any{"executor": "ASTRO", "remoteExecution": remote, "workerQueues": []any{map[string]any{
			"name": "default", "isDefault": true, "astroMachine": "A5", "minWorkerCount": 0, "maxWorkerCount": 1, "workerConcurrency": 1,
		}}}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { o.wantFieldError(t, test.field, "/deployments", withChanges(valid, test.changes)) })
	}
	standard := map[string]any{"name": "s", "type": "STANDARD", "workspaceId": w}
	for name, changes := range map[string]map[string]any{
		"nothing":      {},
		"cloud only":   {"cloudProvider": "AWS"},
		"on a cluster": {"clusterId": "cabcdefgh12ij34klmn567op8", "cloudProvider": "AWS", "region": "r"},
		"remote":       {"cloudProvider": "AWS", "region": "r", "executor": "ASTRO", "remoteExecution": remote},
	} {
		t.Run("standard "+name, func(t *testing.T) { o.wantFieldError(t, "", "/deployments", withChanges(standard, changes)) })
	}
	hybridBody := map[string]any{"name": "h", "type": "HYBRID", "workspaceId": w, "clusterId": hybrid}
	for field, changes := range map[string]map[string]any{
		"executor":           {"executor": "ASTRO"},
		"schedulerSize":      {"schedulerSize": "SMALL"},
		"scheduler.au":       {"scheduler": map[string]any{"au": 4}},
		"scheduler.replicas": {"scheduler": map[string]any{"replicas": 5}},
		"":                   {"executor": "KUBERNETES", "taskPodNodePoolId": "cnone"},
		"workerQueues[0].isDefault": {"workerQueues": []any{map[string]any{
			"name": "default", "nodePoolId": "cnone", "minWorkerCount": 0, "maxWorkerCount": 1, "workerConcurrency": 1,
		}}},
	} {
		t.Run("hybrid "+field, func(t *testing.T) { o.wantFieldError(t, field, "/deployments", withChanges(hybridBody, changes)) })
	}
	if n := len(o.Resources("deployment")); n != 0 {
		t.Errorf("%d Deployments after only refused requests", n)
	}
}

func TestUpdateRefusals(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	id := o.mustSend("POST", "/deployments", withChanges(documentedDeployment(w), map[string]any{"name": "etl"}))["id"].(string)
	o.Seed("deployment", map[string]any{"name": "taken", "workspaceId": w})
	before := o.storedState("deployment", id)
	tests := map[string]struct {
		changes map[string]any
		field   string
	}{
		"type":             {map[string]any{"type": "STANDARD"}, ""},
		"no type":          {map[string]any{"type": nil}, "type"},
		"workspace":        {map[string]any{"workspaceId": o.Seed("workspace", map[string]any{})}, ""},
		"development mode": {map[string]any{"isDevelopmentMode": true}, ""},
		"cluster":          {map[string]any{"clusterId": "cabcdefgh12ij34klmn567op8"}, "clusterId"},
		"runtime":          {map[string]any{"astroRuntimeVersion": "3.1-2"}, "astroRuntimeVersion"},
		"no executor":      {map[string]any{"executor": nil}, "executor"},
		"no scheduler":     {map[string]any{"schedulerSize": nil}, "schedulerSize"},
		"no HA":            {map[string]any{"isHighAvailability": nil}, "isHighAvailability"},
		"existing name":    {map[string]any{"name": "taken"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o.wantFieldError(t, test.field, "/deployments/"+id, withChanges(minimalUpdate(w), test.changes))
		})
	}
	if after := o.storedState("deployment", id); after["updatedAt"] != before["updatedAt"] || after["name"] != "etl" {
		t.Errorf("a refused update changed the Deployment: %v", after)
	}
	o.wantRefusal(404, "POST", "/deployments/cnone", minimalUpdate(w))
}
