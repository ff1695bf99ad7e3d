package simulator_test

import (
	"fmt"
	"slices"
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

const ranges = "/allowed-ip-address-ranges"

func bulk(values ...string) map[string]any { return map[string]any{"allowedIpAddressRanges": values} }

func bulkIDs(values ...string) map[string]any {
	return map[string]any{"allowedIpAddressRangeIds": values}
}

// networks are the ranges that a list answers.
func (o *organization) networks(query string) []string {
	o.t.Helper()
	return networks(o.do("GET", ranges+query, nil))
}

func networks(answer map[string]any) []string {
	var all []string
	for _, r := range members(answer, "allowedIpAddressRanges") {
		all = append(all, r["ipAddressRange"].(string))
	}
	return all
}

func TestIPRangeLives(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	answer := o.do("POST", ranges+"/bulk-create", bulk("10.1.2.3/8", "2001:DB8::1/32", "::ffff:192.0.2.7/120"))
	made := members(answer, "allowedIpAddressRanges")
	if diff := cmp.Diff([]string{"10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"}, slices.Sorted(slices.Values(networks(answer)))); diff != "" {
		t.Errorf("ranges are told in the server's spelling:\n%s", diff)
	}
	if diff := cmp.Diff(made, members(o.do("GET", ranges, nil), "allowedIpAddressRanges")); diff != "" {
		t.Errorf("list differs from what create answered:\n%s", diff)
	}
	if made[0]["organizationId"] != o.OrganizationID() || o.do("GET", "", nil)["hasAllowedIpAddressRanges"] != true {
		t.Errorf("created: %v", made[0])
	}
	one := o.do("POST", ranges, map[string]any{"ipAddressRange": "203.0.113.9/32"})
	if one["ipAddressRange"] != "203.0.113.9/32" || len(o.networks("")) != 4 {
		t.Errorf("created alone: %v", one)
	}
	o.do("DELETE", ranges+"/"+one["id"].(string), nil)
	o.refused(404, "DELETE", ranges+"/"+one["id"].(string), nil)
	created := ids(made)
	o.do("POST", ranges+"/bulk-delete", bulkIDs(created[1], "cnone")) // what isn't known is ignored
	if diff := cmp.Diff([]string{created[0], created[2]}, ids(members(o.do("GET", ranges, nil), "allowedIpAddressRanges"))); diff != "" {
		t.Errorf("without the one deleted:\n%s", diff)
	}
	o.do("POST", ranges+"/bulk-delete", bulkIDs(created...))
	if left := o.networks(""); left != nil || o.do("GET", "", nil)["hasAllowedIpAddressRanges"] != false {
		t.Errorf("left: %v", left)
	}
}

func TestIPRangesArePaged(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	var all []string
	for i := range 45 {
		all = append(all, fmt.Sprintf("10.%d.0.0/16", 100+i))
	}
	o.do("POST", ranges+"/bulk-create", bulk(all...))
	for query, want := range map[string][]string{"": all[:20], "?offset=40": all[40:], "?limit=1000": all} {
		if diff := cmp.Diff(want, o.networks(query)); diff != "" {
			t.Errorf("ranges%s:\n%s", query, diff)
		}
	}
	if total := o.do("GET", ranges+"?limit=1", nil)["totalCount"]; total != 45.0 {
		t.Errorf("total %v", total)
	}
}

func TestIPRangeRefusals(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	kept := o.Seed("allowedIpAddressRange", map[string]any{"ipAddressRange": "10.0.0.0/8"})
	many := slices.Repeat([]string{kept}, 1001)
	for name, test := range map[string]struct {
		field, path string
		body        any
	}{
		"no ranges":         {"allowedIpAddressRanges", "/bulk-create", map[string]any{}},
		"empty":             {"allowedIpAddressRanges", "/bulk-create", bulk([]string{}...)},
		"too many":          {"allowedIpAddressRanges", "/bulk-create", bulk(slices.Repeat([]string{"192.0.2.0/24"}, 1001)...)},
		"an address":        {"allowedIpAddressRanges[1]", "/bulk-create", bulk("192.0.2.0/24", "198.51.100.1")},
		"prefix too long":   {"allowedIpAddressRanges[0]", "/bulk-create", bulk("192.0.2.0/33")},
		"unknown field":     {"ipAddressRange", "/bulk-create", with(bulk("192.0.2.0/24"), map[string]any{"ipAddressRange": "192.0.2.0/24"})},
		"one without range": {"ipAddressRange", "", map[string]any{}},
		"one of no range":   {"ipAddressRange", "", map[string]any{"ipAddressRange": "somewhere"}},
		"one that is there": {"", "", map[string]any{"ipAddressRange": "10.9.9.9/8"}},
		"no ids":            {"allowedIpAddressRangeIds", "/bulk-delete", map[string]any{}},
		"empty ids":         {"allowedIpAddressRangeIds", "/bulk-delete", bulkIDs([]string{}...)},
		"too many ids":      {"allowedIpAddressRangeIds", "/bulk-delete", bulkIDs(many...)},
	} {
		t.Run(name, func(t *testing.T) { o.wantField(t, test.field, ranges+test.path, test.body) })
	}
	for name, body := range map[string]map[string]any{
		"there already":          bulk("192.0.2.0/24", "10.0.0.0/8"),
		"there in another shape": bulk("192.0.2.0/24", "10.20.30.40/8"),
		"twice in one request":   bulk("192.0.2.0/24", "198.51.100.0/24", "192.0.2.1/24"),
	} {
		t.Run(name, func(t *testing.T) { o.refused(409, "POST", ranges+"/bulk-create", body) })
	}
	if diff := cmp.Diff([]string{"10.0.0.0/8"}, o.networks("")); diff != "" {
		t.Errorf("a bulk call adds all or none:\n%s", diff)
	}
}

func TestIPRangesKeepOut(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{CallerAddress: "192.0.2.7"})
	o.wantField(t, "", ranges+"/bulk-create", bulk("10.0.0.0/8"))
	o.wantField(t, "", ranges, map[string]any{"ipAddressRange": "192.0.2.8/32"})
	if left := o.networks(""); left != nil {
		t.Fatalf("a first set that shuts the caller out is refused, but there are %v", left)
	}
	made := ids(members(o.do("POST", ranges+"/bulk-create", bulk("192.0.2.0/24", "10.0.0.0/8")), "allowedIpAddressRanges"))
	o.do("GET", "/workspaces", nil)
	var own string
	for _, r := range o.Objects("allowedIpAddressRange") {
		if r["ipAddressRange"] == "192.0.2.0/24" {
			own = r["id"].(string)
		}
	}
	o.do("POST", ranges+"/bulk-delete", bulkIDs(own)) // later sets protect nobody
	o.refused(403, "GET", "/workspaces", nil)
	o.refused(403, "POST", ranges+"/bulk-create", bulk("192.0.2.0/24"))
	o.refused(403, "POST", ranges+"/bulk-delete", bulkIDs(made...))
	if n := len(o.Objects("allowedIpAddressRange")); n != 1 {
		t.Errorf("%d ranges, want 1", n)
	}
}

func TestIPRangeAccess(t *testing.T) {
	t.Parallel()
	g := startGranting(t)
	id := g.Seed("allowedIpAddressRange", map[string]any{"ipAddressRange": "10.0.0.0/8"})
	for name, scope := range map[string]simulator.Scope{"Workspace": {WorkspaceIDs: []string{g.w}}, "Deployment": {DeploymentIDs: []string{g.one}}} {
		t.Run(name, func(t *testing.T) {
			narrow := g.as(g.Token(scope))
			narrow.refused(403, "GET", ranges, nil)
			narrow.refused(403, "POST", ranges, map[string]any{"ipAddressRange": "192.0.2.0/24"})
			narrow.refused(403, "POST", ranges+"/bulk-create", bulk("192.0.2.0/24"))
			narrow.refused(403, "POST", ranges+"/bulk-delete", bulkIDs(id))
			narrow.refused(403, "DELETE", ranges+"/"+id, nil)
		})
	}
	if diff := cmp.Diff([]string{"10.0.0.0/8"}, g.networks("")); diff != "" {
		t.Errorf("after refusals only:\n%s", diff)
	}
}
