package astrocli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/astrocli"
	"astro-apply/internal/manifest"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// translateFile returns the Deployment of an Astro CLI file, also as JSON, and the problems of the file.
func translateFile(t testing.TB, text string) (*schema.Node, string, []string) {
	t.Helper()
	document := testkit.ParseManifests(t, text)[0]
	before := document.Clone()
	translated, _, problems := astrocli.Translate(document)
	testkit.AssertEqual(t, "document", before, document.Clone())
	deployment := translated.Get("deployments").Items[0]
	data, err := json.Marshal(deployment)
	if err != nil {
		data = []byte(err.Error())
	}
	return deployment, string(data), testkit.ProblemTexts(problems)
}

// Each case is a line of a file below configuration, with the manifest's fields that it becomes and the problem.
func TestDeploymentFileFields(t *testing.T) {
	t.Parallel()
	const (
		only   = " is ignored: it applies only when "
		hosted = only + "configuration.deployment_type is STANDARD or DEDICATED, not when it is HYBRID"
		hybrid = only + "configuration.deployment_type is HYBRID, not when it is STANDARD"
	)
	standard, dedicated, onHybrid := "deployment_type: STANDARD, ", "deployment_type: DEDICATED, ", "deployment_type: HYBRID, "
	for configuration, test := range map[string]struct{ want, problem string }{
		"description: x":                                                     {`"description":"x"`, ""},
		`description: ""`:                                                    {`"description":""`, ""},
		"description:":                                                       {"", ""},
		"runtime_version: 3.1-2":                                             {`"astroRuntimeVersion":"3.1-2"`, ""},
		"dag_deploy_enabled: true":                                           {`"isDagDeployEnabled":true`, ""},
		"ci_cd_enforcement: false":                                           {`"isCicdEnforced":false`, ""},
		standard + "scheduler_size: Extra_Large":                             {`"type":"STANDARD","schedulerSize":"EXTRA_LARGE"`, ""},
		standard + "scheduler_size: huge":                                    {`"type":"STANDARD","schedulerSize":"huge"`, ""},
		onHybrid + "scheduler_size: SMALL":                                   {`"type":"HYBRID"`, "66: scheduler_size" + hosted},
		onHybrid + `scheduler_size: ""`:                                      {`"type":"HYBRID"`, ""},
		"is_high_availability: true":                                         {`"isHighAvailability":true`, ""},
		onHybrid + "is_high_availability: true":                              {`"type":"HYBRID"`, "66: is_high_availability" + hosted},
		onHybrid + "is_high_availability: false":                             {`"type":"HYBRID"`, ""},
		dedicated + "is_development_mode: true":                              {`"type":"DEDICATED","isDevelopmentMode":true`, ""},
		onHybrid + "is_development_mode: true":                               {`"type":"HYBRID"`, "66: is_development_mode" + hosted},
		"executor: CeleryExecutor":                                           {`"executor":"CELERY"`, ""},
		"executor: celery":                                                   {`"executor":"CELERY"`, ""},
		"executor: KubernetesExecutor":                                       {`"executor":"KUBERNETES"`, ""},
		"executor: kubernetesexecutor":                                       {`"executor":"KUBERNETES"`, ""},
		"executor: AstroExecutor":                                            {`"executor":"ASTRO"`, ""},
		"executor: Astro":                                                    {`"executor":"ASTRO"`, ""},
		"executor: LocalExecutor":                                            {`"executor":"LocalExecutor"`, ""},
		"deployment_type: hosted_shared":                                     {`"type":"STANDARD"`, ""},
		"deployment_type: HOSTED_STANDARD":                                   {`"type":"STANDARD"`, ""},
		"deployment_type: HOSTED_DEDICATED":                                  {`"type":"DEDICATED"`, ""},
		"deployment_type: hybrid":                                            {`"type":"HYBRID"`, ""},
		onHybrid + "scheduler_au: 10, scheduler_count: 2":                    {`"type":"HYBRID","scheduler":{"au":10,"replicas":2}`, ""},
		standard + "scheduler_au: 10":                                        {`"type":"STANDARD"`, "68: scheduler_au" + hybrid},
		standard + "scheduler_count: 1":                                      {`"type":"STANDARD"`, ""},
		dedicated + "cluster_name: production":                               {`"type":"DEDICATED","cluster":"production"`, ""},
		standard + "cluster_name: production":                                {`"type":"STANDARD"`, "68: cluster_name" + only + "configuration.deployment_type is DEDICATED or HYBRID, not when it is STANDARD"},
		"workspace_name: data":                                               {`"workspace":"data"`, ""},
		standard + "cloud_provider: aws, region: us-east-1":                  {`"type":"STANDARD","cloudProvider":"AWS","region":"us-east-1"`, ""},
		dedicated + "cloud_provider: aws, region: x":                         {`"type":"DEDICATED"`, ""},
		standard + `cloud_provider: "", region: ""`:                          {`"type":"STANDARD"`, ""},
		standard + "default_task_pod_cpu: '1', default_task_pod_memory: 2Gi": {`"type":"STANDARD","defaultTaskPodCpu":"1","defaultTaskPodMemory":"2Gi"`, ""},
		standard + "resource_quota_cpu: 10, resource_quota_memory: 20Gi":     {`"type":"STANDARD","resourceQuotaCpu":10,"resourceQuotaMemory":"20Gi"`, ""},
		onHybrid + "resource_quota_cpu: '10'":                                {`"type":"HYBRID"`, "66: resource_quota_cpu" + hosted},
		onHybrid + "executor: KUBERNETES, default_worker_type: m5.xlarge":    {`"type":"HYBRID","executor":"KUBERNETES","taskPodNodePool":"m5.xlarge"`, ""},
		onHybrid + "executor: CELERY, default_worker_type: m5.xlarge": {
			`"type":"HYBRID","executor":"CELERY"`, "84: default_worker_type" + only + "configuration.executor is KUBERNETES, not when it is CELERY",
		},
		`workload_identity: ""`:      {"", ""},
		"workload_identity: arn:one": {`"workloadIdentity":"arn:one"`, ""},
		dedicated + "executor: ASTRO, remote_execution: { enabled: true, allowed_ip_address_ranges: [10.0.0.0/8], task_log_bucket: b, task_log_url_pattern: '' }": {
			`"type":"DEDICATED","executor":"ASTRO","remoteExecution":{"enabled":true,"allowedIpAddressRanges":["10.0.0.0/8"],"taskLogBucket":"b","taskLogUrlPattern":""}`, "",
		},
		dedicated + "executor: ASTRO, remote_execution: { enabled: true, task_log_bucket: '' }": {
			`"type":"DEDICATED","executor":"ASTRO","remoteExecution":{"enabled":true,"taskLogBucket":""}`, "",
		},
		dedicated + "executor: ASTRO, remote_execution: { enabled: false, allowed_ip_address_ranges: [], task_log_bucket: '' }": {
			`"type":"DEDICATED","executor":"ASTRO","remoteExecution":{"enabled":false}`, "",
		},
		standard + "remote_execution: { enabled: false, task_log_bucket: '' }": {`"type":"STANDARD"`, ""},
		standard + "remote_execution: { enabled: true }":                       {`"type":"STANDARD"`, "68: remote_execution" + only + "configuration.deployment_type is DEDICATED, not when it is STANDARD"},
		"remote_execution: x": {"", "59: remote_execution must be a mapping, not text"},
		"remote_execution:":   {"", ""},
		"shedulerSize: SMALL": {"", `41: unknown field "shedulerSize"; did you mean "scheduler_size"?`},
	} {
		_, got, problems := translateFile(t, "deployment: { configuration: { name: a, "+configuration+" } }")
		want, wantProblems := `{"name":"a"`, []string(nil)
		if test.want != "" {
			want += "," + test.want
		}
		if test.problem != "" {
			wantProblems = []string{"a.yaml:1:" + test.problem}
		}
		got = sortMembers(got)
		testkit.AssertEqual(t, configuration, sortMembers(want+"}"), got)
		testkit.AssertEqual(t, configuration, wantProblems, problems)
	}
}

