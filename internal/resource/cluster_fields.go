package resource

import "astro-apply/internal/schema"

func clusterFields() []schema.Field {
	const once = schema.Create | schema.Immutable
	return []schema.Field{
		{
			Name: "type", Type: schema.EnumType("DEDICATED", "HYBRID"), Behavior: schema.RequiredCreate | schema.RequiredUpdate | schema.Immutable, Remedy: recreateClusterRemedy,
			Doc: "DEDICATED is hosted by Astronomer, HYBRID is in a cloud account of your own.",
		},
		{
			Name: "name", Type: nameType(0), Behavior: schema.RequiredCreate | schema.RequiredUpdate, CheckChange: checkHybridChange,
			Doc: "The cluster's name, unique in the Organization. That of a HYBRID cluster can't be changed.",
		},
		{
			Name: "cloudProvider", Type: schema.EnumType("AWS", "AZURE", "GCP"), Behavior: schema.RequiredCreate | once, Remedy: recreateClusterRemedy,
			Doc: "The cloud that the cluster runs in.",
		},
		{Name: "region", Type: nonEmptyType(), Behavior: schema.RequiredCreate | once, Remedy: recreateClusterRemedy, Doc: "The region that the cluster runs in."},
		{Name: "vpcSubnetRange", Type: cidrRangeType(), Behavior: schema.RequiredCreate | once, Remedy: recreateClusterRemedy, Doc: "The network of the cluster's nodes."},
		{Name: "secondaryVpcCidr", Type: cidrRangeType(), Behavior: once, When: []schema.Condition{whenAWS}, Remedy: recreateClusterRemedy, Doc: "A second network, for pods, on AWS."},
		{Name: "podSubnetRange", Type: cidrRangeType(), Behavior: schema.RequiredCreate | once, When: []schema.Condition{whenGCP}, Remedy: recreateClusterRemedy, Doc: "The network of pods, on GCP."},
		{Name: "serviceSubnetRange", Type: cidrRangeType(), Behavior: schema.RequiredCreate | once, When: []schema.Condition{whenGCP}, Remedy: recreateClusterRemedy, Doc: "The network of services, on GCP."},
		{Name: "servicePeeringRange", Type: cidrRangeType(), Behavior: schema.RequiredCreate | once, When: []schema.Condition{whenGCP}, Remedy: recreateClusterRemedy, Doc: "The network of peered services, on GCP."},
		{Name: "tenantId", Type: nonEmptyType(), Behavior: once, When: []schema.Condition{whenAzure}, Remedy: recreateClusterRemedy, Doc: "The tenant on Azure."},
		{Name: "providerAccount", Type: nonEmptyType(), Behavior: once, When: []schema.Condition{whenHybrid}, Remedy: recreateClusterRemedy, Doc: "The cloud account of a HYBRID cluster."},
		{
			Name: "dbInstanceType", Type: nonEmptyType(), When: []schema.Condition{whenHybrid}, Behavior: once, Remedy: recreateClusterRemedy,
			Doc: "The database's instance type, of a HYBRID cluster.",
		},
		{
			// The list is a replacement, and so what is live and not declared is
			// sent along: the platform puts tags there too.
			Name: "k8sTags", ResponsePath: "tags", Type: clusterTagsType(), Behavior: schema.RequiredUpdate, CheckChange: checkHybridChange,
			Doc: "Tags of the cluster's Kubernetes resources. Other tags that are live stay.",
		},
		{
			// Sent unchanged, it is refused where the Organization isn't entitled to it.
			Name: "workspaceIds", Type: schema.SetType(nonEmptyType()), Undeclared: schema.OmitUnlessChanged, EmptyMeans: "every Workspace", Impact: schema.Disrupts,
			Ref: &schema.Ref{Kind: "workspace", NameField: "workspaces", Deferrable: true},
			Doc: "The Workspaces that may use the cluster; [] is all of them.",
		},
		{
			Name: "nodePools", Type: nodePoolsType(), When: []schema.Condition{whenHybrid}, Behavior: schema.Create | schema.IgnoreChanges,
			Remedy: "the API changes no node pools; ask Astronomer's support",
			Doc:    "The node pools that a HYBRID cluster is created with.",
		},
		{
			Name: "isPrivateNetworkEgressEnabled", Type: schema.BoolType(), When: []schema.Condition{whenAWS, whenDedicated}, Impact: schema.Disrupts,
			ChangeWarning: func(_, wanted *schema.Node) string {
				if wanted.Is("true") {
					return "Deployments on the cluster lose their connection to the public Internet"
				}
				return "Deployments on the cluster get a connection to the public Internet"
			},
			Doc: "Whether the cluster's Deployments are cut off from the public Internet, on AWS.",
		},
		{
			// Not in the create: there, a drRegion says it.
			Name: "enableDr", ResponsePath: "isDrEnabled", Type: schema.BoolType(), Behavior: schema.Update, Undeclared: schema.OmitUnlessChanged, When: []schema.Condition{whenDedicated},
			CheckChange: checkDRToggle, ChangeWarning: drWarning, Impact: schema.Disrupts,
			Doc: "Whether disaster recovery is on. It can be switched on later on Azure only, and off anywhere.",
		},
		{Name: "drRegion", Type: nonEmptyType(), Undeclared: schema.OmitUnlessChanged, CheckChange: checkDRFieldChange, Doc: "The second region, for disaster recovery."},
		{Name: "drVpcSubnetRange", Type: cidrRangeType(), Undeclared: schema.OmitUnlessChanged, CheckChange: checkDRFieldChange, Doc: "The network of the nodes in the second region."},
		{Name: "drSecondaryVpcCidr", Type: cidrRangeType(), Behavior: once, When: []schema.Condition{whenAWS}, Remedy: recreateClusterRemedy, Doc: "The second network in the second region, on AWS."},
		{Name: "drPodSubnetRange", Type: cidrRangeType(), Behavior: once, When: []schema.Condition{whenGCP}, Remedy: recreateClusterRemedy, Doc: "The network of pods in the second region, on GCP."},
		{Name: "drServicePeeringRange", Type: cidrRangeType(), Behavior: once, When: []schema.Condition{whenGCP}, Remedy: recreateClusterRemedy, Doc: "The network of peered services in the second region, on GCP."},
		{Name: "drServiceSubnetRange", Type: cidrRangeType(), Behavior: once, When: []schema.Condition{whenGCP}, Remedy: recreateClusterRemedy, Doc: "The network of services in the second region, on GCP."},
		{
			Name: "enableReplicationTimeControl", Type: schema.BoolType(), Undeclared: schema.OmitUnlessChanged, CheckChange: checkHybridChange,
			Doc: "Whether task logs are replicated to the second region within a bounded time.",
		},
		{
			// Sending it starts a failover, so it is sent when it is declared and
			// differs, and never else.
			Name: "isFailedOver", Type: schema.BoolType(), Behavior: schema.Update, Undeclared: schema.OmitUnlessChanged, When: []schema.Condition{whenDedicated}, Impact: schema.Disrupts,
			ChangeWarning: func(_, wanted *schema.Node) string {
				if wanted.Is("true") {
					return "the cluster fails over to its second region"
				}
				return "the cluster goes back to its first region"
			},
			Doc: "Whether the cluster runs in its second region. Declaring it starts a failover, or ends one.",
		},
	}
}

