package simulator_test

import (
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestClusterCreateRefusals(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	o.Seed("cluster", map[string]any{"name": "taken"})
	regional := map[string]any{
		"drRegion": "r", "drVpcSubnetRange": "10.0.0.0/20", "drPodSubnetRange": "10.1.0.0/20", "drServicePeeringRange": "10.2.0.0/20", "drServiceSubnetRange": "10.3.0.0/20",
	}
	for name, test := range map[string]struct {
		cloud   string
		changes map[string]any
		field   string // "": the error has no fieldErrors
	}{
		"no cloud":                {"AWS", map[string]any{"cloudProvider": nil}, "cloudProvider"},
		"unknown cloud":           {"AWS", map[string]any{"cloudProvider": "IBM"}, "cloudProvider"},
		"no name":                 {"AWS", map[string]any{"name": nil}, "name"},
		"no region":               {"AWS", map[string]any{"region": nil}, "region"},
		"unknown type":            {"AWS", map[string]any{"type": "STANDARD"}, "type"},
		"invalid CIDR":            {"AWS", map[string]any{"vpcSubnetRange": "172.20.0.0"}, "vpcSubnetRange"},
		"pods on AWS":             {"AWS", map[string]any{"podSubnetRange": "172.21.0.0/19"}, "podSubnetRange"},
		"tenant on AWS":           {"AWS", map[string]any{"tenantId": "t"}, "tenantId"},
		"egress on Azure":         {"AZURE", map[string]any{"isPrivateNetworkEgressEnabled": true}, "isPrivateNetworkEgressEnabled"},
		"second VPC on GCP":       {"GCP", map[string]any{"secondaryVpcCidr": "10.0.0.0/20"}, "secondaryVpcCidr"},
		"no pods on GCP":          {"GCP", map[string]any{"podSubnetRange": nil}, "podSubnetRange"},
		"tags instead of k8sTags": {"AWS", map[string]any{"tags": clusterTags}, "tags"},
		"hybrid database":         {"AWS", map[string]any{"type": "HYBRID", "providerAccount": "a"}, "dbInstanceType"},
		"hybrid account":          {"AWS", map[string]any{"type": "HYBRID", "dbInstanceType": "d"}, "providerAccount"},
		"pool without size":       {"AWS", map[string]any{"nodePools": []any{map[string]any{"name": "p", "nodeInstanceType": "m"}}}, "nodePools[0].maxNodeCount"},
		"existing name":           {"AWS", map[string]any{"name": "taken"}, ""},
		"unknown workspace":       {"AWS", map[string]any{"workspaceIds": []any{"cnone"}}, ""},
		"GCP without its range":   {"GCP", withChanges(regional, map[string]any{"drPodSubnetRange": nil}), ""},
		"GCP without its VPC":     {"GCP", withChanges(regional, map[string]any{"drVpcSubnetRange": nil}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			o.wantFieldError(t, test.field, "/clusters", withChanges(clusterBody(test.cloud), test.changes))
		})
	}
	if f := o.wantRefusal(400, "POST", "/clusters", withChanges(clusterBody("AWS"), map[string]any{"name": "taken"})); f.Message != "Invalid request: cluster name 'taken' already exists" {
		t.Errorf("message %q", f.Message)
	}
	if n := len(o.Resources("cluster")); n != 1 {
		t.Errorf("%d clusters after refusals", n)
	}
	if created := o.mustSend("POST", "/clusters", withChanges(clusterBody("GCP"), regional)); created["isDrEnabled"] != true || created["drPodSubnetRange"] != "10.1.0.0/20" {
		t.Errorf("created: %v", created)
	}
}

func TestClusterUpdateRefusals(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	o.Seed("cluster", map[string]any{"name": "taken"})
	paths := map[string]string{"HYBRID": "/clusters/" + o.Seed("cluster", map[string]any{"name": "h", "type": "HYBRID"})}
	for _, cloud := range []string{"AWS", "AZURE", "GCP"} {
		paths[cloud] = "/clusters/" + o.Seed("cluster", map[string]any{"name": cloud, "cloudProvider": cloud})
	}
	valid := map[string]any{"clusterType": "DEDICATED", "name": "x", "k8sTags": []any{}}
	before := o.Resources("cluster")
	for name, test := range map[string]struct {
		of      string
		changes map[string]any
		field   string
	}{
		"no name":                         {"AWS", map[string]any{"name": nil}, "name"},
		"no tags":                         {"AWS", map[string]any{"k8sTags": nil}, "k8sTags"},
		"other type":                      {"AWS", map[string]any{"clusterType": "HYBRID"}, "clusterType"},
		"region":                          {"AWS", map[string]any{"region": "r"}, "region"},
		"invalid CIDR":                    {"AWS", map[string]any{"drVpcSubnetRange": "all"}, "drVpcSubnetRange"},
		"isDrEnabled instead of enableDr": {"AWS", map[string]any{"isDrEnabled": true}, "isDrEnabled"},
		"existing name":                   {"AWS", map[string]any{"name": "taken"}, ""},
		"unknown workspace":               {"AWS", map[string]any{"workspaceIds": []any{"cnone"}}, ""},
		"DR on AWS":                       {"AWS", map[string]any{"enableDr": true, "drRegion": "r"}, ""},
		"DR on GCP":                       {"GCP", map[string]any{"enableDr": true, "drRegion": "r"}, ""},
		"DR without region":               {"AZURE", map[string]any{"enableDr": true}, ""},
		"egress on Azure":                 {"AZURE", map[string]any{"isPrivateNetworkEgressEnabled": false}, ""},
		"egress on GCP":                   {"GCP", map[string]any{"isPrivateNetworkEgressEnabled": true}, ""},
		"pods' range on AWS":              {"AWS", map[string]any{"drPodSubnetRange": "10.0.0.0/20"}, ""},
		"dedicated for a hybrid":          {"HYBRID", map[string]any{"name": nil, "k8sTags": nil}, "clusterType"},
		"hybrid without type":             {"HYBRID", map[string]any{"name": nil, "k8sTags": nil, "clusterType": nil}, "clusterType"},
		"hybrid name":                     {"HYBRID", map[string]any{"k8sTags": nil, "clusterType": "HYBRID"}, "name"},
		"hybrid failover":                 {"HYBRID", map[string]any{"name": nil, "k8sTags": nil, "clusterType": "HYBRID", "isFailedOver": true}, "isFailedOver"},
	} {
		t.Run(name, func(t *testing.T) { o.wantFieldError(t, test.field, paths[test.of], withChanges(valid, test.changes)) })
	}
	if diff := cmp.Diff(before, o.Resources("cluster")); diff != "" {
		t.Errorf("a refused update changed something:\n%s", diff)
	}
	o.mustSend("POST", paths["AWS"], withChanges(valid, map[string]any{"name": "AWS", "isPrivateNetworkEgressEnabled": true})) // keeps its name
}
