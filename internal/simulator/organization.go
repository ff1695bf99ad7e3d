package simulator

// fillOrganization sets the defaults of the Organization. There is exactly one: seeding an Organization changes it.
func fillOrganization(state map[string]any) {
	setMissing(state, map[string]any{
		"name": "Simulated Organization", "billingEmail": "billing@example.com", "isScimEnabled": false, "allowEnhancedSupportAccess": false,
		"hasAiFeaturesDisabled": false, "shouldEnforceDedicatedClusters": false, "isBlockedEnableAiFeatures": false,
		"hasAllowedIpAddressRanges": false, "productPlans": []any{},
	})
}

func organizationView(o *storedResource) map[string]any {
	view := deepCopy(o.state)
	delete(view, "organizationId")
	delete(view, "authorizedWorkspaces") // an entitlement, which the API never returns
	return view
}

func (s *Server) organizationResource() *storedResource {
	return s.collections[kindOrganization].resources[0]
}

func (s *Server) readOrganization(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not read the Organization")
	}
	return organizationView(s.organizationResource()), nil
}

// updateOrganization replaces optional fields, too: it resets those that the request omits.
func (s *Server) updateOrganization(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not change the Organization")
	}
	body, p := decodeAndCheck(c.request, "UpdateOrganizationRequest")
	if p != nil {
		return nil, p
	}
	o := s.organizationResource()
	deleteFields(o.state, "UpdateOrganizationRequest")
	setMissing(o.state, body)
	fillOrganization(o.state)
	s.markUpdated(o, c.caller)
	return organizationView(o), nil
}

func organizationSpec() kindSpec {
	return kindSpec{kind: kindOrganization, fillDefaults: func(_ *Server, state map[string]any) { fillOrganization(state) }, routes: map[string]handlerFunc{
		"GET ":  (*Server).readOrganization,
		"POST ": (*Server).updateOrganization,
	}}
}
