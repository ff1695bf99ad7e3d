package simulator

var organizationFields = must([]field{
	{name: "name", min: 1, max: 50, wrong: blank},
	{name: "billingEmail", min: 1, wrong: noMailAddress},
	{name: "isScimEnabled", shape: flagShape},
	{name: "allowEnhancedSupportAccess", shape: flagShape},
	{name: "hasAiFeaturesDisabled", shape: flagShape},
	{name: "shouldEnforceDedicatedClusters", shape: flagShape},
}, "name", "billingEmail", "isScimEnabled")

// fillOrganization completes the one Organization there is, which is seeded by changing it.
func fillOrganization(state map[string]any) {
	fillIn(state, map[string]any{
		"name": "Simulated Organization", "billingEmail": "billing@example.com", "isScimEnabled": false, "allowEnhancedSupportAccess": false,
		"hasAiFeaturesDisabled": false, "shouldEnforceDedicatedClusters": false, "isBlockedEnableAiFeatures": false,
		"hasAllowedIpAddressRanges": false, "productPlans": []any{},
	})
}

func organizationView(o *object) map[string]any {
	view := plain(o.state)
	delete(view, "organizationId")
	delete(view, "authorizedWorkspaces") // an entitlement, which no answer tells
	return view
}

func (s *Server) organizationObject() *object { return s.collections[kindOrganization].objects[0] }

func (s *Server) readOrganization(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not read the Organization")
	}
	return organizationView(s.organizationObject()), nil
}

// updateOrganization replaces what is optional too: what isn't sent is off again.
func (s *Server) updateOrganization(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not change the Organization")
	}
	body, p := checked(c.request, organizationFields)
	if p != nil {
		return nil, p
	}
	o := s.organizationObject()
	for _, f := range organizationFields {
		delete(o.state, f.name)
	}
	fillIn(o.state, body)
	fillOrganization(o.state)
	s.touch(o, c.caller)
	return organizationView(o), nil
}

func organizationHalf() half {
	return half{kind: kindOrganization, fill: func(_ *Server, state map[string]any) { fillOrganization(state) }, routes: map[string]handler{
		"GET ":  (*Server).readOrganization,
		"POST ": (*Server).updateOrganization,
	}}
}
