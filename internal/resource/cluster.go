package resource

import (
	"slices"

	"astro-apply/internal/schema"
)

// The request variants of the API are by cloud when a cluster is created, and
// by type when it is updated.
var (
	whenAWS       = schema.Condition{Field: "cloudProvider", In: []string{"AWS"}}
	whenAzure     = schema.Condition{Field: "cloudProvider", In: []string{"AZURE"}}
	whenGCP       = schema.Condition{Field: "cloudProvider", In: []string{"GCP"}}
	whenDedicated = schema.Condition{Field: "type", In: []string{"DEDICATED"}}
)

const recreateClusterRemedy = "A cluster can't be changed in this way. Create another one under a new name, move to it, and remove this one"

func clusterKind() *Kind {
	const collection = "/organizations/{organizationId}/clusters"
	const item = collection + "/{id}"
	return &Kind{
		Name:             "cluster",
		Title:            "cluster",
		Section:          "clusters",
		Doc:              "Where DEDICATED and HYBRID Deployments run. Creating one takes up to hours: raise the input timeout.",
		Identity:         []string{"name"},
		Unique:           true,
		List:             ListEndpoint{Path: collection, Member: "clusters"},
		Get:              Endpoint{"GET", item},
		Create:           Endpoint{"POST", collection},
		Delete:           Endpoint{"DELETE", item},
		UpdateEndpoints:  []UpdateEndpoint{{Endpoint: Endpoint{"POST", item}, Expand: expandClusterUpdate}},
		ConflictStatuses: []int{409, 412},
		Flatten:          flattenCluster,
		StateOf:          clusterState,
		Fields:           clusterFields(),
		Rules:            clusterRules(),
	}
}

// expandClusterUpdate names the variant as the update does.
func expandClusterUpdate(fields, _ *schema.Node, _ string) *schema.Node {
	out, kind := fields.Clone(), fields.Get("type")
	out.Delete("type")
	if kind.Is("HYBRID") {
		out.Members = slices.DeleteFunc(out.Members, func(m schema.Member) bool { return m.Name != "workspaceIds" })
	}
	out.Set("clusterType", kind)
	return out
}

// flattenCluster tells as absent what the API tells as empty.
func flattenCluster(live *schema.Node) {
	for _, name := range []string{"drRegion", "drVpcSubnetRange"} {
		if live.Get(name).Is("") {
			live.Delete(name)
		}
	}
}

// clusterState follows the statuses of the API document.
func clusterState(live *schema.Node) (State, string) {
	status := live.Get("status").ScalarText()
	switch status {
	case "CREATED", "UPGRADE_PENDING": // an upgrade may be pending for weeks
		return StateReady, status
	case "CREATE_FAILED", "UPDATE_FAILED", "FAILOVER_FAILED", "ACCESS_DENIED":
		return StateFailed, status + clusterHealthText(live)
	}
	return StatePending, status
}

// clusterHealthText is what the API says is wrong with a cluster.
func clusterHealthText(live *schema.Node) string {
	details := live.GetPath("healthStatus.details")
	if details == nil {
		return ""
	}
	out := ""
	for _, d := range details.Items {
		if text := d.Get("description").ScalarText(); text != "" {
			out += ": " + text
		}
	}
	return out
}

func clusterRules() []Rule {
	return []Rule{
		requiredFieldsRule("type", "HYBRID", "dbInstanceType", "providerAccount"),
		requiredFieldsRule("enableDr", "true", "drRegion"),
		requiredFieldsRule("drVpcSubnetRange", "", "drRegion"),
		requiredFieldsRule("drSecondaryVpcCidr", "", "drRegion"),
		{Fields: []string{"drRegion", "enableDr"}, ForbiddenCombinations: []Combination{{{Field: "drRegion"}, {Field: "enableDr", Equals: "false"}}}, Check: func(o *schema.Node) string {
			region := o.Get("drRegion")
			if region == nil || !region.Pos.IsKnown() || !o.Get("enableDr").Is("false") { // one that is live goes
				return ""
			}
			return "drRegion needs enableDr: true, here it is false (a second region is what disaster recovery is)"
		}},
		{
			Fields: []string{"drRegion", "cloudProvider"}, NeedsCurrent: true,
			Check: func(o *schema.Node) string {
				if o.Get("drRegion") == nil || !o.Get("cloudProvider").Is("GCP") {
					return ""
				}
				for _, name := range []string{"drVpcSubnetRange", "drPodSubnetRange", "drServicePeeringRange", "drServiceSubnetRange"} {
					if o.Get(name) == nil {
						return "drRegion on GCP needs " + name + " beside it"
					}
				}
				return ""
			},
		},
	}
}