// sortMembers sorts the members of a JSON object, because their order doesn't matter.
func sortMembers(text string) string {
	var members map[string]any
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		return text
	}
	data, _ := json.Marshal(members)
	return string(data)
}

// Each case is a section of a file next to configuration, or a configuration with such a section.
func TestDeploymentFileSections(t *testing.T) {
	t.Parallel()
	const schedules = `hibernation_schedules: [{ hibernate_at: 0 1 * * *, wake_at: 0 2 * * *, description: "", enabled: false }]`
	const converted = `"scalingSpec":{"hibernationSpec":{"schedules":[{"hibernateAtCron":"0 1 * * *","wakeAtCron":"0 2 * * *","isEnabled":false,"description":""}]}}`
	const dev = "configuration: { name: a, is_development_mode: true"
	for text, test := range map[string]struct {
		want     string
		problems []string
	}{
		"environment_variables: [{ is_secret: false, key: A, updated_at: x, value: '1' }]": {`"environmentVariables":[{"key":"A","isSecret":false,"value":"1"}]`, nil},
		"environment_variables: [{ is_secret: true, key: A, value: '' }]":                  {`"environmentVariables":[{"key":"A","isSecret":true}]`, nil},
		"environment_variables: [{ is_secret: true, key: A, value: }]":                     {`"environmentVariables":[{"key":"A","isSecret":true}]`, nil},
		"environment_variables: [{ is_secret: false, key: A, value: '' }]":                 {`"environmentVariables":[{"key":"A","isSecret":false,"value":""}]`, nil},
		"environment_variables: [{ key: A, value: '' }]":                                   {`"environmentVariables":[{"key":"A","isSecret":false,"value":""}]`, nil},
		"environment_variables: [{ key: A, value: x }]":                                    {`"environmentVariables":[{"key":"A","value":"x"}]`, nil},
		"environment_variables: [x]":                                                       {`"environmentVariables":["x"]`, nil},
		"environment_variables: [[]]":                                                      {`"environmentVariables":[[]]`, nil},
		"environment_variables: [{ key: '', value: x }]":                                   {`"environmentVariables":[{"key":"","value":"x"}]`, nil},
		"environment_variables: { A: x }":                                                  {`"environmentVariables":{"A":"x"}`, nil},
		"worker_queues: []":                                                                {"", nil},
		"worker_queues:":                                                                   {"", nil},
		"worker_queues: [{ name: default, max_worker_count: 3, min_worker_count: 1, worker_concurrency: 5, worker_type: a5, pod_ephemeral_storage: 10Gi }]": {
			`"workerQueues":[{"name":"default","astroMachine":"A5","minWorkerCount":1,"maxWorkerCount":3,"workerConcurrency":5,"podEphemeralStorage":"10Gi"}]`, nil,
		},
		"worker_queues: [{ name: default, worker_type: m5.xlarge, pod_ephemeral_storage: '', pod_cpu: '', pod_ram: 1Gi }]": {
			`"workerQueues":[{"name":"default","nodePool":"m5.xlarge"}]`, []string{"a.yaml:1:140: pod_ram is ignored: the worker type determines it"},
		},
		"worker_queues: [{ name: '', worker_type: a1.large }]": {`"workerQueues":[{"name":"","nodePool":"a1.large"}]`, nil},
		"configuration: { name: a, deployment_type: STANDARD }, worker_queues: [{ name: default, worker_type: m5.large }]": {
			`"type":"STANDARD","workerQueues":[{"name":"default","astroMachine":"m5.large"}]`, nil,
		},
		"hibernation_schedules: [{ hibernate_at: '', wake_at: 0 2 * * * }]": {
			`"scalingSpec":{"hibernationSpec":{"schedules":[{"hibernateAtCron":"","wakeAtCron":"0 2 * * *","isEnabled":false}]}}`, nil,
		},
		"alert_emails: [a@example.com]":                {`"contactEmails":["a@example.com"]`, nil},
		"alert_emails: []":                             {`"contactEmails":[]`, nil},
		"metadata: { deployment_id: x, anything: [] }": {"", nil},
		"hibernation_schedules: []":                    {"", nil},
		schedules:                                      {converted, nil},
		"alert_mails: []":                              {"", []string{`a.yaml:1:43: unknown field "alert_mails"; did you mean "alert_emails"?`}},
		dev + " }, hibernation_schedules: []":          {`"isDevelopmentMode":true,"scalingSpec":{"hibernationSpec":{"schedules":[]}}`, nil},
		dev + ", " + schedules + " }": {`"isDevelopmentMode":true,` + converted, []string{
			"a.yaml:1:68: hibernation_schedules is used, but the Astro CLI ignores it here; move it to the same level as configuration",
		}},
		dev + ", " + schedules + " }, hibernation_schedules: null": {`"isDevelopmentMode":true,` + converted, []string{
			"a.yaml:1:68: hibernation_schedules is used, but the Astro CLI ignores it here; move it to the same level as configuration",
		}},
		dev + ", hibernation_schedules: [{ hibernate_at: 1 }] }, " + schedules: {`"isDevelopmentMode":true,` + converted, []string{
			"a.yaml:1:68: hibernation_schedules is ignored here: the file also has it next to configuration; remove this one",
		}},
		"configuration: { name: a, is_development_mode: false }, " + schedules: {`"isDevelopmentMode":false`, []string{
			"a.yaml:1:71: hibernation_schedules is ignored: it applies only when configuration.is_development_mode is true, not when it is false",
		}},
		"configuration: { name: a, executor: KUBERNETES }, worker_queues: [{ name: default }]": {`"executor":"KUBERNETES"`, []string{
			"a.yaml:1:65: worker_queues is ignored: it applies only when configuration.executor is CELERY or ASTRO, not when it is KUBERNETES",
		}},
		"configuration: { name: a, executor: ASTRO, deployment_type: DEDICATED, remote_execution: { enabled: true } }, worker_queues: [{ name: default }]": {
			`"type":"DEDICATED","executor":"ASTRO","remoteExecution":{"enabled":true}`, []string{
				"a.yaml:1:125: worker_queues is ignored: it applies only when configuration.remote_execution.enabled is false, not when it is true",
			},
		},
	} {
		file := "deployment: { configuration: { name: a }, " + text + " }"
		if strings.HasPrefix(text, "configuration") {
			file = "deployment: { " + text + " }"
		}
		_, got, problems := translateFile(t, file)
		want := `{"name":"a"}`
		if test.want != "" {
			want = `{"name":"a",` + test.want + "}"
		}
		testkit.AssertEqual(t, text, sortMembers(want), sortMembers(got))
		testkit.AssertEqual(t, text, test.problems, problems)
	}
}

