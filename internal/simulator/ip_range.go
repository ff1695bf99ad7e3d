package simulator

import (
	"cmp"
	"net/http"
	"net/netip"
	"slices"
)

// parseNetwork parses a range, clears its host bits, and converts an IPv4-mapped IPv6 range to IPv4. A bare address isn't a
// range.
func parseNetwork(v string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(v)
	if err != nil {
		return p, false
	}
	if bits := p.Bits() - 96; p.Addr().Is4In6() && bits >= 0 {
		p = netip.PrefixFrom(p.Addr().Unmap(), bits)
	}
	return p.Masked(), true
}

// canonicalNetwork returns a range in the server's spelling. It returns an invalid range unchanged.
func canonicalNetwork(v string) string {
	if p, ok := parseNetwork(v); ok {
		return p.String()
	}
	return v
}

func (s *Server) fillIPRange(state map[string]any) {
	state["ipAddressRange"] = canonicalNetwork(cmp.Or(getString(state, "ipAddressRange"), "0.0.0.0/0"))
	s.organizationResource().state["hasAllowedIpAddressRanges"] = true
}

func ipRangeView(o *storedResource) map[string]any { return deepCopy(o.state) }

// allowsCaller reports whether the ranges contain the caller's address. An empty list allows every caller, and an unknown
// address is always allowed.
func (s *Server) allowsCaller(ranges []string) bool {
	if s.callerAddress == "" || len(ranges) == 0 {
		return true
	}
	address, err := netip.ParseAddr(s.callerAddress)
	return err == nil && slices.ContainsFunc(ranges, func(v string) bool {
		p, ok := parseNetwork(v)
		return ok && p.Contains(address.Unmap().WithZone(""))
	})
}

// checkCallerAddress rejects every request from an address outside the ranges.
func (s *Server) checkCallerAddress() *requestError {
	if s.allowsCaller(s.ipRanges()) {
		return nil
	}
	return forbiddenError("IP address %s is not allowed", s.callerAddress)
}

func (s *Server) ipRanges() []string {
	var all []string
	for _, o := range s.collections[kindIPRange].resources {
		all = append(all, o.getString("ipAddressRange"))
	}
	return all
}

func (s *Server) listIPRanges(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not list allowed IP address ranges")
	}
	return listPage(pagingParams(c.request.Query), "allowedIpAddressRanges", s.collections[kindIPRange].resources, ipRangeView)
}

// decodeIPRangeBody decodes a request that requires a token of the Organization.
func decodeIPRangeBody(c apiCall, schemaName string) (map[string]any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not change allowed IP address ranges")
	}
	return decodeAndCheck(c.request, schemaName)
}

// createIPRange answers 400 to a duplicate range, because the document has no 409 for this operation.
func (s *Server) createIPRange(c apiCall) (any, *requestError) {
	body, p := decodeIPRangeBody(c, "CreateAllowedIpAddressRangeRequest")
	if p != nil {
		return nil, p
	}
	created, p := s.addIPRanges(c, []any{body["ipAddressRange"]})
	if p != nil {
		p.status = http.StatusBadRequest
		return nil, p
	}
	return created[0], nil
}

// bulkCreateIPRanges returns the ranges in the server's order.
func (s *Server) bulkCreateIPRanges(c apiCall) (any, *requestError) {
	body, p := decodeIPRangeBody(c, "BulkCreateAllowedIpAddressRangesRequest")
	if p != nil {
		return nil, p
	}
	values, _ := body["allowedIpAddressRanges"].([]any)
	created, p := s.addIPRanges(c, values)
	if p != nil {
		return nil, p
	}
	return map[string]any{"allowedIpAddressRanges": created}, nil
}

// addIPRanges adds all ranges, or none if one is invalid.
func (s *Server) addIPRanges(c apiCall, values []any) ([]any, *requestError) {
	var added []string
	existing := s.ipRanges()
	for _, v := range values {
		text, _ := v.(string)
		value := canonicalNetwork(text)
		if slices.Contains(existing, value) || slices.Contains(added, value) {
			return nil, &requestError{status: http.StatusConflict, message: "Conflict: allowed IP address range '" + value + "' already exists"}
		}
		added = append(added, value)
	}
	if len(existing) == 0 && !s.allowsCaller(added) { // the API checks this only for the first ranges
		return nil, badRequestError("the ranges must include the caller's IP address %s", s.callerAddress)
	}
	slices.Sort(added)
	created := []any{}
	for _, value := range added {
		o := s.newResource(kindIPRange, c.caller)
		o.state["ipAddressRange"] = value
		s.fillIPRange(o.state)
		s.collections[kindIPRange].resources = append(s.collections[kindIPRange].resources, o)
		created = append(created, ipRangeView(o))
	}
	return created, nil
}

func (s *Server) deleteIPRange(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not delete allowed IP address ranges")
	}
	if s.collections[kindIPRange].findByID(c.id) == nil {
		return nil, notFoundError("allowed IP address range", c.id)
	}
	s.removeIPRanges([]any{c.id})
	return nil, nil
}

// bulkDeleteIPRanges ignores unknown IDs. It doesn't check whether the remaining ranges still allow the caller.
func (s *Server) bulkDeleteIPRanges(c apiCall) (any, *requestError) {
	body, p := decodeIPRangeBody(c, "BulkDeleteAllowedIpAddressRangesRequest")
	if p != nil {
		return nil, p
	}
	ids, _ := body["allowedIpAddressRangeIds"].([]any)
	s.removeIPRanges(ids)
	return nil, nil
}

func (s *Server) removeIPRanges(ids []any) {
	c := s.collections[kindIPRange]
	c.resources = slices.DeleteFunc(c.resources, func(o *storedResource) bool { return slices.Contains(ids, any(o.id)) })
	s.organizationResource().state["hasAllowedIpAddressRanges"] = len(c.resources) > 0
}

func ipRangeSpec() kindSpec {
	return kindSpec{kind: kindIPRange, fillDefaults: func(s *Server, state map[string]any) { s.fillIPRange(state) }, routes: map[string]handlerFunc{
		"GET allowed-ip-address-ranges":              (*Server).listIPRanges,
		"POST allowed-ip-address-ranges":             (*Server).createIPRange,
		"DELETE allowed-ip-address-ranges/*":         (*Server).deleteIPRange,
		"POST allowed-ip-address-ranges/bulk-create": (*Server).bulkCreateIPRanges,
		"POST allowed-ip-address-ranges/bulk-delete": (*Server).bulkDeleteIPRanges,
	}}
}
