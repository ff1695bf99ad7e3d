package kind

import (
	"slices"

	"astro-apply/internal/schema"
)

// The conditions select a variant of the request body: the API has one variant per cloud for a create,
// and one per cluster type for an update.
var (
	whenAWS       = schema.Condition{Field: "cloudProvider", In: []string{"AWS"}}
	whenAzure     = schema.Condition{Field: "cloudProvider", In: []string{"AZURE"}}
	whenGCP       = schema.Condition{Field: "cloudProvider", In: []string{"GCP"}}
	WhenDedicated = schema.Condition{Field: "type", In: []string{"DEDICATED"}}
)

const recreateClusterRemedy = "create a cluster with another name, move your workloads to it, then delete this one"

func clusterKind() *Kind {
	const item = "/organizations/{organizationId}/clusters/{id}"
	return &Kind{
		Name:             "cluster",
		Title:            "cluster",
		Section:          "clusters",
		Doc:              "A cluster that DEDICATED and HYBRID Deployments run on. Creating one can take hours: raise input timeout.",
		Identity:         []string{"name"},
		Unique:           true,
		Endpoints:        usualEndpoints(item, ListEndpoint{Member: "clusters"}),
		UpdateEndpoints:  []UpdateEndpoint{{Endpoint: Endpoint{"POST", item}, Expand: expandClusterUpdate}},
		ConflictStatuses: []int{409, 412},
		Flatten:          flattenCluster,
		ReadinessOf:      clusterState,
		Fields:           clusterFields(),
		Rules:            clusterRules(),
	}
}

// expandClusterUpdate returns the body of an update, in which the discriminator of the variant is clusterType, not type.
func expandClusterUpdate(fields, _ *schema.Node, _ string) *schema.Node {
	out, kind := fields.Clone(), fields.Get("type")
	out.Delete("type")
	if kind.Is("HYBRID") {
		out.Members = slices.DeleteFunc(out.Members, func(m schema.Member) bool { return m.Name != "workspaceIds" })
	}
	out.Set("clusterType", kind)
	return out
}

// flattenCluster deletes the fields that the API returns empty although they are not set.
func flattenCluster(live *schema.Node) {
	for _, name := range []string{"drRegion", "drVpcSubnetRange"} {
		if live.Get(name).Is("") {
			live.Delete(name)
		}
	}
}

// clusterState returns the readiness of a cluster. The statuses are those of the API document.
func clusterState(live *schema.Node) Readiness {
	status := live.Get("status").ScalarText()
	switch status {
	case "CREATED", "UPGRADE_PENDING": // an upgrade may be pending for weeks
		return Readiness{Ready, status, false}
	case "CREATE_FAILED", "UPDATE_FAILED", "FAILOVER_FAILED", "ACCESS_DENIED":
		return Readiness{Failed, status + clusterHealthText(live), false}
	}
	return Readiness{Pending, status, false}
}

// clusterHealthText returns the problems that the API reports for a cluster, each with a leading ": ".
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
		requiredFieldsRule("type HYBRID", []FieldCondition{{Field: "type", Equals: "HYBRID"}}, "dbInstanceType", "providerAccount"),
		requiredFieldsRule("enableDr true", []FieldCondition{{Field: "enableDr", Equals: "true"}}, "drRegion"),
		requiredFieldsRule("drVpcSubnetRange", []FieldCondition{{Field: "drVpcSubnetRange"}}, "drRegion"),
		requiredFieldsRule("drSecondaryVpcCidr", []FieldCondition{{Field: "drSecondaryVpcCidr"}}, "drRegion"),
		{Scope: FirstField, Forbidden: []Combination{{
			[]FieldCondition{{Field: "drRegion"}, {Field: "enableDr", Equals: "false"}},
			"drRegion needs enableDr: true, but it is false; set it to true or remove drRegion",
		}}},
		requiredFieldsRule("drRegion on GCP", []FieldCondition{{Field: "drRegion"}, {Field: "cloudProvider", Equals: "GCP"}},
			"drVpcSubnetRange", "drPodSubnetRange", "drServicePeeringRange", "drServiceSubnetRange"),
	}
}

