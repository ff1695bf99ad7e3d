package simulator

import (
	"cmp"
	"net/http"
	"net/netip"
	"slices"
)

// mostIPRanges bounds what one request takes.
const mostIPRanges = 1000

var (
	ipRangeFields       = []field{{name: "ipAddressRange", required: true, min: 1, wrong: noNetwork}}
	ipRangesFields      = []field{{name: "allowedIpAddressRanges", shape: listShape, required: true, min: 1, max: mostIPRanges, wrong: noNetwork}}
	ipRangeRemoveFields = []field{{name: "allowedIpAddressRangeIds", shape: listShape, required: true, min: 1, max: mostIPRanges}}
)

// network reads a range with the bits of hosts cleared, and IPv4 as such. A bare address is none.
func network(v string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(v)
	if err != nil {
		return p, false
	}
	if bits := p.Bits() - 96; p.Addr().Is4In6() && bits >= 0 {
		p = netip.PrefixFrom(p.Addr().Unmap(), bits)
	}
	return p.Masked(), true
}

func noNetwork(v string) string {
	if _, ok := network(v); !ok {
		return "must be a range in CIDR format"
	}
	return ""
}

// canonicalNetwork is a range in the server's spelling; what is none stays as it is.
func canonicalNetwork(v string) string {
	if p, ok := network(v); ok {
		return p.String()
	}
	return v
}

func (s *Server) fillIPRange(state map[string]any) {
	state["ipAddressRange"] = canonicalNetwork(cmp.Or(text(state, "ipAddressRange"), "0.0.0.0/0"))
	s.organizationObject().state["hasAllowedIpAddressRanges"] = true
}

func ipRangeView(o *object) map[string]any { return plain(o.state) }

// admits tells whether the ranges let the caller's address in. Without any all are, and so is an address that isn't known.
func (s *Server) admits(ranges []string) bool {
	if s.address == "" || len(ranges) == 0 {
		return true
	}
	address, err := netip.ParseAddr(s.address)
	return err == nil && slices.ContainsFunc(ranges, func(v string) bool {
		p, ok := network(v)
		return ok && p.Contains(address.Unmap().WithZone(""))
	})
}

// lockedOut refuses whoever calls from outside the ranges, whatever the request.
func (s *Server) lockedOut() *problem {
	if s.admits(s.ipRanges()) {
		return nil
	}
	return forbidden("IP address %s is not allowed", s.address)
}

func (s *Server) ipRanges() []string {
	var all []string
	for _, o := range s.collections[kindIPRange].objects {
		all = append(all, o.text("ipAddressRange"))
	}
	return all
}

func (s *Server) listIPRanges(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not list allowed IP address ranges")
	}
	return page(paging(c.request.Query), "allowedIpAddressRanges", s.collections[kindIPRange].objects, ipRangeView)
}

// ipRangeBody reads a request that only a token of the Organization may send.
func ipRangeBody(c call, fields []field) (map[string]any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not change allowed IP address ranges")
	}
	return checked(c.request, fields)
}

// createIPRange refuses one that is there with 400: the document has no 409 for it.
func (s *Server) createIPRange(c call) (any, *problem) {
	body, p := ipRangeBody(c, ipRangeFields)
	if p != nil {
		return nil, p
	}
	made, p := s.addIPRanges(c, []any{body["ipAddressRange"]})
	if p != nil {
		p.status = http.StatusBadRequest
		return nil, p
	}
	return made[0], nil
}

// createIPRanges answers in an order of the server's own.
func (s *Server) createIPRanges(c call) (any, *problem) {
	body, p := ipRangeBody(c, ipRangesFields)
	if p != nil {
		return nil, p
	}
	values, _ := body["allowedIpAddressRanges"].([]any)
	made, p := s.addIPRanges(c, values)
	if p != nil {
		return nil, p
	}
	return map[string]any{"allowedIpAddressRanges": made}, nil
}

// addIPRanges adds all or none.
func (s *Server) addIPRanges(c call, values []any) ([]any, *problem) {
	var added []string
	there := s.ipRanges()
	for _, v := range values {
		given, _ := v.(string)
		value := canonicalNetwork(given)
		if slices.Contains(there, value) || slices.Contains(added, value) {
			return nil, &problem{status: http.StatusConflict, message: "Conflict: allowed IP address range '" + value + "' already exists"}
		}
		added = append(added, value)
	}
	if len(there) == 0 && !s.admits(added) { // the API only looks at a first set
		return nil, invalid("the ranges would lock the caller out, IP address %s", s.address)
	}
	slices.Sort(added)
	made := []any{}
	for _, value := range added {
		o := s.born(kindIPRange, c.caller)
		o.state["ipAddressRange"] = value
		s.fillIPRange(o.state)
		s.collections[kindIPRange].objects = append(s.collections[kindIPRange].objects, o)
		made = append(made, ipRangeView(o))
	}
	return made, nil
}

func (s *Server) deleteIPRange(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not delete allowed IP address ranges")
	}
	if s.collections[kindIPRange].find(c.id) == nil {
		return nil, missing("allowed IP address range", c.id)
	}
	s.removeIPRanges([]any{c.id})
	return nil, nil
}

// deleteIPRanges ignores ids that aren't there. It doesn't protect the caller.
func (s *Server) deleteIPRanges(c call) (any, *problem) {
	body, p := ipRangeBody(c, ipRangeRemoveFields)
	if p != nil {
		return nil, p
	}
	ids, _ := body["allowedIpAddressRangeIds"].([]any)
	s.removeIPRanges(ids)
	return nil, nil
}

func (s *Server) removeIPRanges(ids []any) {
	c := s.collections[kindIPRange]
	c.objects = slices.DeleteFunc(c.objects, func(o *object) bool { return slices.Contains(ids, any(o.id)) })
	s.organizationObject().state["hasAllowedIpAddressRanges"] = len(c.objects) > 0
}

func ipRangeHalf() half {
	return half{kind: kindIPRange, fill: func(s *Server, state map[string]any) { s.fillIPRange(state) }, routes: map[string]handler{
		"GET allowed-ip-address-ranges":              (*Server).listIPRanges,
		"POST allowed-ip-address-ranges":             (*Server).createIPRange,
		"DELETE allowed-ip-address-ranges/*":         (*Server).deleteIPRange,
		"POST allowed-ip-address-ranges/bulk-create": (*Server).createIPRanges,
		"POST allowed-ip-address-ranges/bulk-delete": (*Server).deleteIPRanges,
	}}
}
