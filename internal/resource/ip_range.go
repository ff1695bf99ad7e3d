package resource

import (
	"errors"
	"fmt"
	"net/netip"

	"astro-apply/internal/schema"
)

// ipRanges is the Organization's one list. With the first range, the API only
// lets in who is in one.
func ipRanges() *Kind {
	const collection = "/organizations/{organizationId}/allowed-ip-address-ranges"
	return &Kind{
		Name:    "allowedIpAddressRanges",
		Title:   "IP access list",
		Section: "allowedIpAddressRanges",
		Doc:     "The networks that the Organization may be reached from, as a list of CIDR ranges. An empty list lets everyone in.",
		Single:  true,
		Whole:   "allowedIpAddressRanges",
		Parts: []Part{{Elements: &Elements{
			Add: Call{"POST", collection + "/bulk-create"}, Remove: Call{"POST", collection + "/bulk-delete"}, Keys: "allowedIpAddressRangeIds", Most: 1000,
			First: letsIn,
		}}},
		Details: []Detail{{Field: "allowedIpAddressRanges", Path: collection, Member: "allowedIpAddressRanges", Item: "ipAddressRange", Key: "id"}},
		Guard:   keepsCaller,
		Fields: []schema.Field{{
			Name: "allowedIpAddressRanges", Type: schema.SetType(network()), Impact: schema.Disrupts,
			Doc: "The ranges, such as 203.0.113.0/24.",
		}},
	}
}

// network is a CIDR range; an address alone is none.
func network() schema.Type {
	t := cidr()
	t.Pattern = &schema.Pattern{Regexp: `^(?:` + ipv4 + `/` + bits + `|` + ipv6 + `/[0-9]{1,3})$`, Description: "a range such as 203.0.113.0/24"}
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

// keepsCaller refuses what would lock this run, and with it the way back, out:
// the API only guards the first range. The list of a large change has other
// states between its requests.
func keepsCaller(g Guarded) Refusal {
	before, after := g.Live.Get("allowedIpAddressRanges"), g.After.Get("allowedIpAddressRanges")
	if after == nil {
		return Refusal{}
	}
	caller := g.Caller.Address
	for _, state := range g.Between {
		switch {
		case holds(state, before) || holds(state, after): // as good as before, or as at the end
		case !caller.IsValid() && !everyone(state):
			return Refusal{Why: fmt.Sprintf("this change takes %d requests, and after some of them the list may not cover the address that this run calls from: "+
				"set the input caller-address to it, or change fewer ranges in one run", len(g.Between)+1)}
		case caller.IsValid() && !covers(state, caller):
			return Refusal{Why: fmt.Sprintf("this change takes %d requests, and after some of them no range would cover %s, the address that this run calls from: "+
				"add a range that covers it first", len(g.Between)+1, caller)}
		}
	}
	switch {
	case len(after.Items) == 0, holds(after, before):
	case caller.IsValid() && !covers(after, caller):
		return Refusal{Why: "this run calls from " + caller.String() + ", which none of the ranges would cover: the run would lock itself out. Keep a range that covers it"}
	case !caller.IsValid() && len(items(before)) > 0 && g.Caller.Hosted && !everyone(after):
		return Refusal{Why: "a runner of GitHub calls from another address in each job, so whether it would lock itself out can't be known; " +
			"remove ranges from a runner of your own, or say where it calls from with the input caller-address"}
	}
	return Refusal{}
}

// holds reports whether a list has all ranges of another one, which has some.
func holds(ranges, all *schema.Node) bool {
	in := map[string]bool{}
	for _, item := range items(ranges) {
		in[canonicalNetwork(item.Text)] = true
	}
	for _, item := range items(all) {
		if !in[canonicalNetwork(item.Text)] {
			return false
		}
	}
	return len(items(all)) > 0
}

// letsIn reports whether a range covers the caller, or everyone where the
// caller's address isn't known.
func letsIn(item *schema.Node, caller Caller) bool {
	list := &schema.Node{Form: schema.List, Items: []*schema.Node{item}}
	if caller.Address.IsValid() {
		return covers(list, caller.Address)
	}
	return everyone(list)
}

// everyone reports whether some range covers every IPv4 address.
func everyone(ranges *schema.Node) bool {
	for _, item := range items(ranges) {
		if p, ok := parseNetwork(item.Text); ok && p.Bits() == 0 && p.Addr().Is4() {
			return true
		}
	}
	return false
}

func covers(ranges *schema.Node, address netip.Addr) bool {
	for _, item := range items(ranges) {
		if p, ok := parseNetwork(item.Text); ok && p.Contains(address.Unmap()) {
			return true
		}
	}
	return false
}
