package resource

import (
	"fmt"
	"slices"
)

// Reach is what the caller's token can see. Empty lists mean no narrowing:
// everything in the Organization.
type Reach struct {
	WorkspaceIDs  []string
	DeploymentIDs []string
}

// narrow reports whether there may be more than the token can see.
func (r Reach) narrow() bool { return len(r.WorkspaceIDs)+len(r.DeploymentIDs) > 0 }

// of lists the ids of a kind that a narrow token is known to reach.
func (r Reach) of(k *Kind) []string {
	return map[string][]string{"workspace": r.WorkspaceIDs, "deployment": r.DeploymentIDs}[k.Name]
}

// absent returns why the token can't know that an object of kind k doesn't
// exist in a place. A list that
// comes back without it proves nothing then, and nothing may be created on it.
func (r Reach) absent(k *Kind, in place) error {
	switch {
	case in.id != "" && k.field(in.field).Ref.Kind != "workspace":
		return nil // what is in a Deployment is listed by it alone, or refused
	case len(r.DeploymentIDs) > 0:
		return fmt.Errorf("not found among what the token can see, and the token is limited to Deployment %s, so it may exist; "+
			"give its id, or use a Workspace or Organization token", list(r.DeploymentIDs))
	case len(r.WorkspaceIDs) == 0:
		return nil
	case in.id == "":
		return fmt.Errorf("not found among what the token can see, and the token is limited to Workspace %s, so it may exist; "+
			"use an Organization token", list(r.WorkspaceIDs))
	case !slices.Contains(r.WorkspaceIDs, in.id):
		return fmt.Errorf("it belongs to Workspace %s, and the token is limited to Workspace %s; use a token of that Workspace, or an Organization token",
			in.id, list(r.WorkspaceIDs))
	}
	return nil
}

func list(ids []string) string {
	if len(ids) == 1 {
		return ids[0]
	}
	return fmt.Sprintf("%s and %d more", ids[0], len(ids)-1)
}
