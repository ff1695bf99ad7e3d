package simulator

import (
	"net/netip"
	"slices"
)

func validateCIDR(v string) string {
	if _, err := netip.ParsePrefix(v); err != nil {
		return "must be a range of addresses like 172.20.0.0/20"
	}
	return ""
}

// secondRegionFields are the members about the second region, which disabling Disaster Recovery clears.
var secondRegionFields = append([]string{"drRegion", "drSecondaryVpcCidr"}, gcpSecondRegionFields...)

// gcpSecondRegionFields are the ranges that a second region takes on GCP, all of them.
var gcpSecondRegionFields = []string{"drVpcSubnetRange", "drPodSubnetRange", "drServicePeeringRange", "drServiceSubnetRange"}

func rangeFields(names ...string) []requestField {
	var fields []requestField
	for _, name := range names {
		fields = append(fields, requestField{name: name, validate: validateCIDR})
	}
	return fields
}

// clusterFields are what creating and updating a cluster share.
var clusterFields = append(rangeFields("drVpcSubnetRange"), []requestField{
	{name: "name", min: 1, validate: validateNotBlank},
	{name: "k8sTags", jsonType: jsonArray, fields: []requestField{{name: "key"}, {name: "value"}}},
	{name: "workspaceIds", jsonType: jsonArray},
	{name: "dbInstanceType", min: 1},
	{name: "drRegion", min: 1},
	{name: "enableReplicationTimeControl", jsonType: jsonBoolean},
}...)

var nodePoolFields = requireFields([]requestField{
	{name: "name", min: 1},
	{name: "maxNodeCount", jsonType: jsonInteger},
	{name: "nodeInstanceType", min: 1},
	{name: "isDefault", jsonType: jsonBoolean},
}, "name", "maxNodeCount", "nodeInstanceType")

// createClusterFields are those of a cloud; what only another one has is unknown here.
func createClusterFields(cloud, kind string) []requestField {
	fields := slices.Concat(clusterFields, rangeFields("vpcSubnetRange"), []requestField{
		{name: "cloudProvider", enum: cloudProviders},
		{name: "type", enum: []string{typeDedicated, typeHybrid}},
		{name: "region", min: 1},
		{name: "providerAccount", min: 1},
		{name: "nodePools", jsonType: jsonArray, fields: nodePoolFields},
	})
	needed := []string{"cloudProvider", "type", "name", "region", "vpcSubnetRange"}
	switch cloud {
	case "AWS":
		fields = append(fields, rangeFields("secondaryVpcCidr", "drSecondaryVpcCidr")...)
		fields = append(fields, requestField{name: "isPrivateNetworkEgressEnabled", jsonType: jsonBoolean})
	case "AZURE":
		fields = append(fields, requestField{name: "tenantId", min: 1})
	case "GCP":
		own := []string{"podSubnetRange", "servicePeeringRange", "serviceSubnetRange"}
		fields = slices.Concat(fields, rangeFields(own...), rangeFields(gcpSecondRegionFields[1:]...))
		needed = append(needed, own...)
	}
	if kind == typeHybrid {
		needed = append(needed, "dbInstanceType", "providerAccount")
	}
	return requireFields(fields, needed...)
}

// updateClusterFields are those of a type. One that isn't named means DEDICATED, as the document's variants have it.
func updateClusterFields(kind string) []requestField {
	variant := requestField{name: "clusterType", enum: []string{kind}}
	if kind == typeHybrid {
		return requireFields([]requestField{variant, {name: "workspaceIds", jsonType: jsonArray}}, "clusterType")
	}
	pools := append(slices.Clone(nodePoolFields), requestField{name: "id", min: 1})
	fields := slices.Concat(clusterFields, rangeFields(gcpSecondRegionFields[1:]...), []requestField{
		variant,
		{name: "nodePools", jsonType: jsonArray, fields: pools},
		{name: "enableDr", jsonType: jsonBoolean},
		{name: "isFailedOver", jsonType: jsonBoolean},
		{name: "isPrivateNetworkEgressEnabled", jsonType: jsonBoolean},
	})
	return requireFields(fields, "name", "k8sTags")
}
