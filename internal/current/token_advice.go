package current

import (
	"fmt"
	"slices"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
)

// TokenAdvice returns which narrower token has enough permissions for the declared
// resources, "" if none has. It only evaluates API tokens.
func (s Source) TokenAdvice(current *State) string {
	d := current.Desired
	if s.TokenID == "" || len(s.TokenScope.DeploymentIDs) > 0 {
		return ""
	}
	workspaces, deployments := map[string]bool{}, map[string]bool{}
	var workspace, deployment string
	role := "WORKSPACE_OPERATOR"
	for _, o := range d.Resources {
		workspace, deployment = workspaceAndDeployment(d.Catalog, o, current)
		if root, _ := d.Catalog.RootOf(o.Kind); root != nil && o.Kind.GeneratedSecret != "" && o.HasParentOfKind(root.Name) {
			role = "WORKSPACE_OWNER" // only owners can create Workspace tokens
		}
		if workspace == "" || o.Absent {
			return "" // needs an Organization token, or the Workspace is unknown
		}
		workspaces[workspace], deployments[deployment] = true, true
	}
	narrow := len(s.TokenScope.WorkspaceIDs) > 0
	switch {
	case len(deployments) == 1 && !deployments[""]:
		return fmt.Sprintf("a Deployment token for %s with the role DEPLOYMENT_ADMIN is enough for this manifest", deployment)
	case len(workspaces) == 1 && !narrow:
		return fmt.Sprintf("a Workspace token for %s with the role %s is enough for this manifest", workspace, role)
	}
	return ""
}

// workspaceAndDeployment returns the ids of the Workspace and the Deployment that a
// resource belongs to, both "" if managing it needs access to other resources, or if the
// ids are unknown. A resource declared by its id needs no other resource to find it; a
// reference to a list item needs the owner of the list.
func workspaceAndDeployment(c kind.Catalog, o *desired.Resource, current *State) (workspace, deployment string) {
	root, _ := c.RootOf(o.Kind)
	if root == nil || len(o.ItemRefs) > 0 || slices.ContainsFunc(o.Refs, func(r *desired.Reference) bool {
		return r.Kind.ParentFields == nil && r.Kind != root && r.Name != "" && !r.ByName
	}) {
		return "", ""
	}
	live := current.Live[o]
	if !o.HasParentOfKind(root.Name) {
		for other, live := range current.Live {
			if other.Kind == c.ParentKind(o.Kind) && live.ID == o.ParentID() {
				return workspaceAndDeployment(c, other, current)
			}
		}
		return "", ""
	}
	workspace = o.ParentID()
	if workspace == "" && live != nil {
		workspace = live.ParentID()
	}
	if slices.ContainsFunc(c, func(k *kind.Kind) bool { return c.ParentKind(k) == o.Kind }) {
		deployment = o.ID
	}
	if p := o.ParentRef(); p != nil && p.Name != "" {
		deployment = "" // a Deployment token can't look up a Workspace by name
	}
	return workspace, deployment
}
