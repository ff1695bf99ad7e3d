package simulator

import (
	"net/netip"
	"slices"
)

func noCIDR(v string) string {
	if _, err := netip.ParsePrefix(v); err != nil {
		return "must be a range of addresses like 172.20.0.0/20"
	}
	return ""
}

// regional are the members about the second region, which disabling Disaster Recovery clears.
var regional = append([]string{"drRegion", "drSecondaryVpcCidr"}, gcpRegional...)

// gcpRegional are the ranges that a second region takes on GCP, all of them.
var gcpRegional = []string{"drVpcSubnetRange", "drPodSubnetRange", "drServicePeeringRange", "drServiceSubnetRange"}

func ranges(names ...string) []field {
	var fields []field
	for _, name := range names {
		fields = append(fields, field{name: name, wrong: noCIDR})
	}
	return fields
}

// clusterFields are what creating and updating a cluster share.
var clusterFields = append(ranges("drVpcSubnetRange"), []field{
	{name: "name", min: 1, wrong: blank},
	{name: "k8sTags", shape: listShape, of: []field{{name: "key"}, {name: "value"}}},
	{name: "workspaceIds", shape: listShape},
	{name: "dbInstanceType", min: 1},
	{name: "drRegion", min: 1},
	{name: "enableReplicationTimeControl", shape: flagShape},
}...)

var nodePoolFields = must([]field{
	{name: "name", min: 1},
	{name: "maxNodeCount", shape: numberShape},
	{name: "nodeInstanceType", min: 1},
	{name: "isDefault", shape: flagShape},
}, "name", "maxNodeCount", "nodeInstanceType")

// createClusterFields are those of a cloud; what only another one has is unknown here.
func createClusterFields(cloud, kind string) []field {
	fields := slices.Concat(clusterFields, ranges("vpcSubnetRange"), []field{
		{name: "cloudProvider", enum: clouds},
		{name: "type", enum: []string{typeDedicated, typeHybrid}},
		{name: "region", min: 1},
		{name: "providerAccount", min: 1},
		{name: "nodePools", shape: listShape, of: nodePoolFields},
	})
	needed := []string{"cloudProvider", "type", "name", "region", "vpcSubnetRange"}
	switch cloud {
	case "AWS":
		fields = append(fields, ranges("secondaryVpcCidr", "drSecondaryVpcCidr")...)
		fields = append(fields, field{name: "isPrivateNetworkEgressEnabled", shape: flagShape})
	case "AZURE":
		fields = append(fields, field{name: "tenantId", min: 1})
	case "GCP":
		own := []string{"podSubnetRange", "servicePeeringRange", "serviceSubnetRange"}
		fields = slices.Concat(fields, ranges(own...), ranges(gcpRegional[1:]...))
		needed = append(needed, own...)
	}
	if kind == typeHybrid {
		needed = append(needed, "dbInstanceType", "providerAccount")
	}
	return must(fields, needed...)
}

// updateClusterFields are those of a type. One that isn't named means DEDICATED, as the document's variants have it.
func updateClusterFields(kind string) []field {
	variant := field{name: "clusterType", enum: []string{kind}}
	if kind == typeHybrid {
		return must([]field{variant, {name: "workspaceIds", shape: listShape}}, "clusterType")
	}
	pools := append(slices.Clone(nodePoolFields), field{name: "id", min: 1})
	fields := slices.Concat(clusterFields, ranges(gcpRegional[1:]...), []field{
		variant,
		{name: "nodePools", shape: listShape, of: pools},
		{name: "enableDr", shape: flagShape},
		{name: "isFailedOver", shape: flagShape},
		{name: "isPrivateNetworkEgressEnabled", shape: flagShape},
	})
	return must(fields, "name", "k8sTags")
}