func clusterFields() []schema.Field {
	const once = schema.Create | schema.Immutable
	return []schema.Field{
		{
			Name: "type", Type: schema.EnumType("DEDICATED", "HYBRID"), Behavior: schema.RequiredCreate | schema.RequiredUpdate | schema.Immutable, Remedy: recreateClusterRemedy,
			Doc: "Type of the cluster. DEDICATED: hosted by Astronomer. HYBRID: in your cloud account.",
		},
		{
			Name: "name", Type: nameType(0), Behavior: schema.RequiredCreate | schema.RequiredUpdate, CheckChange: checkHybridChange,
			Doc: "Name of the cluster, unique in the Organization. The name of a HYBRID cluster can't be changed.",
		},
		{
			Name: "cloudProvider", Type: schema.EnumType("AWS", "AZURE", "GCP"), Behavior: schema.RequiredCreate | once, Remedy: recreateClusterRemedy,
			Doc: "Cloud provider of the cluster.",
		},
		{Name: "region", Type: nonEmptyType(), Behavior: schema.RequiredCreate | once, Remedy: recreateClusterRemedy, Doc: "Region of the cluster."},
		{Name: "vpcSubnetRange", Type: cidrRangeType(), Behavior: schema.RequiredCreate | once, Remedy: recreateClusterRemedy, Doc: "Network range of the nodes."},
		{Name: "secondaryVpcCidr", Type: cidrRangeType(), Behavior: once, When: []schema.Condition{whenAWS}, Remedy: recreateClusterRemedy, Doc: "Second network range, for pods, on AWS."},
		{Name: "podSubnetRange", Type: cidrRangeType(), Behavior: schema.RequiredCreate | once, When: []schema.Condition{whenGCP}, Remedy: recreateClusterRemedy, Doc: "Network range of pods, on GCP."},
		{Name: "serviceSubnetRange", Type: cidrRangeType(), Behavior: schema.RequiredCreate | once, When: []schema.Condition{whenGCP}, Remedy: recreateClusterRemedy, Doc: "Network range of services, on GCP."},
		{Name: "servicePeeringRange", Type: cidrRangeType(), Behavior: schema.RequiredCreate | once, When: []schema.Condition{whenGCP}, Remedy: recreateClusterRemedy, Doc: "Network range of peered services, on GCP."},
		{Name: "tenantId", Type: nonEmptyType(), Behavior: once, When: []schema.Condition{whenAzure}, Remedy: recreateClusterRemedy, Doc: "ID of the tenant on Azure."},
		{Name: "providerAccount", Type: nonEmptyType(), Behavior: once, When: []schema.Condition{WhenHybrid}, Remedy: recreateClusterRemedy, Doc: "Cloud account of a HYBRID cluster."},
		{
			Name: "dbInstanceType", Type: nonEmptyType(), When: []schema.Condition{WhenHybrid}, Behavior: once, Remedy: recreateClusterRemedy,
			Doc: "Instance type of the database of a HYBRID cluster.",
		},
		{
			// An update replaces the whole list. Astro adds tags too, so an update
			// also sends the current tags that the manifest omits.
			Name: "k8sTags", ResponsePath: "tags", Type: clusterTagsType(), Behavior: schema.RequiredUpdate, Undeclared: schema.KeepItems, CheckChange: checkHybridChange,
			Doc: "Tags of the cluster's Kubernetes resources. Tags that exist in Astro but not in the manifest are kept.",
		},
		{
			// Without the entitlement for it, the API refuses even an unchanged value.
			Name: "workspaceIds", Type: schema.SetType(nonEmptyType()), Undeclared: schema.OmitUnlessChanged, EmptyMeans: "every Workspace", Impact: schema.Disrupts,
			Ref: &schema.Ref{Kind: "workspace", NameField: "workspaces", Deferrable: true},
			Doc: "Workspaces that may use the cluster. [] means every Workspace.",
		},
		{
			Name: "nodePools", Type: nodePoolsType(), When: []schema.Condition{WhenHybrid}, Behavior: schema.Create | schema.IgnoreChanges,
			Remedy: "the API can't change node pools; contact Astronomer support",
			Doc:    "Initial node pools of a HYBRID cluster.",
		},
		{
			Name: "isPrivateNetworkEgressEnabled", Type: schema.BoolType(), When: []schema.Condition{whenAWS, WhenDedicated}, Impact: schema.Disrupts,
			ChangeWarning: func(_, wanted *schema.Node) string {
				if wanted.Is("true") {
					return "Deployments on the cluster lose access to the public Internet"
				}
				return "Deployments on the cluster gain access to the public Internet"
			},
			Doc: "Block access to the public Internet for the cluster's Deployments, on AWS.",
		},
		{
			// The create call has no such field: a drRegion enables disaster recovery.
			Name: "enableDr", ResponsePath: "isDrEnabled", Type: schema.BoolType(), Behavior: schema.Update, Undeclared: schema.OmitUnlessChanged, When: []schema.Condition{WhenDedicated},
			CheckChange: checkDRToggle, ChangeWarning: drWarning, Impact: schema.Disrupts,
			Doc: "Enable disaster recovery. On an existing cluster, it can only be enabled on Azure, but disabled on any cloud.",
		},
		{Name: "drRegion", Type: nonEmptyType(), Undeclared: schema.OmitUnlessChanged, CheckChange: checkDRFieldChange, Doc: "Second region, for disaster recovery."},
		{Name: "drVpcSubnetRange", Type: cidrRangeType(), Undeclared: schema.OmitUnlessChanged, CheckChange: checkDRFieldChange, Doc: "Network range of the nodes in the second region."},
		{Name: "drSecondaryVpcCidr", Type: cidrRangeType(), Behavior: once, When: []schema.Condition{whenAWS}, Remedy: recreateClusterRemedy, Doc: "Second network range in the second region, on AWS."},
		{Name: "drPodSubnetRange", Type: cidrRangeType(), Behavior: once, When: []schema.Condition{whenGCP}, Remedy: recreateClusterRemedy, Doc: "Network range of pods in the second region, on GCP."},
		{Name: "drServicePeeringRange", Type: cidrRangeType(), Behavior: once, When: []schema.Condition{whenGCP}, Remedy: recreateClusterRemedy, Doc: "Network range of peered services in the second region, on GCP."},
		{Name: "drServiceSubnetRange", Type: cidrRangeType(), Behavior: once, When: []schema.Condition{whenGCP}, Remedy: recreateClusterRemedy, Doc: "Network range of services in the second region, on GCP."},
		{
			Name: "enableReplicationTimeControl", Type: schema.BoolType(), Undeclared: schema.OmitUnlessChanged, CheckChange: checkHybridChange,
			Doc: "Replicate task logs to the second region within a bounded time.",
		},
		{
			// Sending it starts a failover, so an update only sends it if the manifest
			// declares it and the current value differs.
			Name: "isFailedOver", Type: schema.BoolType(), Behavior: schema.Update, Undeclared: schema.OmitUnlessChanged, When: []schema.Condition{WhenDedicated}, Impact: schema.Disrupts,
			ChangeWarning: func(_, wanted *schema.Node) string {
				if wanted.Is("true") {
					return "the cluster fails over to its second region"
				}
				return "the cluster returns to its first region"
			},
			Doc: "Run the cluster in its second region. true starts a failover, false ends it.",
		},
	}
}

