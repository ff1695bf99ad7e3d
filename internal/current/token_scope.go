package current

import (
	"fmt"
	"slices"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
)

// TokenScope is the set of resources that the token can see. Empty lists mean no limit:
// everything in the Organization.
type TokenScope struct {
	WorkspaceIDs  []string
	DeploymentIDs []string
}

// isLimited reports whether resources can exist that the token doesn't see.
func (r TokenScope) isLimited() bool { return len(r.WorkspaceIDs)+len(r.DeploymentIDs) > 0 }

// idsOfKind returns the ids of the resources of a kind that a limited token is known to
// see.
func (r TokenScope) idsOfKind(k *kind.Kind) []string {
	return map[string][]string{"workspace": r.WorkspaceIDs, "deployment": r.DeploymentIDs}[k.Name]
}

// checkAbsence returns an error if the token can't prove that a resource of kind k doesn't
// exist in a parent. In that case a list without the resource proves nothing, and creating
// it could make a duplicate.
func (r TokenScope) checkAbsence(k *kind.Kind, parent desired.Parent) error {
	switch {
	case parent.ID != "" && k.FieldByName(parent.Field).Ref.Kind != "workspace":
		return nil // the list in a Deployment is complete, or refused
	case len(r.DeploymentIDs) > 0:
		return fmt.Errorf("not found, but it may exist, because the token is limited to Deployment %s; "+
			"give its id, or use a Workspace or Organization token", summarizeIDs(r.DeploymentIDs))
	case len(r.WorkspaceIDs) == 0:
		return nil
	case parent.ID == "":
		return fmt.Errorf("not found, but it may exist, because the token is limited to Workspace %s; "+
			"use an Organization token", summarizeIDs(r.WorkspaceIDs))
	case !slices.Contains(r.WorkspaceIDs, parent.ID):
		return fmt.Errorf("it is in Workspace %s, but the token is limited to Workspace %s; use a token for the right Workspace, or an Organization token",
			parent.ID, summarizeIDs(r.WorkspaceIDs))
	}
	return nil
}

func summarizeIDs(ids []string) string {
	if len(ids) == 1 {
		return ids[0]
	}
	return fmt.Sprintf("%s and %d more", ids[0], len(ids)-1)
}
