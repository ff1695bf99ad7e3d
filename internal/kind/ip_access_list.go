package kind

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"astro-apply/internal/schema"
)

// ipAccessListKind is the one IP access list of the Organization. As soon as it has a
// range, the API only accepts callers whose address a range covers.
func ipAccessListKind() *Kind {
	const collection = "/organizations/{organizationId}/allowed-ip-address-ranges"
	return &Kind{
		Name:      "allowedIpAddressRanges",
		Title:     "IP access list",
		Section:   "allowedIpAddressRanges",
		Doc:       "IP address ranges that can access the Organization, as a list in CIDR notation. An empty list allows access from everywhere.",
		Singleton: true,
		UpdateEndpoints: []UpdateEndpoint{{SubList: &SubList{
			Path: collection, Member: "allowedIpAddressRanges", ValueMember: "ipAddressRange", KeyMember: "id",
			Add:       ItemsCall{Endpoint{"POST", collection + "/bulk-create"}, "allowedIpAddressRanges"},
			Remove:    ItemsCall{Endpoint{"POST", collection + "/bulk-delete"}, "allowedIpAddressRangeIds"},
			BatchSize: 1000, IsAddedFirst: allowsCaller,
		}}},
		Precondition: checkCallerAccess,
		Fields: []schema.Field{{
			Name: "allowedIpAddressRanges", Type: schema.SetType(cidrRangeType()), Impact: schema.Disrupts,
			Doc: "Ranges in CIDR notation, such as 203.0.113.0/24.",
		}},
	}
}

// cidrRangeType is a CIDR range. A single address isn't valid: its range must end with /32
// or /128.
func cidrRangeType() schema.Type {
	t := networkType()
	t.Pattern = &schema.Pattern{Regexp: `^(?:` + ipv4Pattern + `/` + prefixBitsPattern + `|` + ipv6Pattern + `/[0-9]{1,3})$`, Description: "a range such as 203.0.113.0/24"}
	t.Check = func(s string) error {
		if a, err := netip.ParseAddr(s); err == nil {
			return errors.New("must be a range such as " + netip.PrefixFrom(a, a.BitLen()).String())
		}
		if _, err := netip.ParsePrefix(s); err != nil {
			return errors.New("must be a range such as 203.0.113.0/24")
		}
		return nil
	}
	return t
}

// checkCallerAccess refuses a change that would lock this run out, because then no run
// could undo it: the API itself only checks the first range. It also checks the
// intermediate states of a list that needs several requests.
func checkCallerAccess(g ProposedChange) Refusal {
	before, after := g.Live.Get("allowedIpAddressRanges"), g.After.Get("allowedIpAddressRanges")
	if after == nil {
		return Refusal{}
	}
	caller := g.Caller.Address
	for _, state := range g.IntermediateStates {
		switch {
		case containsAllRanges(state, before), containsAllRanges(state, after), admits(state, caller):
		case caller.IsValid():
			return Refusal{Reason: fmt.Sprintf("this change takes %d requests, and after some of them the list doesn't include %s, the address of this run; "+
				"first add a range that includes it, in a separate run", len(g.IntermediateStates)+1, caller)}
		default:
			return Refusal{Reason: fmt.Sprintf("this change takes %d requests, and after some of them the list possibly excludes the address of this run, so the run could lock itself out; "+
				"set input caller-address to that address, or change fewer ranges per run", len(g.IntermediateStates)+1)}
		}
	}
	switch {
	case len(after.Items) == 0, containsAllRanges(after, before), admits(after, caller):
	case caller.IsValid():
		return Refusal{Reason: "no range includes " + caller.String() + ", the address of this run, so the run would lock itself out; keep a range that includes it"}
	case len(before.ListItems()) > 0 && g.Caller.GitHubHosted:
		return Refusal{Reason: "GitHub-hosted runners have a different address in each job, so this run can't check whether it would lock itself out; " +
			"use a self-hosted runner to remove ranges, or set input caller-address"}
	}
	return Refusal{}
}

// containsAllRanges reports whether ranges contains every range of all, and all isn't
// empty.
func containsAllRanges(ranges, all *schema.Node) bool {
	present := map[string]bool{}
	for _, item := range ranges.ListItems() {
		present[normalizeNetwork(item.Text)] = true
	}
	for _, item := range all.ListItems() {
		if !present[normalizeNetwork(item.Text)] {
			return false
		}
	}
	return len(all.ListItems()) > 0
}

// allowsCaller reports whether a range admits the caller.
func allowsCaller(item *schema.Node, caller Caller) bool {
	return admits(&schema.Node{Form: schema.List, Items: []*schema.Node{item}}, caller.Address)
}

// admits reports whether one of the ranges covers the address, or all of IPv4 if the address is unknown.
func admits(ranges *schema.Node, address netip.Addr) bool {
	return slices.ContainsFunc(ranges.ListItems(), func(item *schema.Node) bool {
		p, isNetwork := parseNetwork(item.Text)
		coversAll := p.Bits() == 0 && p.Addr().Is4()
		return isNetwork && (address.IsValid() && p.Contains(address.Unmap()) || !address.IsValid() && coversAll)
	})
}
