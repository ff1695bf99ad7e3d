package simulator_test

import (
	"fmt"
	"slices"
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

const ipRangesPath = "/allowed-ip-address-ranges"

func bulkCreateBody(values ...string) map[string]any {
	return map[string]any{"allowedIpAddressRanges": values}
}

func bulkDeleteBody(values ...string) map[string]any {
	return map[string]any{"allowedIpAddressRangeIds": values}
}

// listNetworks returns the ranges of a list call.
func (o *testOrganization) listNetworks(query string) []string {
	o.t.Helper()
	return networksOf(o.mustSend("GET", ipRangesPath+query, nil))
}

func networksOf(answer map[string]any) []string {
	var all []string
	for _, r := range getObjects(answer, "allowedIpAddressRanges") {
		all = append(all, r["ipAddressRange"].(string))
	}
	return all
}

func TestIPRangeLifecycle(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	answer := o.mustSend("POST", ipRangesPath+"/bulk-create", bulkCreateBody("10.1.2.3/8", "2001:DB8::1/32", "::ffff:192.0.2.7/120"))
	made := getObjects(answer, "allowedIpAddressRanges")
	if diff := cmp.Diff([]string{"10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"}, slices.Sorted(slices.Values(networksOf(answer)))); diff != "" {
		t.Errorf("ranges must be returned in the server's spelling:\n%s", diff)
	}
	if diff := cmp.Diff(made, getObjects(o.mustSend("GET", ipRangesPath, nil), "allowedIpAddressRanges")); diff != "" {
		t.Errorf("the list differs from the response to the create:\n%s", diff)
	}
	if made[0]["organizationId"] != o.OrganizationID() || o.mustSend("GET", "", nil)["hasAllowedIpAddressRanges"] != true {
		t.Errorf("created: %v", made[0])
	}
	created := idsOf(made)
	o.mustSend("POST", ipRangesPath+"/bulk-delete", bulkDeleteBody(created[1], "cnone")) // unknown IDs are ignored
	if diff := cmp.Diff([]string{created[0], created[2]}, idsOf(getObjects(o.mustSend("GET", ipRangesPath, nil), "allowedIpAddressRanges"))); diff != "" {
		t.Errorf("after the deletion of one range:\n%s", diff)
	}
	o.mustSend("POST", ipRangesPath+"/bulk-delete", bulkDeleteBody(created...))
	if left := o.listNetworks(""); left != nil || o.mustSend("GET", "", nil)["hasAllowedIpAddressRanges"] != false {
		t.Errorf("left: %v", left)
	}
}

func TestIPRangesArePaged(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	var all []string
	for i := range 45 {
		all = append(all, fmt.Sprintf("10.%d.0.0/16", 100+i))
	}
	o.mustSend("POST", ipRangesPath+"/bulk-create", bulkCreateBody(all...))
	for query, want := range map[string][]string{"": all[:20], "?offset=40": all[40:], "?limit=1000": all} {
		if diff := cmp.Diff(want, o.listNetworks(query)); diff != "" {
			t.Errorf("ranges%s:\n%s", query, diff)
		}
	}
	if total := o.mustSend("GET", ipRangesPath+"?limit=1", nil)["totalCount"]; total != 45.0 {
		t.Errorf("total %v", total)
	}
}

func TestIPRangeRefusals(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	kept := o.Seed("allowedIpAddressRange", map[string]any{"ipAddressRange": "10.0.0.0/8"})
	many := slices.Repeat([]string{kept}, 1001)
	for name, test := range map[string]struct {
		field, path string
		body        any
	}{
		"no ranges":       {"allowedIpAddressRanges", "/bulk-create", map[string]any{}},
		"empty":           {"allowedIpAddressRanges", "/bulk-create", bulkCreateBody([]string{}...)},
		"too many":        {"allowedIpAddressRanges", "/bulk-create", bulkCreateBody(slices.Repeat([]string{"192.0.2.0/24"}, 1001)...)},
		"bare address":    {"allowedIpAddressRanges[1]", "/bulk-create", bulkCreateBody("192.0.2.0/24", "198.51.100.1")},
		"prefix too long": {"allowedIpAddressRanges[0]", "/bulk-create", bulkCreateBody("192.0.2.0/33")},
		"unknown field":   {"ipAddressRange", "/bulk-create", withChanges(bulkCreateBody("192.0.2.0/24"), map[string]any{"ipAddressRange": "192.0.2.0/24"})},
		"no ids":          {"allowedIpAddressRangeIds", "/bulk-delete", map[string]any{}},
		"empty ids":       {"allowedIpAddressRangeIds", "/bulk-delete", bulkDeleteBody([]string{}...)},
		"too many ids":    {"allowedIpAddressRangeIds", "/bulk-delete", bulkDeleteBody(many...)},
	} {
		t.Run(name, func(t *testing.T) { o.wantFieldError(t, test.field, ipRangesPath+test.path, test.body) })
	}
	for name, body := range map[string]map[string]any{
		"there already":          bulkCreateBody("192.0.2.0/24", "10.0.0.0/8"),
		"there in another shape": bulkCreateBody("192.0.2.0/24", "10.20.30.40/8"),
		"twice in one request":   bulkCreateBody("192.0.2.0/24", "198.51.100.0/24", "192.0.2.1/24"),
	} {
		t.Run(name, func(t *testing.T) { o.wantRefusal(409, "POST", ipRangesPath+"/bulk-create", body) })
	}
	if diff := cmp.Diff([]string{"10.0.0.0/8"}, o.listNetworks("")); diff != "" {
		t.Errorf("a bulk call must add all ranges or none:\n%s", diff)
	}
}

func TestIPRangesBlockCaller(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{CallerAddress: "192.0.2.7"})
	o.wantFieldError(t, "", ipRangesPath+"/bulk-create", bulkCreateBody("10.0.0.0/8"))
	if left := o.listNetworks(""); left != nil {
		t.Fatalf("the first ranges must include the caller, but the server stored %v", left)
	}
	made := idsOf(getObjects(o.mustSend("POST", ipRangesPath+"/bulk-create", bulkCreateBody("192.0.2.0/24", "10.0.0.0/8")), "allowedIpAddressRanges"))
	o.mustSend("GET", "/workspaces", nil)
	var own string
	for _, r := range o.Resources("allowedIpAddressRange") {
		if r["ipAddressRange"] == "192.0.2.0/24" {
			own = r["id"].(string)
		}
	}
	o.mustSend("POST", ipRangesPath+"/bulk-delete", bulkDeleteBody(own)) // the server doesn't check whether the remaining ranges allow the caller
	o.wantRefusal(403, "GET", "/workspaces", nil)
	o.wantRefusal(403, "POST", ipRangesPath+"/bulk-create", bulkCreateBody("192.0.2.0/24"))
	o.wantRefusal(403, "POST", ipRangesPath+"/bulk-delete", bulkDeleteBody(made...))
	if n := len(o.Resources("allowedIpAddressRange")); n != 1 {
		t.Errorf("%d ranges, want 1", n)
	}
}

func TestIPRangeAccess(t *testing.T) {
	t.Parallel()
	g := startRoleFixture(t)
	id := g.Seed("allowedIpAddressRange", map[string]any{"ipAddressRange": "10.0.0.0/8"})
	for name, scope := range map[string]simulator.Scope{"Workspace": {WorkspaceIDs: []string{g.workspace}}, "Deployment": {DeploymentIDs: []string{g.firstDeployment}}} {
		t.Run(name, func(t *testing.T) {
			narrow := g.withToken(g.NewToken(scope))
			narrow.wantRefusal(403, "GET", ipRangesPath, nil)
			narrow.wantRefusal(403, "POST", ipRangesPath+"/bulk-create", bulkCreateBody("192.0.2.0/24"))
			narrow.wantRefusal(403, "POST", ipRangesPath+"/bulk-delete", bulkDeleteBody(id))
			narrow.wantRefusal(403, "DELETE", ipRangesPath+"/"+id, nil)
		})
	}
	if diff := cmp.Diff([]string{"10.0.0.0/8"}, g.listNetworks("")); diff != "" {
		t.Errorf("after only refused requests:\n%s", diff)
	}
}
