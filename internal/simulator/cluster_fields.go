package simulator

import (
	"net/netip"
	"slices"
)

func validateCIDR(v string) string {
	if _, err := netip.ParsePrefix(v); err != nil {
		return "must be an IP range in CIDR notation such as 172.20.0.0/20"
	}
	return ""
}

// secondRegionFields lists the fields of the second region. Disabling Disaster Recovery clears them.
var secondRegionFields = append([]string{"drRegion", "drSecondaryVpcCidr"}, gcpSecondRegionFields...)

// gcpSecondRegionFields lists the ranges of a second region on GCP, all of which are required.
var gcpSecondRegionFields = []string{"drVpcSubnetRange", "drPodSubnetRange", "drServicePeeringRange", "drServiceSubnetRange"}

func rangeFields(names ...string) []requestField {
	var fields []requestField
	for _, name := range names {
		fields = append(fields, requestField{name: name, validate: validateCIDR})
	}
	return fields
}

// clusterFields lists the fields that a create and an update have in common.
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

// createClusterFields returns the fields of a create on a cloud provider. Fields of other providers are rejected as unknown.
func createClusterFields(cloud, kind string) []requestField {
	fields := slices.Concat(clusterFields, rangeFields("vpcSubnetRange"), []requestField{
		{name: "cloudProvider", enum: cloudProviders},
		{name: "type", enum: []string{typeDedicated, typeHybrid}},
		{name: "region", min: 1},
		{name: "providerAccount", min: 1},
		{name: "nodePools", jsonType: jsonArray, fields: nodePoolFields},
	})
	required := []string{"cloudProvider", "type", "name", "region", "vpcSubnetRange"}
	switch cloud {
	case "AWS":
		fields = append(fields, rangeFields("secondaryVpcCidr", "drSecondaryVpcCidr")...)
		fields = append(fields, requestField{name: "isPrivateNetworkEgressEnabled", jsonType: jsonBoolean})
	case "AZURE":
		fields = append(fields, requestField{name: "tenantId", min: 1})
	case "GCP":
		own := []string{"podSubnetRange", "servicePeeringRange", "serviceSubnetRange"}
		fields = slices.Concat(fields, rangeFields(own...), rangeFields(gcpSecondRegionFields[1:]...))
		required = append(required, own...)
	}
	if kind == typeHybrid {
		required = append(required, "dbInstanceType", "providerAccount")
	}
	return requireFields(fields, required...)
}

// updateClusterFields returns the fields of an update of a type of cluster. An update without clusterType counts as
// DEDICATED, like in the variants of the document.
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
