package desired_test

import (
	"strings"
	"testing"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/testkit"
)

// Problems of a Deployment that are found from the manifest alone.
func TestOfflineRules(t *testing.T) {
	t.Parallel()
	const queue = "astroMachine: A5, workerConcurrency: 1"
	tests := map[string]struct {
		members string
		want    string // the one problem; "": none
	}{
		"placement":                        {"clusterId: ccluster00000000000000001, region: x", "set either clusterId or region, not both"},
		"cloud provider with a cluster":    {"cloudProvider: AWS, clusterId: ccluster00000000000000001", "set either clusterId or cloudProvider, not both"},
		"incomplete placement":             {"cloudProvider: AWS", ""}, // region may be set in Astro
		"remote execution, wrong type":     {"type: STANDARD, executor: ASTRO, remoteExecution: { enabled: true }", `remoteExecution.enabled needs type: DEDICATED, not "STANDARD" (only DEDICATED Deployments can run tasks remotely)`},
		"remote execution disabled":        {"type: STANDARD, executor: ASTRO, remoteExecution: { enabled: false }", ""},
		"remote execution, wrong executor": {"executor: CELERY, remoteExecution: { enabled: true }", "remoteExecution doesn't apply when executor is CELERY, only when it is ASTRO; remove remoteExecution, or change executor"},
		"bucket without remote execution":  {"remoteExecution: { enabled: false, taskLogBucket: x }", "remoteExecution.taskLogBucket doesn't apply when remoteExecution.enabled is false, only when it is true; remove remoteExecution.taskLogBucket, or change remoteExecution.enabled"},
		"queues with remote execution":     {"remoteExecution: { enabled: true }, workerQueues: [{ name: default, " + queue + ", minWorkerCount: 0, maxWorkerCount: 1 }]", "workerQueues doesn't apply when remoteExecution.enabled is true, only when it is false; remove workerQueues, or change remoteExecution.enabled"},
		"hybrid":                           {"type: HYBRID, executor: ASTRO", "executor ASTRO is not available on a HYBRID Deployment; use CELERY or KUBERNETES"},
		"availability":                     {"isHighAvailability: true, isDevelopmentMode: true", "isHighAvailability needs isDevelopmentMode: false, not true (a Deployment in development mode runs only one scheduler)"},
		"scheduler size":                   {"isDevelopmentMode: true, schedulerSize: MEDIUM", `isDevelopmentMode needs schedulerSize: SMALL, not "MEDIUM" (development mode only supports the size SMALL)`},
		"memory":                           {"resourceQuotaCpu: 500m, resourceQuotaMemory: 2Gi", `resourceQuotaMemory must be 2Gi for each core of resourceQuotaCpu: 1Gi for 0.5 cores, not "2Gi"`},
		"pod memory":                       {"defaultTaskPodCpu: '0.1', defaultTaskPodMemory: 1Gi", `defaultTaskPodMemory must be 2Gi for each core of defaultTaskPodCpu: 0.2Gi for 0.1 cores, not "1Gi"`},
		"memory as required":               {"resourceQuotaCpu: 0.5, resourceQuotaMemory: 1024Mi, defaultTaskPodCpu: 0.25, defaultTaskPodMemory: 0.5Gi", ""},
		"memory alone":                     {"resourceQuotaMemory: 3Gi", ""},
		"hibernation":                      {"scalingSpec: { hibernationSpec: { schedules: [] } }", ""},
		"hibernation end without a start":  {"scalingSpec: { hibernationSpec: { override: { overrideUntil: '2099-01-01T00:00:00Z' } } }", "overrideUntil also needs isHibernating; add it"},
		"queue counts":                     {"workerQueues: [{ name: default, " + queue + ", minWorkerCount: 3, maxWorkerCount: 2 }]", `workerQueues[default]: minWorkerCount must be at most maxWorkerCount (2), not 3`},
		"no default queue":                 {"workerQueues: [{ name: heavy }]", "workerQueues must contain a queue named default; add one"},
		"no queue":                         {"workerQueues: []", "workerQueues has 0 items; it must have at least 1"},
		"invalid queue name":               {"workerQueues: [{ name: default }, { name: 'Heavy_1 ' }]", `workerQueues[1].name is "Heavy_1 ": a name can't start or end with whitespace`},
		"queue field of another type":      {"type: HYBRID, workerQueues: [{ name: default, astroMachine: A5 }]", "workerQueues[0].astroMachine doesn't apply when type is HYBRID, only when it is STANDARD or DEDICATED; remove workerQueues[0].astroMachine, or change type"},
		"empty name":                       {"name: ''", `Deployment: name is "": a name can't be empty`},
		"e-mail with a name":               {"contactEmails: ['Data <data@example.com>']", `contactEmails[0] is "Data <data@example.com>": not an email address such as data@example.com`},
		"e-mail without a domain":          {"contactEmails: [data@localhost]", `contactEmails[0] is "data@localhost": not an email address such as data@example.com`},
		"networks":                         {"remoteExecution: { enabled: true, allowedIpAddressRanges: [10.0.0.0/8, '2001:db8::/32', 10.1.2.3] }", ""},
		"invalid network":                  {"remoteExecution: { enabled: true, allowedIpAddressRanges: [10.0.0.0/33] }", `remoteExecution.allowedIpAddressRanges[0] is "10.0.0.0/33": not a network such as 10.0.0.0/8`},
		"schedules": {
			"scalingSpec: { hibernationSpec: { schedules: [{ hibernateAtCron: '*/5 18-20 * JAN,FEB 1#2', wakeAtCron: '0 7 ? L MON' }] } }", "",
		},
		"four cron parts": {
			"scalingSpec: { hibernationSpec: { schedules: [{ hibernateAtCron: 0 18 * *, wakeAtCron: 0 7 * * * }] } }",
			`scalingSpec.hibernationSpec.schedules[0].hibernateAtCron is "0 18 * *": a cron expression has 5 parts, such as 0 18 * * 1-5, not 4`,
		},
		"invalid cron part": {
			"scalingSpec: { hibernationSpec: { schedules: [{ hibernateAtCron: 0 18 * * *, wakeAtCron: 0 7 * * $ }] } }",
			`scalingSpec.hibernationSpec.schedules[0].wakeAtCron is "0 7 * * $": "$" is not a valid part of a cron expression`,
		},
		"invalid time": {
			"scalingSpec: { hibernationSpec: { override: { isHibernating: true, overrideUntil: tomorrow } } }",
			`scalingSpec.hibernationSpec.override.overrideUntil is "tomorrow": not a time such as 2026-12-24T18:00:00Z`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := desired.Load(kind.All(), testkit.ParseManifests(t, "deployments: [{ id: cdeployment00000000000001, "+test.members+" }]"), "")
			var got []string
			for _, p := range d.Problems {
				if p.Pos.Line != 1 || p.Pos.Col < 15 {
					t.Errorf("position of %v", p)
				}
				got = append(got, strings.TrimPrefix(p.Message, `Deployment "cdeployment00000000000001": `))
			}
			testkit.AssertEqual(t, "problems", test.want, strings.Join(got, "|"))
		})
	}
}

func TestWorkspaceRules(t *testing.T) {
	t.Parallel()
	d := desired.Load(kind.All(), testkit.ParseManifests(t, `workspaces:
  - { name: a, defaultCluster: c, defaultCloudProvider: AWS }
  - { name: b, defaultRegion: us-east-1 }
  - { name: `+strings.Repeat("c", 51)+` }
`), "")
	testkit.AssertEqual(t, "problems", []string{
		`a.yaml:2:32: Workspace "a": set either defaultClusterId or defaultCloudProvider, not both`,
		`a.yaml:4:13: Workspace "` + strings.Repeat("c", 51) + `": name has 51 characters; it must have at most 50`,
	}, testkit.ProblemTexts(d.Problems))
}