func clusterTagsType() schema.Type {
	return schema.KeyedType([]string{"key"},
		schema.Field{Name: "key", Type: nonEmptyType(), Behavior: schema.Required, Doc: "Key of the tag."},
		schema.Field{Name: "value", Type: schema.TextType(0), Doc: "Value of the tag."},
	)
}

func nodePoolsType() schema.Type {
	return schema.KeyedType([]string{"name"},
		schema.Field{Name: "name", Type: nonEmptyType(), Behavior: schema.Required, Doc: "Name of the node pool."},
		schema.Field{Name: "nodeInstanceType", Type: nonEmptyType(), Behavior: schema.RequiredCreate, Doc: "Instance type of the nodes."},
		schema.Field{Name: "maxNodeCount", Type: schema.IntType(0, 0), Behavior: schema.RequiredCreate, Doc: "Maximum number of nodes."},
		schema.Field{Name: "isDefault", Type: schema.BoolType(), Doc: "Use this node pool for Deployments that don't set one."},
	)
}

// checkHybridChange returns a problem if the cluster is HYBRID: the update of such a cluster accepts only its Workspaces.
func checkHybridChange(old, wanted *schema.Node, value func(string) string) string {
	if value("type") != "HYBRID" {
		return ""
	}
	return immutableProblem(old, wanted)
}

// checkDRFieldChange returns a problem if the second region can't be set any more. It can be set when the cluster is
// created, and on Azure also once later.
func checkDRFieldChange(old, wanted *schema.Node, value func(string) string) string {
	if value("cloudProvider") == "AZURE" && value("type") != "HYBRID" && old.ScalarText() == "" {
		return ""
	}
	return immutableProblem(old, wanted)
}

func immutableProblem(old, wanted *schema.Node) string {
	live, declared := schema.ShowBoth(old, wanted)
	return "can't be changed after creation: " + live + " in Astro, " + declared + " in the manifest; " + recreateClusterRemedy
}

func checkDRToggle(_, wanted *schema.Node, value func(string) string) string {
	if wanted.Is("true") && value("cloudProvider") != "AZURE" {
		return "disaster recovery can only be enabled when the cluster is created, except on Azure; contact Astronomer support"
	}
	return ""
}

func drWarning(_, wanted *schema.Node) string {
	if wanted.Is("false") {
		return "disaster recovery ends, and the resources in the second region are deleted"
	}
	return ""
}
