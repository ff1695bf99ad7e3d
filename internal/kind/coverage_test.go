package kind_test

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
	"the document makes the discriminator optional in a create; without it, the API chooses the variant": {
		"deployment create DEDICATED type: needed, not in the document", "deployment create HYBRID type: needed, not in the document",
		"deployment create STANDARD type: needed, not in the document",
	},
	"Astronomer chooses the shared cluster": {"deployment create STANDARD clusterId: not in the table"},
	"a new variable needs a value, and an update of a readable variable has to send it": {
		"deployment update DEDICATED environmentVariables.value: needed, not in the document", "deployment update HYBRID environmentVariables.value: needed, not in the document",
		"deployment update STANDARD environmentVariables.value: needed, not in the document",
		"deployment create DEDICATED environmentVariables.value: needed, not in the document", "deployment create HYBRID environmentVariables.value: needed, not in the document",
		"deployment create STANDARD environmentVariables.value: needed, not in the document",
		"environmentObject create airflowVariable.value: needed, not in the document", "environmentObject create environmentVariable.value: needed, not in the document",
	},
	"a rule checks this and explains the reason": {
		"deployment create HYBRID executor: one of CELERY, KUBERNETES, not one of CELERY, KUBERNETES, ASTRO",
		"deployment update HYBRID executor: one of CELERY, KUBERNETES, not one of CELERY, KUBERNETES, ASTRO",
	},
	"the update has one schema of queues for all variants, but each variant has its own fields": {
		"deployment update DEDICATED workerQueues.astroMachine: needed, not in the document", "deployment update DEDICATED workerQueues.nodePoolId: not in the table",
		"deployment update HYBRID workerQueues.astroMachine: not in the table", "deployment update HYBRID workerQueues.nodePoolId: needed, not in the document",
		"deployment create HYBRID workerQueues.podEphemeralStorage: not in the document",
		"deployment update STANDARD workerQueues.astroMachine: needed, not in the document", "deployment update STANDARD workerQueues.nodePoolId: not in the table",
	},
	"set after the create, by a separate call": {
		"deployment create DEDICATED scalingSpec.hibernationSpec.override: not in the table", "deployment create STANDARD scalingSpec.hibernationSpec.override: not in the table",
	},
	"an override without isHibernating has no effect": {
		"deployment update DEDICATED scalingSpec.hibernationSpec.override.isHibernating: needed, not in the document",
		"deployment update STANDARD scalingSpec.hibernationSpec.override.isHibernating: needed, not in the document",
	},
	"set by workspace, deployment or scope: ORGANIZATION in the manifest": {
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
	"set by roles in the manifest: the create sends the role in the token's own scope, a separate call sends all roles": {
		"apiToken create role: not in the table", "apiToken create roles: not in the document",
		"apiToken update roles roles.dagId: not in the document", "apiToken update roles roles.dagTag: not in the document",
		"apiToken update roles roles.entityId: not in the table", "apiToken update roles roles.entityType: not in the table",
		"apiToken update roles roles.workspaceId: not in the document",
	},
	"the update has these limits, and every created token must be updatable": {
		"apiToken create description: at most 0 characters, not 500", "apiToken create name: at most 0 characters, not 256",
	},
	"a tag without a key has no effect": {
		"cluster create AWS k8sTags.key: needed, not in the document", "cluster create AZURE k8sTags.key: needed, not in the document",
		"cluster create GCP k8sTags.key: needed, not in the document", "cluster update DEDICATED k8sTags.key: needed, not in the document",
	},
	"the cluster's type is called clusterType in an update": {
		"cluster update DEDICATED clusterType: not in the table", "cluster update DEDICATED type: not in the document",
		"cluster update HYBRID clusterType: not in the table", "cluster update HYBRID type: not in the document",
	},
	"the document has it for HYBRID clusters only, but not in their update": {
		"cluster update DEDICATED dbInstanceType: not in the table", "cluster update DEDICATED nodePools: not in the table",
	},
	"on GCP, disaster recovery is set up when the cluster is created": {
		"cluster update DEDICATED drPodSubnetRange: not in the table", "cluster update DEDICATED drServicePeeringRange: not in the table",
		"cluster update DEDICATED drServiceSubnetRange: not in the table",
	},
	"not sent in the update of a HYBRID cluster, because it is immutable there": {
		"cluster update HYBRID drRegion: not in the document",
		"cluster update HYBRID drVpcSubnetRange: not in the document", "cluster update HYBRID enableReplicationTimeControl: not in the document",
		"cluster update HYBRID k8sTags: not in the document", "cluster update HYBRID name: not in the document",
	},
	"always sent, because an update that omits it clears it": {
		"environmentObject update airflowVariable: needed, not in the document", "environmentObject update autoLinkDeployments: needed, not in the document",
		"environmentObject update connection: needed, not in the document", "environmentObject update environmentVariable: needed, not in the document",
		"environmentObject update excludeLinks: needed, not in the document", "environmentObject update links: needed, not in the document",
		"environmentObject update metricsExport: needed, not in the document",
	},
	"an environment object without the settings of its type has no effect": {
		"environmentObject create airflowVariable: needed, not in the document", "environmentObject create connection: needed, not in the document",
		"environmentObject create environmentVariable: needed, not in the document", "environmentObject create metricsExport: needed, not in the document",
	},
	"computed from the overrides that the manifest no longer declares": {"environmentObject update links.overrides.unsetFields: not in the table"},
	"only added items are sent, and no request without items": {
		"allowedIpAddressRanges update allowedIpAddressRanges: 1 to 1000 items, not at least 0", "allowedIpAddressRanges update allowedIpAddressRanges: not needed, is in the document",
		"team update members memberIds: at least 1 items, not at least 0", "team update members memberIds: not needed, is in the document",
	},
	"other calls of the API accept only these roles": {
		"team update roles organizationRole: text, not one of ORGANIZATION_OWNER, ORGANIZATION_OBSERVE_ADMIN, ORGANIZATION_OBSERVE_MEMBER, ORGANIZATION_BILLING_ADMIN, ORGANIZATION_MEMBER",
		"user update roles organizationRole: text, not one of ORGANIZATION_OWNER, ORGANIZATION_OBSERVE_ADMIN, ORGANIZATION_OBSERVE_MEMBER, ORGANIZATION_BILLING_ADMIN, ORGANIZATION_MEMBER",
	},
	"the API requires it together with other roles": {"user update roles organizationRole: needed, not in the document"},
}