// Each case is a complete document with the problems of its top level.
func TestDeploymentFileDocument(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"deployment: {}":                              {"a.yaml:1:13: configuration.name is missing; set it to the name of the Deployment"},
		"deployment: { configuration: }":              {"a.yaml:1:30: configuration.name is missing; set it to the name of the Deployment"},
		"deployment: { configuration: { name: '' } }": {"a.yaml:1:38: name is empty, as in the output of astro deployment inspect --template; set it to the name of the Deployment"},
		"deployment: { configuration: x }": {
			"a.yaml:1:30: configuration must be a mapping, not text", "a.yaml:1:30: configuration.name is missing; set it to the name of the Deployment",
		},
		"a: 1\ndeployment: { configuration: { name: a } }": {
			`a.yaml:1:1: "a" can't be in this document, because the field deployment makes it an Astro CLI deployment file; move "a" to another document`,
		},
	} {
		_, _, problems := translateFile(t, text)
		testkit.AssertEqual(t, text, want, problems)
	}
	for _, text := range []string{"deployment: []", "deployment:", "deployments: []", "- deployment: {}"} {
		document := testkit.ParseManifests(t, text)[0]
		if translated, _, problems := astrocli.Translate(document); translated != document || problems != nil {
			t.Errorf("%q isn't an Astro CLI file, but was translated to %v, with problems %v", text, translated, problems)
		}
	}
}

