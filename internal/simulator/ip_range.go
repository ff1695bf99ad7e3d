package simulator

import (
	"net/http"
	"net/netip"
	"slices"
)

func noRange(v string) string {
	if _, err := netip.ParsePrefix(v); err != nil {
		return "must be a range in CIDR format"
	}
	return ""
}

// canonicalRange has no host bits.
func canonicalRange(v string) string {
	p, err := netip.ParsePrefix(v)
	if err != nil {
		return v
	}
	return p.Masked().String()
}

func fillRange(state map[string]any) {
	fillIn(state, map[string]any{"ipAddressRange": "10.0.0.0/8"})
	state["ipAddressRange"] = canonicalRange(text(state, "ipAddressRange"))
}

func rangeView(o *object) map[string]any { return plain(o.state) }

// shut tells whether the list keeps the caller out. Without an address nobody is kept out.
func (s *Server) shut(ranges []string) bool {
	address, err := netip.ParseAddr(s.callerAddress)
	return err == nil && len(ranges) > 0 && !slices.ContainsFunc(ranges, func(v string) bool {
		p, err := netip.ParsePrefix(v)
		return err == nil && p.Contains(address)
	})
}

func (s *Server) ranges() []string {
	var out []string
	for _, o := range s.collections[kindIPRange].objects {
		out = append(out, o.text("ipAddressRange"))
	}
	return out
}

func (s *Server) listRanges(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not list IP ranges")
	}
	return page(c.request.Query, "allowedIpAddressRanges", s.collections[kindIPRange].objects, rangeView)
}

// addRanges adds all or none; one that is there already is a conflict, also within the request (notes 1.12).
func (s *Server) addRanges(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not change IP ranges")
	}
	body, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	if found := check([]field{{name: "allowedIpAddressRanges", shape: listShape, min: 1, max: 1000, required: true, wrong: noRange}}, body, ""); found != nil {
		return nil, invalidFields(found)
	}
	all := s.ranges()
	first := len(all) == 0
	for _, v := range body["allowedIpAddressRanges"].([]any) {
		canonical := canonicalRange(v.(string))
		if slices.Contains(all, canonical) {
			return nil, &problem{status: http.StatusConflict, message: "Conflict: IP range '" + canonical + "' already exists"}
		}
		all = append(all, canonical)
	}
	if first && s.shut(all) {
		return nil, invalid("the ranges would lock the caller out")
	}
	made := []any{}
	for _, v := range body["allowedIpAddressRanges"].([]any) {
		o := s.born(kindIPRange, c.caller)
		o.state["ipAddressRange"] = v
		fillRange(o.state)
		s.collections[kindIPRange].objects = append(s.collections[kindIPRange].objects, o)
		made = append(made, rangeView(o))
	}
	return map[string]any{"allowedIpAddressRanges": made}, nil
}

// dropRanges ignores ids that it doesn't know, and protects nobody.
func (s *Server) dropRanges(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not change IP ranges")
	}
	body, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	if found := check([]field{{name: "allowedIpAddressRangeIds", shape: listShape, min: 1, max: 1000, required: true}}, body, ""); found != nil {
		return nil, invalidFields(found)
	}
	for _, id := range body["allowedIpAddressRangeIds"].([]any) {
		s.collections[kindIPRange].remove(id.(string))
	}
	return nil, nil
}

func ipRangeHalf() half {
	return half{kind: kindIPRange, fill: func(_ *Server, state map[string]any) { fillRange(state) }, routes: map[string]handler{
		"GET allowed-ip-address-ranges":              (*Server).listRanges,
		"POST allowed-ip-address-ranges/bulk-create": (*Server).addRanges,
		"POST allowed-ip-address-ranges/bulk-delete": (*Server).dropRanges,
	}}
}
