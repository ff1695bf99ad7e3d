package simulator

// organizationSpec is the kind of which there is exactly one resource: seeding an Organization changes it.
func organizationSpec() kindSpec {
	return kindSpec{
		name: kindOrganization, title: "Organization",
		defaults: object{
			"name": "Simulated Organization", "billingEmail": "billing@example.com", "isScimEnabled": false,
			"allowEnhancedSupportAccess": false, "hasAiFeaturesDisabled": false, "shouldEnforceDedicatedClusters": false,
			"isBlockedEnableAiFeatures": false, "productPlans": []any{},
		},
		hidden: []string{"organizationId", "authorizedWorkspaces"}, // the latter is an entitlement
		view:   func(s *Server, view object) { view["hasAllowedIpAddressRanges"] = len(s.stored[kindIPRange]) > 0 },
	}
}
