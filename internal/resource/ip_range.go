package resource

import (
	"errors"
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
		}}},
		Details: []Detail{{Field: "allowedIpAddressRanges", Path: collection, Member: "allowedIpAddressRanges", Item: "ipAddressRange", Key: "id"}},
		Guard:   keepsCaller,
		Fields: []schema.Field{{
			Name: "allowedIpAddressRanges", Type: schema.SetType(network()), Effect: schema.Disrupts,
			Doc: "The ranges, such as 203.0.113.0/24.",
		}},
	}
}

// network is a CIDR range; an address alone is none.
func network() schema.Type {
	t := cidr()
	t.Pattern = &schema.Pattern{Regexp: `^(?:` + ipv4 + `/` + bits + `|` + ipv6 + `/[0-9]{1,3})$`, Words: "a range such as 203.0.113.0/24"}
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
// the API only guards the first range.
func keepsCaller(g Guarded) Refusal {
	before, after := g.Live.Get("allowedIpAddressRanges"), g.After.Get("allowedIpAddressRanges")
	if after == nil || len(after.Items) == 0 || !loses(before, after) {
		return Refusal{}
	}
	switch {
	case g.Caller.Address.IsValid() && !covers(after, g.Caller.Address):
		return Refusal{Why: "this run calls from " + g.Caller.Address.String() + ", which none of the ranges would cover: it would lock itself out. Keep a range that covers it"}
	case !g.Caller.Address.IsValid() && g.Caller.Hosted && !covers(after, netip.IPv4Unspecified()):
		return Refusal{Why: "a runner of GitHub calls from another address in each job, so whether it would lock itself out can't be known; " +
			"remove ranges from a runner of your own, or say where it calls from with the input caller-address"}
	}
	return Refusal{}
}

// loses reports whether something goes.
func loses(before, after *schema.Node) bool {
	if before == nil {
		return false
	}
	kept := map[string]bool{}
	canon := network().Canon
	for _, item := range after.Items {
		kept[canon(item.Text)] = true
	}
	for _, item := range before.Items {
		if !kept[canon(item.Text)] {
			return true
		}
	}
	return false
}

func covers(ranges *schema.Node, address netip.Addr) bool {
	for _, item := range ranges.Items {
		if p, err := netip.ParsePrefix(item.Text); err == nil && p.Contains(address.Unmap()) {
			return true
		}
	}
	return false
}
