package simulator

import "net/http"

// workspaceSpec is a kind whose names aren't unique: the document doesn't require it. An update clears a default
// cluster or region that it omits (unclear for the API).
func workspaceSpec() kindSpec {
	return kindSpec{
		name: kindWorkspace, title: "Workspace", path: "/workspaces/{workspaceId}", plural: "workspaces",
		owner:     []string{"id"},
		defaults:  object{"name": "workspace", "description": "", "cicdEnforcedDefault": false},
		omitEmpty: []string{"description", "defaultClusterId", "defaultCloudProvider", "defaultRegion"},
		beforeList: func(c *call) {
			requireAccess(!c.caller.allows("deploymentId", ""), "the token isn't allowed to list Workspaces")
		},
		beforeChange: func(s *Server, c *call) {
			require(c.request.Method != http.MethodDelete || !s.hasDeployments("workspaceId", c.target.id),
				"Workspace '%s' still has Deployments", c.target.getString("name"))
		},
		validate: func(s *Server, _ *call, next, _ *resource) {
			cluster := next.getString("defaultClusterId")
			cloud, region := next.getString("defaultCloudProvider"), next.getString("defaultRegion")
			require(cluster == "" || cloud == "" && region == "",
				"defaultClusterId can't be combined with defaultCloudProvider and defaultRegion")
			require((cloud == "") == (region == ""), "defaultCloudProvider and defaultRegion must be set together")
			require(cluster == "" || s.find(kindCluster, cluster) != nil, "default cluster '%s' does not exist", cluster)
		},
		view: func(_ *Server, view object) { view["organizationName"] = "Simulated Organization" },
	}
}

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
