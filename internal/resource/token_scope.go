package resource

import (
	"fmt"
	"slices"
)

// TokenScope is what the caller's token can see. Empty lists mean no narrowing:
// everything in the Organization.
type TokenScope struct {
	WorkspaceIDs  []string
	DeploymentIDs []string
}

// isLimited reports whether there may be more than the token can see.
func (r TokenScope) isLimited() bool { return len(r.WorkspaceIDs)+len(r.DeploymentIDs) > 0 }

// idsOfKind lists the ids of a kind that a narrow token is known to reach.
func (r TokenScope) idsOfKind(k *Kind) []string {
	return map[string][]string{"workspace": r.WorkspaceIDs, "deployment": r.DeploymentIDs}[k.Name]
}

// checkAbsence returns why the token can't know that an object of kind k doesn't
// exist in a place. A list that
// comes back without it proves nothing then, and nothing may be created on it.
func (r TokenScope) checkAbsence(k *Kind, in parentLocation) error {
	switch {
	case in.parentID != "" && k.fieldByName(in.parentField).Ref.Kind != "workspace":
		return nil // what is in a Deployment is listed by it alone, or refused
	case len(r.DeploymentIDs) > 0:
		return fmt.Errorf("not found among what the token can see, and the token is limited to Deployment %s, so it may exist; "+
			"give its id, or use a Workspace or Organization token", summarizeIDs(r.DeploymentIDs))
	case len(r.WorkspaceIDs) == 0:
		return nil
	case in.parentID == "":
		return fmt.Errorf("not found among what the token can see, and the token is limited to Workspace %s, so it may exist; "+
			"use an Organization token", summarizeIDs(r.WorkspaceIDs))
	case !slices.Contains(r.WorkspaceIDs, in.parentID):
		return fmt.Errorf("it belongs to Workspace %s, and the token is limited to Workspace %s; use a token of that Workspace, or an Organization token",
			in.parentID, summarizeIDs(r.WorkspaceIDs))
	}
	return nil
}

func summarizeIDs(ids []string) string {
	if len(ids) == 1 {
		return ids[0]
	}
	return fmt.Sprintf("%s and %d more", ids[0], len(ids)-1)
}