// Variables that the file omits are kept, and a new Deployment gets the defaults
// of the CLI. Positions remain those of the file.
func TestDeploymentFileDefaults(t *testing.T) {
	t.Parallel()
	document := testkit.ParseManifests(t, `deployment:
  environment_variables: []
  worker_queues: [{ name: a, worker_type: a20 }, { name: b, worker_type: m5.large }, { name: c, min_worker_count: 1 }]
  configuration:
    name: a
    scheduler_au: 5
    deployment_type: hybrid
`)[0]
	translated, semantics, _ := astrocli.Translate(document)
	deployment := translated.Get("deployments").Items[0]
	testkit.AssertEqual(t, "additive", []string{"environmentVariables"}, semantics.AdditiveLists)
	defaults := map[string]string{}
	for path, n := range semantics.CreateDefaults {
		defaults[path] = n.Text + " at " + n.Pos.String()
	}
	testkit.AssertEqual(t, "defaults", map[string]string{
		"isDagDeployEnabled": "false at a.yaml:2:3", "isCicdEnforced": "false at a.yaml:2:3",
		"workerQueues[a].minWorkerCount": "0 at a.yaml:3:19", "workerQueues[a].maxWorkerCount": "10 at a.yaml:3:19",
		"workerQueues[a].workerConcurrency": "16 at a.yaml:3:19", // on HYBRID, a worker type is always a node pool
		"workerQueues[b].minWorkerCount":    "0 at a.yaml:3:50", "workerQueues[b].maxWorkerCount": "10 at a.yaml:3:50",
		"workerQueues[b].workerConcurrency": "16 at a.yaml:3:50", "workerQueues[c].maxWorkerCount": "10 at a.yaml:3:86",
	}, defaults)
	for path, want := range map[string]string{"name": "a.yaml:5:11", "type": "a.yaml:7:22", "scheduler": "a.yaml:6:19", "scheduler.au": "a.yaml:6:19", "workerQueues": "a.yaml:3:18"} {
		testkit.AssertEqual(t, path, want, deployment.GetPath(path).Pos.String())
	}
	testkit.AssertEqual(t, "key", "a.yaml:7:5", deployment.Members[1].Pos.String())
}