func clusterTagsType() schema.Type {
	t := schema.KeyedType([]string{"key"},
		schema.Field{Name: "key", Type: nonEmptyType(), Behavior: schema.Required, Doc: "The tag's key."},
		schema.Field{Name: "value", Type: schema.TextType(0), Doc: "The tag's value."},
	)
	t.Additive = true
	return t
}

func nodePoolsType() schema.Type {
	return schema.KeyedType([]string{"name"},
		schema.Field{Name: "name", Type: nonEmptyType(), Behavior: schema.Required, Doc: "The node pool's name."},
		schema.Field{Name: "nodeInstanceType", Type: nonEmptyType(), Behavior: schema.RequiredCreate, Doc: "The instance type of its nodes."},
		schema.Field{Name: "maxNodeCount", Type: schema.IntType(0, 0), Behavior: schema.RequiredCreate, Doc: "The greatest number of nodes."},
		schema.Field{Name: "isDefault", Type: schema.BoolType(), Doc: "Whether Deployments that name no node pool use it."},
	)
}

// checkHybridChange: an update of a hybrid cluster takes no more than its Workspaces.
func checkHybridChange(old, wanted *schema.Node, value func(string) string) string {
	if value("type") != "HYBRID" {
		return ""
	}
	return immutableProblem(old, wanted)
}

// checkDRFieldChange: a second region is given when the cluster is created; on Azure also
// later, once.
func checkDRFieldChange(old, wanted *schema.Node, value func(string) string) string {
	if value("cloudProvider") == "AZURE" && value("type") != "HYBRID" && old.ScalarText() == "" {
		return ""
	}
	return immutableProblem(old, wanted)
}

func immutableProblem(old, wanted *schema.Node) string {
	live, declared := schema.ShowBoth(old, wanted)
	return "it can't change once the cluster exists: it is " + live + " live and " + declared + " here. " + recreateClusterRemedy
}

func checkDRToggle(_, wanted *schema.Node, value func(string) string) string {
	if wanted.Is("true") && value("cloudProvider") != "AZURE" {
		return "disaster recovery can only be switched on when the cluster is created, but for Azure; ask Astronomer's support"
	}
	return ""
}

func drWarning(_, wanted *schema.Node) string {
	if wanted.Is("false") {
		return "disaster recovery ends, and what is in the second region goes"
	}
	return ""
}
