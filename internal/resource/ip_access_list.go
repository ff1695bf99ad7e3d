package resource

import (
	"errors"
	"fmt"
	"net/netip"

	"astro-apply/internal/schema"
)

// ipAccessListKind is the Organization's one list. With the first range, the API only
// lets in who is in one.
func ipAccessListKind() *Kind {
	const collection = "/organizations/{organizationId}/allowed-ip-address-ranges"
	return &Kind{
		Name:      "allowedIpAddressRanges",
		Title:     "IP access list",
		Section:   "allowedIpAddressRanges",
		Doc:       "The networks that the Organization may be reached from, as a list of CIDR ranges. An empty list lets everyone in.",
		Singleton: true,
		ListField: "allowedIpAddressRanges",
		UpdateEndpoints: []UpdateEndpoint{{ListPatch: &ListPatch{
			Add: Endpoint{"POST", collection + "/bulk-create"}, Remove: Endpoint{"POST", collection + "/bulk-delete"}, RemoveKeysMember: "allowedIpAddressRangeIds", BatchSize: 1000,
			IsAddedFirst: allowsCaller,
		}}},
		SubLists:     []SubList{{Field: "allowedIpAddressRanges", Path: collection, Member: "allowedIpAddressRanges", ValueMember: "ipAddressRange", KeyMember: "id"}},
		Precondition: checkCallerAccess,
		Fields: []schema.Field{{
			Name: "allowedIpAddressRanges", Type: schema.SetType(cidrRangeType()), Impact: schema.Disrupts,
			Doc: "The ranges, such as 203.0.113.0/24.",
		}},
	}
}

// cidrRangeType is a CIDR range; an address alone is none.
func cidrRangeType() schema.Type {
	t := networkType()
	t.Pattern = &schema.Pattern{Regexp: `^(?:` + ipv4Pattern + `/` + prefixBitsPattern + `|` + ipv6Pattern + `/[0-9]{1,3})$`, Description: "a range such as 203.0.113.0/24"}
	t.Check = func(s string) error {
		if a, err := netip.ParseAddr(s); err == nil {
			return errors.New("a range is needed, such as " + netip.PrefixFrom(a, a.BitLen()).String())
		}
		if _, err := netip.ParsePrefix(s); err != nil {
			return errors.New("not a range such as 203.0.113.0/24")
		}
		return nil
	}
	return t
}

// checkCallerAccess refuses what would lock this run, and with it the way back, out:
// the API only guards the first range. The list of a large change has other
// states between its requests.
func checkCallerAccess(g ProposedChange) Refusal {
	before, after := g.Live.Get("allowedIpAddressRanges"), g.After.Get("allowedIpAddressRanges")
	if after == nil {
		return Refusal{}
	}
	caller := g.Caller.Address
	for _, state := range g.IntermediateStates {
		switch {
		case containsAllRanges(state, before) || containsAllRanges(state, after): // as good as before, or as at the end
		case !caller.IsValid() && !allowsEveryone(state):
			return Refusal{Reason: fmt.Sprintf("this change takes %d requests, and after some of them the list may not cover the address that this run calls from: "+
				"set the input caller-address to it, or change fewer ranges in one run", len(g.IntermediateStates)+1)}
		case caller.IsValid() && !coversAddress(state, caller):
			return Refusal{Reason: fmt.Sprintf("this change takes %d requests, and after some of them no range would cover %s, the address that this run calls from: "+
				"add a range that covers it first", len(g.IntermediateStates)+1, caller)}
		}
	}
	switch {
	case len(after.Items) == 0, containsAllRanges(after, before):
	case caller.IsValid() && !coversAddress(after, caller):
		return Refusal{Reason: "this run calls from " + caller.String() + ", which none of the ranges would cover: the run would lock itself out. Keep a range that covers it"}
	case !caller.IsValid() && len(itemsOf(before)) > 0 && g.Caller.GitHubHosted && !allowsEveryone(after):
		return Refusal{Reason: "a runner of GitHub calls from another address in each job, so whether it would lock itself out can't be known; " +
			"remove ranges from a runner of your own, or say where it calls from with the input caller-address"}
	}
	return Refusal{}
}

// containsAllRanges reports whether a list has all ranges of another one, which has some.
func containsAllRanges(ranges, all *schema.Node) bool {
	in := map[string]bool{}
	for _, item := range itemsOf(ranges) {
		in[normalizeNetwork(item.Text)] = true
	}
	for _, item := range itemsOf(all) {
		if !in[normalizeNetwork(item.Text)] {
			return false
		}
	}
	return len(itemsOf(all)) > 0
}

// allowsCaller reports whether a range covers the caller, or everyone where the
// caller's address isn't known.
func allowsCaller(item *schema.Node, caller Caller) bool {
	list := &schema.Node{Form: schema.List, Items: []*schema.Node{item}}
	if caller.Address.IsValid() {
		return coversAddress(list, caller.Address)
	}
	return allowsEveryone(list)
}

// allowsEveryone reports whether some range covers every IPv4 address.
func allowsEveryone(ranges *schema.Node) bool {
	for _, item := range itemsOf(ranges) {
		if p, ok := parseNetwork(item.Text); ok && p.Bits() == 0 && p.Addr().Is4() {
			return true
		}
	}
	return false
}

func coversAddress(ranges *schema.Node, address netip.Addr) bool {
	for _, item := range itemsOf(ranges) {
		if p, ok := parseNetwork(item.Text); ok && p.Contains(address.Unmap()) {
			return true
		}
	}
	return false
}
