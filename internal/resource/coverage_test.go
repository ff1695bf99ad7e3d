package resource_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var updateGenerated = flag.Bool("update", false, "rewrite the generated documents")

// deliberateDifferences lists the intended differences between the tables and the API's document, by the reason.
var deliberateDifferences = map[string][]string{
	"the document's discriminator is optional at creation; without it the API chooses": {
		"deployment create DEDICATED type: needed, not in the document", "deployment create HYBRID type: needed, not in the document",
		"deployment create STANDARD type: needed, not in the document",
	},
	"the shared cluster is Astronomer's choice": {"deployment create STANDARD clusterId: not in the table"},
	"a new variable without a value would be a secret that nobody knows; a readable one is not sent back without its value": {
		"deployment update DEDICATED environmentVariables.value: needed, not in the document", "deployment update HYBRID environmentVariables.value: needed, not in the document",
		"deployment update STANDARD environmentVariables.value: needed, not in the document",
		"deployment create DEDICATED environmentVariables.value: needed, not in the document", "deployment create HYBRID environmentVariables.value: needed, not in the document",
		"deployment create STANDARD environmentVariables.value: needed, not in the document",
		"environmentObject create airflowVariable.value: needed, not in the document", "environmentObject create environmentVariable.value: needed, not in the document",
	},
	"a rule says so, with the reason": {
		"deployment create HYBRID executor: one of CELERY, KUBERNETES, not one of CELERY, KUBERNETES, ASTRO",
		"deployment update HYBRID executor: one of CELERY, KUBERNETES, not one of CELERY, KUBERNETES, ASTRO",
	},
	"the update's queues are one schema for all variants, of which each has its own fields": {
		"deployment update DEDICATED workerQueues.astroMachine: needed, not in the document", "deployment update DEDICATED workerQueues.nodePoolId: not in the table",
		"deployment update HYBRID workerQueues.astroMachine: not in the table", "deployment update HYBRID workerQueues.nodePoolId: needed, not in the document",
		"deployment create HYBRID workerQueues.podEphemeralStorage: not in the document",
		"deployment update STANDARD workerQueues.astroMachine: needed, not in the document", "deployment update STANDARD workerQueues.nodePoolId: not in the table",
	},
	"set after the creation, by the one call that is for it": {
		"deployment create DEDICATED scalingSpec.hibernationSpec.override: not in the table", "deployment create STANDARD scalingSpec.hibernationSpec.override: not in the table",
	},
	"an override that says nothing of hibernation means nothing": {
		"deployment update DEDICATED scalingSpec.hibernationSpec.override.isHibernating: needed, not in the document",
		"deployment update STANDARD scalingSpec.hibernationSpec.override.isHibernating: needed, not in the document",
	},
	"told as workspace, deployment or scope: ORGANIZATION in the manifest": {
		"agentToken create deploymentId: not in the document",
		"apiToken create deploymentId: not in the document", "apiToken create workspaceId: not in the document", "apiToken create entityId: not in the table",
		"apiToken create scope: not needed, is in the document",
		"environmentObject create deploymentId: not in the document", "environmentObject create workspaceId: not in the document",
		"environmentObject create scope: not in the table", "environmentObject create scopeEntityId: not in the table",
		"environmentObject create excludeLinks.deploymentId: not in the document", "environmentObject create excludeLinks.scope: not in the table",
		"environmentObject create excludeLinks.scopeEntityId: not in the table",
		"environmentObject create links.deploymentId: not in the document", "environmentObject create links.scope: not in the table",
		"environmentObject create links.scopeEntityId: not in the table",
		"environmentObject update excludeLinks.deploymentId: not in the document", "environmentObject update excludeLinks.scope: not in the table",
		"environmentObject update excludeLinks.scopeEntityId: not in the table",
		"environmentObject update links.deploymentId: not in the document", "environmentObject update links.scope: not in the table",
		"environmentObject update links.scopeEntityId: not in the table",
	},
	"told as roles in the manifest: the creation takes the first of them, the roles' call all": {
		"apiToken create role: not in the table", "apiToken create roles: not in the document",
		"apiToken update roles roles.dagId: not in the document", "apiToken update roles roles.dagTag: not in the document",
		"apiToken update roles roles.entityId: not in the table", "apiToken update roles roles.entityType: not in the table",
		"apiToken update roles roles.workspaceId: not in the document",
	},
	"the bounds of the update, so that what was created can be updated": {
		"apiToken create description: at most 0 characters, not 500", "apiToken create name: at most 0 characters, not 256",
	},
	"a tag without a key is none": {
		"cluster create AWS k8sTags.key: needed, not in the document", "cluster create AZURE k8sTags.key: needed, not in the document",
		"cluster create GCP k8sTags.key: needed, not in the document", "cluster update DEDICATED k8sTags.key: needed, not in the document",
	},
	"the cluster's type is called clusterType in an update": {
		"cluster update DEDICATED clusterType: not in the table", "cluster update DEDICATED type: not in the document",
		"cluster update HYBRID clusterType: not in the table", "cluster update HYBRID type: not in the document",
	},
	"for HYBRID clusters only, says the document, whose update takes none of it": {
		"cluster update DEDICATED dbInstanceType: not in the table", "cluster update DEDICATED nodePools: not in the table",
	},
	"on GCP, disaster recovery is set up when the cluster is created": {
		"cluster update DEDICATED drPodSubnetRange: not in the table", "cluster update DEDICATED drServicePeeringRange: not in the table",
		"cluster update DEDICATED drServiceSubnetRange: not in the table",
	},
	"cut from the update of a HYBRID cluster, where it can't change": {
		"cluster update HYBRID drRegion: not in the document",
		"cluster update HYBRID drVpcSubnetRange: not in the document", "cluster update HYBRID enableReplicationTimeControl: not in the document",
		"cluster update HYBRID k8sTags: not in the document", "cluster update HYBRID name: not in the document",
	},
	"always sent, because leaving it out clears it": {
		"environmentObject update airflowVariable: needed, not in the document", "environmentObject update autoLinkDeployments: needed, not in the document",
		"environmentObject update connection: needed, not in the document", "environmentObject update environmentVariable: needed, not in the document",
		"environmentObject update excludeLinks: needed, not in the document", "environmentObject update links: needed, not in the document",
		"environmentObject update metricsExport: needed, not in the document",
	},
	"an environment object of a type is nothing without its body": {
		"environmentObject create airflowVariable: needed, not in the document", "environmentObject create connection: needed, not in the document",
		"environmentObject create environmentVariable: needed, not in the document", "environmentObject create metricsExport: needed, not in the document",
	},
	"follows from an override that is no longer declared": {"environmentObject update links.overrides.unsetFields: not in the table"},
	"only what is added is sent, so there always is something": {
		"allowedIpAddressRanges update allowedIpAddressRanges: 1 to 1000 elements, not at least 0", "allowedIpAddressRanges update allowedIpAddressRanges: not needed, is in the document",
		"team update members memberIds: at least 1 elements, not at least 0", "team update members memberIds: not needed, is in the document",
	},
	"the API refuses other roles in other calls": {
		"team update roles organizationRole: text, not one of ORGANIZATION_OWNER, ORGANIZATION_OBSERVE_ADMIN, ORGANIZATION_OBSERVE_MEMBER, ORGANIZATION_BILLING_ADMIN, ORGANIZATION_MEMBER",
		"user update roles organizationRole: text, not one of ORGANIZATION_OWNER, ORGANIZATION_OBSERVE_ADMIN, ORGANIZATION_OBSERVE_MEMBER, ORGANIZATION_BILLING_ADMIN, ORGANIZATION_MEMBER",
	},
	"the API wants it beside other roles": {"user update roles organizationRole: needed, not in the document"},
}

