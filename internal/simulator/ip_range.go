package simulator

import (
	"cmp"
	"net/http"
	"net/netip"
	"slices"
)

func ipRangeSpec() kindSpec {
	return kindSpec{
		name: kindIPRange, title: "allowed IP address range", plural: "allowedIpAddressRanges",
		path: "/allowed-ip-address-ranges/{allowedIpAddressRangeId}",
		fill: func(_ *Server, next, _ *resource) {
			next.state["ipAddressRange"] = canonicalNetwork(cmp.Or(next.getString("ipAddressRange"), "0.0.0.0/0"))
		},
		routes: map[string]handlerFunc{
			"POST /allowed-ip-address-ranges":             nil,
			"POST /allowed-ip-address-ranges/bulk-create": (*Server).bulkCreateIPRanges,
			"POST /allowed-ip-address-ranges/bulk-delete": (*Server).bulkDeleteIPRanges,
		},
	}
}

// canonicalNetwork returns a range in the server's spelling: without host bits, and an IPv4-mapped IPv6 range as IPv4.
// It returns an invalid range unchanged; a bare address isn't a range.
func canonicalNetwork(v string) string {
	p, err := netip.ParsePrefix(v)
	if err != nil {
		return v
	}
	if bits := p.Bits() - 96; p.Addr().Is4In6() && bits >= 0 {
		p = netip.PrefixFrom(p.Addr().Unmap(), bits)
	}
	return p.Masked().String()
}

// allowsCaller reports whether ranges contain the caller's address. An empty list allows every caller, and an unknown
// address is always allowed.
func (s *Server) allowsCaller(ranges []string) bool {
	if s.options.CallerAddress == "" || len(ranges) == 0 {
		return true
	}
	address, err := netip.ParseAddr(s.options.CallerAddress)
	return err == nil && slices.ContainsFunc(ranges, func(v string) bool {
		p, err := netip.ParsePrefix(v)
		return err == nil && p.Contains(address.Unmap().WithZone(""))
	})
}

func (s *Server) ipRanges() []string {
	var all []string
	for _, o := range s.stored[kindIPRange] {
		all = append(all, o.getString("ipAddressRange"))
	}
	return all
}

// bulkCreateIPRanges adds all ranges in the server's spelling and order, or none if one exists.
func (s *Server) bulkCreateIPRanges(c *call) any {
	var added []string
	existing, created := s.ipRanges(), []any{}
	for _, v := range getList(c.body, "allowedIpAddressRanges") {
		value := canonicalNetwork(v.(string))
		isNew := !slices.Contains(existing, value) && !slices.Contains(added, value)
		requireStatus(http.StatusConflict, isNew, "allowed IP address range '%s' already exists", value)
		added = append(added, value)
	}
	// The API checks this only for the first ranges.
	require(len(existing) > 0 || s.allowsCaller(added),
		"the ranges must include the caller's IP address %s", s.options.CallerAddress)
	for _, value := range slices.Sorted(slices.Values(added)) {
		created = append(created, s.insert(kindIPRange, object{"ipAddressRange": value}, c.caller).state)
	}
	return object{"allowedIpAddressRanges": created}
}

// bulkDeleteIPRanges ignores unknown IDs. It doesn't check whether the remaining ranges still allow the caller.
func (s *Server) bulkDeleteIPRanges(c *call) any {
	ids := getList(c.body, "allowedIpAddressRangeIds")
	s.removeWhere(kindIPRange, func(o *resource) bool { return slices.Contains(ids, any(o.id)) })
	return nil
}