// FuzzDeploymentFile checks that the translation of any file doesn't modify the document, that all positions exist
// in the file, and that the result isn't a CLI file again.
func FuzzDeploymentFile(f *testing.F) {
	files, err := filepath.Glob("../../testdata/cli/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatalf("%v, %v", files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("deployment: { configuration: { name: [], executor: 1, remote_execution: { enabled: [] } }, worker_queues: [[], { worker_type: {} }], environment_variables: [{ value: '', is_secret: [] }] }")
	f.Fuzz(func(t *testing.T, text string) {
		env := manifest.Environment{Lookup: func(string) string { return "" }, AllowUnset: true}
		for _, document := range manifest.Parse([]manifest.Source{{Name: "a.yaml", Data: []byte(text)}}, env).Documents {
			before := document.Clone()
			translated, semantics, problems := astrocli.Translate(document)
			if document.Show() != before.Show() {
				t.Errorf("the translation changed the document: %s, %s", before.Show(), document.Show())
			}
			positions := map[schema.Pos]bool{}
			document.Walk(func(n *schema.Node) {
				positions[n.Pos] = true
				for _, m := range n.Members {
					positions[m.Pos] = true
				}
			})
			translated.Walk(func(n *schema.Node) {
				if !positions[n.Pos] || slices.ContainsFunc(n.Members, func(m schema.Member) bool { return !positions[m.Pos] }) {
					t.Errorf("%s is at %s, which is not a position in the file", n.Show(), n.Pos)
				}
			})
			for path, n := range semantics.CreateDefaults {
				if !positions[n.Pos] {
					t.Errorf("the default of %s is at %s, which is not a position in the file", path, n.Pos)
				}
			}
			for _, p := range problems {
				if !positions[p.Pos] {
					t.Errorf("%v is not at a position in the file", p)
				}
			}
			if again, _, more := astrocli.Translate(translated); again != translated || more != nil {
				t.Errorf("the result is a CLI file again: %s", translated.Show())
			}
		}
	})
}