// unusedRequests lists the requests in the document that no kind makes, by the reason.
var unusedRequests = map[string][]string{
	"makes a deploy, which is what the official deploy action is for": {
		"POST /organizations/{organizationId}/deployments/{deploymentId}/deploys", "POST /organizations/{organizationId}/deployments/{deploymentId}/deploys/{deployId}",
		"POST /organizations/{organizationId}/deployments/{deploymentId}/deploys/{deployId}/finalize", "POST /organizations/{organizationId}/deployments/{deploymentId}/deploys/{deployId}/rollback",
	},
	"the list of exclusions is sent whole, in the update": {"POST /organizations/{organizationId}/environment-objects/{environmentObjectId}/exclude-linking"},
	"many at once, by the bulk call":                      {"POST /organizations/{organizationId}/allowed-ip-address-ranges"},
}

// coverageDocument returns a Markdown document that lists every field of every request that creates or
// updates a resource, and whether a manifest can set it.
func (c *contractChecker) coverageDocument(document map[string]any) string {
	var b strings.Builder
	b.WriteString("# What of the API is covered\n\nEvery field of every request of the Astro API v1 that creates or updates something. Generated from the tables in\n" +
		"`internal/resource` and the API's document by `go test ./internal/resource -run TablesFollow -update`.\n\n| request | field | covered |\n| --- | --- | --- |\n")
	reasons := map[string]string{}
	for reason, differences := range deliberateDifferences {
		for _, d := range differences {
			if field, ok := strings.CutSuffix(d, ": not in the table"); ok {
				reasons[field] = "otherwise: " + reason
			}
		}
	}
	slices.Sort(c.requestFields)
	for _, field := range slices.Compact(c.requestFields) {
		request, name := field[:strings.LastIndex(field, " ")], field[strings.LastIndex(field, " ")+1:]
		covered := reasons[field]
		for path := name; covered == "" && strings.Contains(path, "."); { // the reason of a field holds for the fields inside it
			path = path[:strings.LastIndex(path, ".")]
			covered = reasons[request+" "+path]
		}
		if covered == "" {
			covered = "yes"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", request, name, covered)
	}
	b.WriteString("\nRequests that are not made:\n\n| request | why |\n| --- | --- |\n")
	for why, calls := range unusedRequests {
		for _, call := range calls {
			if c.matchedOperations[call] || !strings.Contains(strings.Join(c.uncoveredWrites(document), ""), "`"+call+"`") {
				fmt.Fprintf(&b, "%s: **a gap**, although unusedRequests lists a request that is made or not in the document: %s\n", call, why)
			}
		}
	}
	for _, line := range c.uncoveredWrites(document) {
		b.WriteString(line)
	}
	return b.String()
}

// uncoveredWrites lists the writes in the document that no kind makes.
func (c *contractChecker) uncoveredWrites(document map[string]any) []string {
	var out []string
	for template, item := range nestedMap(document, "paths") {
		methods, _ := item.(map[string]any)
		call := "POST " + template
		if nestedMap(methods, "post") == nil || c.matchedOperations[call] {
			continue
		}
		reason := "**a gap**"
		for why, calls := range unusedRequests {
			if slices.Contains(calls, call) {
				reason = why
			}
		}
		out = append(out, fmt.Sprintf("| `%s` | %s |\n", call, reason))
	}
	slices.Sort(out)
	return out
}

// checkGenerated compares a generated file with the wanted content, or rewrites it with the flag -update.
func checkGenerated(t *testing.T, file, want string) {
	t.Helper()
	if strings.Contains(want, "**a gap**") {
		t.Errorf("a request of the document is neither made nor excused:\n%s", want[strings.Index(want, "Requests that"):])
	}
	if *updateGenerated {
		if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is stale: run the test with -update", file)
	}
}
