package simulator

// organizationSpec is the kind of which there is exactly one resource: seeding an Organization changes it.
func organizationSpec() kindSpec {
	return kindSpec{
		name: kindOrganization, title: "Organization",
		fill: func(_ *Server, next, _ *resource) {
			setMissing(next.state, object{
				"name": "Simulated Organization", "billingEmail": "billing@example.com", "isScimEnabled": false,
				"allowEnhancedSupportAccess": false, "hasAiFeaturesDisabled": false, "shouldEnforceDedicatedClusters": false,
				"isBlockedEnableAiFeatures": false, "productPlans": []any{},
			})
		},
		view: func(s *Server, view object) {
			view["hasAllowedIpAddressRanges"] = len(s.stored[kindIPRange]) > 0
			deleteMembers(view, "organizationId", "authorizedWorkspaces") // the latter is an entitlement
		},
	}
}
