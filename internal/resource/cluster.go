package resource

import (
	"slices"

	"astro-apply/internal/schema"
)

// The request variants of the API are by cloud when a cluster is created, and
// by type when it is updated.
var (
	onAWS     = schema.Condition{Field: "cloudProvider", In: []string{"AWS"}}
	onAzure   = schema.Condition{Field: "cloudProvider", In: []string{"AZURE"}}
	onGCP     = schema.Condition{Field: "cloudProvider", In: []string{"GCP"}}
	dedicated = schema.Condition{Field: "type", In: []string{"DEDICATED"}}
)

const rebuild = "A cluster can't be changed in this way. Create another one under a new name, move to it, and remove this one"

func cluster() *Kind {
	const collection = "/organizations/{organizationId}/clusters"
	const item = collection + "/{id}"
	return &Kind{
		Name:      "cluster",
		Title:     "cluster",
		Section:   "clusters",
		Doc:       "Where DEDICATED and HYBRID Deployments run. Creating one takes up to hours: raise the input timeout.",
		Identity:  []string{"name"},
		Unique:    true,
		List:      Query{Path: collection, Member: "clusters"},
		Get:       Call{"GET", item},
		Create:    Call{"POST", collection},
		Delete:    Call{"DELETE", item},
		Parts:     []Part{{Call: Call{"POST", item}, Shape: clusterUpdate}},
		Busy:      []int{409, 412},
		Canonical: canonicalCluster,
		Ready:     clusterState,
		Fields:    clusterFields(),
		Rules:     clusterRules(),
	}
}

// clusterUpdate names the variant as the update does.
func clusterUpdate(fields, _ *schema.Node, _ string) *schema.Node {
	out, kind := fields.Clone(), fields.Get("type")
	out.Delete("type")
	if kind.Is("HYBRID") {
		out.Members = slices.DeleteFunc(out.Members, func(m schema.Member) bool { return m.Name != "workspaceIds" })
	}
	out.Set("clusterType", kind)
	return out
}

// canonicalCluster tells as absent what the API tells as empty.
func canonicalCluster(live *schema.Node) {
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
		return Ready, status
	case "CREATE_FAILED", "UPDATE_FAILED", "FAILOVER_FAILED", "ACCESS_DENIED":
		return Broken, status + health(live)
	}
	return Settling, status
}

// health is what the API says is wrong with a cluster.
func health(live *schema.Node) string {
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
		beside("type", "HYBRID", "dbInstanceType", "providerAccount"),
		beside("enableDr", "true", "drRegion"),
		beside("drVpcSubnetRange", "", "drRegion"),
		beside("drSecondaryVpcCidr", "", "drRegion"),
		{Fields: []string{"drRegion", "enableDr"}, Never: []Combination{{{Field: "drRegion"}, {Field: "enableDr", Is: "false"}}}, Check: func(o *schema.Node) string {
			region := o.Get("drRegion")
			if region == nil || !region.Pos.IsKnown() || !o.Get("enableDr").Is("false") { // one that is live goes
				return ""
			}
			return "drRegion needs enableDr: true, here it is false (a second region is what disaster recovery is)"
		}},
		{
			Fields: []string{"drRegion", "cloudProvider"}, Whole: true,
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