// unusedRequests lists the requests in the document that no kind makes, by the reason.
var unusedRequests = map[string][]string{
	"deploys code, which is the task of the official deploy action": {
		"POST /organizations/{organizationId}/deployments/{deploymentId}/deploys", "POST /organizations/{organizationId}/deployments/{deploymentId}/deploys/{deployId}",
		"POST /organizations/{organizationId}/deployments/{deploymentId}/deploys/{deployId}/finalize", "POST /organizations/{organizationId}/deployments/{deploymentId}/deploys/{deployId}/rollback",
	},
	"the update sends the complete list of exclusions": {"POST /organizations/{organizationId}/environment-objects/{environmentObjectId}/exclude-linking"},
	"the bulk call sends many ranges at once":          {"POST /organizations/{organizationId}/allowed-ip-address-ranges"},
}

// coverageDocument returns a Markdown document that lists every field of every request that creates or
// updates a resource, and whether a manifest can set it.
func (c *contractChecker) coverageDocument(document map[string]any) string {
	var b strings.Builder
	b.WriteString("# Coverage of the Astro API\n\nThe table lists every field of every request of the Astro API v1 that creates or updates a resource. Generated from the tables in\n" +
		"`internal/kind` and the API's document by `go test ./internal/kind -run TablesFollow -update`.\n\n| request | field | covered |\n| --- | --- | --- |\n")
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
	b.WriteString("\nThe action never sends these requests:\n\n| request | reason |\n| --- | --- |\n")
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
	for call := range nestedMap(document, "operations") {
		if !strings.HasPrefix(call, "POST ") || c.matchedOperations[call] {
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
		t.Errorf("a request of the document is neither made nor listed in unusedRequests:\n%s", want[strings.Index(want, "The action never"):])
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
