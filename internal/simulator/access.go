package simulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Scope limits the access of a token to Deployments or Workspaces. A token without either has access to the whole
// Organization.
type Scope struct {
	OrganizationID string // "": the server's Organization
	WorkspaceIDs   []string
	DeploymentIDs  []string
	TokenID        string    // "": generated
	ExpiresAt      time.Time // zero: never
}

type claims struct {
	Permissions []string `json:"permissions"`
	TokenID     string   `json:"apiTokenId,omitempty"`
	Expires     int64    `json:"exp,omitempty"` // Unix seconds
}

// NewToken returns a JWT with claims like those of an Astro API token. The permissions hold its access as
// organizationId:…, workspaceId:…, deploymentId:… and apiTokenId:….
func (s *Server) NewToken(scope Scope) string {
	id := cmp.Or(scope.TokenID, newCUID("token", 0))
	organization := cmp.Or(scope.OrganizationID, s.OrganizationID())
	c := claims{TokenID: id, Permissions: []string{"apiTokenId:" + id, "organizationId:" + organization}}
	for _, w := range scope.WorkspaceIDs {
		c.Permissions = append(c.Permissions, "workspaceId:"+w)
	}
	for _, d := range scope.DeploymentIDs {
		c.Permissions = append(c.Permissions, "deploymentId:"+d)
	}
	if !scope.ExpiresAt.IsZero() {
		c.Expires = scope.ExpiresAt.Unix()
	}
	payload, err := json.Marshal(c)
	if err != nil {
		panic("simulator: token claims: " + err.Error())
	}
	sum := sha256.Sum256(payload) // stands for the signature, which nobody verifies
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(payload) + "." + encode(sum[:])
}

// parseToken returns the claims of a JWT; ok is false for any other token.
func parseToken(token string) (c claims, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return c, false
	}
	return c, json.Unmarshal(payload, &c) == nil
}

// tokenScope returns the scope that the permissions of a token describe.
func (c claims) tokenScope() Scope {
	scope := Scope{TokenID: c.TokenID}
	for _, permission := range c.Permissions {
		name, id, _ := strings.Cut(permission, ":")
		switch name {
		case "organizationId":
			scope.OrganizationID = id
		case "workspaceId":
			scope.WorkspaceIDs = append(scope.WorkspaceIDs, id)
		case "deploymentId":
			scope.DeploymentIDs = append(scope.DeploymentIDs, id)
		case "apiTokenId":
			scope.TokenID = id
		}
	}
	if c.Expires != 0 {
		scope.ExpiresAt = time.Unix(c.Expires, 0)
	}
	return scope
}

// caller identifies the token of a request and the entities that it may access.
type caller struct{ scope Scope }

// authenticate sets the caller of a call. A token that isn't a JWT has access to the whole Organization.
func (s *Server) authenticate(c *call) {
	scheme, token, _ := strings.Cut(c.request.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	requireToken(strings.EqualFold(scheme, "Bearer") && token != "", "no bearer token was sent")
	scope := Scope{OrganizationID: s.OrganizationID()}
	if found, ok := parseToken(token); ok {
		scope = found.tokenScope()
	}
	requireToken(scope.ExpiresAt.IsZero() || s.options.Now().Before(scope.ExpiresAt), "the token has expired")
	// The document declares no 404 for lists, so an unknown Organization is answered with 403.
	organization := c.request.PathValue("organizationId")
	requireAccess(scope.OrganizationID == s.OrganizationID() && organization == s.OrganizationID(),
		"the token has no access to Organization '%s'", organization)
	if o := s.find(kindAPIToken, scope.TokenID); o != nil {
		o.state["lastUsedAt"] = s.options.Now().UTC().Format(time.RFC3339)
	}
	c.caller = caller{scope}
}

func (c caller) hasOrganizationAccess() bool {
	return len(c.scope.WorkspaceIDs) == 0 && len(c.scope.DeploymentIDs) == 0
}

// isDeploymentOnly reports whether the token is limited to Deployments. It then has no access to their Workspaces,
// even if it names them.
func (c caller) isDeploymentOnly() bool { return len(c.scope.DeploymentIDs) > 0 }

func (c caller) canAccessWorkspace(id string) bool {
	return c.hasOrganizationAccess() || !c.isDeploymentOnly() && slices.Contains(c.scope.WorkspaceIDs, id)
}

func (c caller) canAccessDeployment(o *resource) bool {
	if c.isDeploymentOnly() {
		return slices.Contains(c.scope.DeploymentIDs, o.id)
	}
	return c.canAccessWorkspace(o.getString("workspaceId"))
}

// canAccessEntity reports whether the caller has access to an Organization, Workspace or Deployment.
func (s *Server) canAccessEntity(who caller, id string) bool {
	d := s.find(kindDeployment, id)
	return who.canAccessWorkspace(id) || d != nil && who.canAccessDeployment(d)
}

// subjectProfile returns the caller in the form of createdBy and updatedBy.
func (c caller) subjectProfile() object {
	id := cmp.Or(c.scope.TokenID, newCUID("token", 0))
	return object{"id": id, "subjectType": "SERVICEKEY", "apiTokenName": "simulated"}
}
