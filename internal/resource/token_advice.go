package resource

import (
	"fmt"
	"slices"
)

// TokenAdvice says which narrower token would do for what is declared, "" if none
// would. It only judges a token that is known to be an API token.
func (s Source) TokenAdvice(d *Desired, w *Current) string {
	if s.TokenID == "" || len(s.TokenScope.DeploymentIDs) > 0 {
		return ""
	}
	workspaces, deployments := map[string]bool{}, map[string]bool{}
	role := "WORKSPACE_OPERATOR"
	for _, o := range d.Resources {
		workspace, deployment := d.Catalog.workspaceAndDeployment(o, w)
		if home, _ := d.Catalog.rootOf(o.Kind); home != nil && o.Kind.GeneratedSecret != "" && o.hasParentOfKind(home.Name) {
			role = "WORKSPACE_OWNER" // only owners make tokens of a Workspace
		}
		if workspace == "" || o.Absent {
			return "" // it takes an Organization token, or isn't known
		}
		workspaces[workspace], deployments[deployment] = true, true
	}
	narrow := len(s.TokenScope.WorkspaceIDs) > 0
	switch {
	case len(deployments) == 1 && !deployments[""]:
		return fmt.Sprintf("a Deployment token of %s, with the role DEPLOYMENT_ADMIN, would do for this manifest", anyID(deployments))
	case len(workspaces) == 1 && !narrow:
		return fmt.Sprintf("a Workspace token of %s, with the role %s, would do for this manifest", anyID(workspaces), role)
	}
	return ""
}

func anyID(ids map[string]bool) string {
	for id := range ids {
		return id
	}
	return ""
}

// workspaceAndDeployment are the ids of the Workspace and the Deployment that an object is a part
// of, both "" where it takes more than them to manage it, or where that isn't
// known. One that is declared by its id is found without a look at others; what
// is picked from a list is looked for in what has it.
func (c Catalog) workspaceAndDeployment(o *Resource, w *Current) (workspace, deployment string) {
	home, _ := c.rootOf(o.Kind)
	if home == nil || len(o.ItemRefs) > 0 || slices.ContainsFunc(o.Refs, func(r *Reference) bool {
		return r.Kind.ParentFields == nil && r.Kind != home && r.Name != "" && !r.ByName
	}) {
		return "", ""
	}
	live := w.Live[o]
	if !o.hasParentOfKind(home.Name) {
		for other, live := range w.Live {
			if other.Kind == c.parentKind(o.Kind) && live.ID == o.ParentID() {
				return c.workspaceAndDeployment(other, w)
			}
		}
		return "", ""
	}
	workspace = o.ParentID()
	if workspace == "" && live != nil {
		workspace = live.ParentID()
	}
	if slices.ContainsFunc(c, func(k *Kind) bool { return c.parentKind(k) == o.Kind }) {
		deployment = o.ID
	}
	if p := o.parentRef(); p != nil && p.Name != "" {
		deployment = "" // a Deployment's token finds no Workspace by its name
	}
	return workspace, deployment
}
