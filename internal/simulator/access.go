package simulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
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

// claims are the claims of an API token. The permissions hold its access as organizationId:…, workspaceId:… and
// deploymentId:….
type claims struct {
	Permissions []string `json:"permissions"`
	TokenID     string   `json:"apiTokenId,omitempty"`
	Expires     int64    `json:"exp,omitempty"` // Unix seconds
}

// NewToken returns a JWT with claims like those of an Astro API token.
func (s *Server) NewToken(scope Scope) string {
	id := cmp.Or(scope.TokenID, fixedCUID("token"))
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

// authenticate sets the caller of a call. A token that isn't a JWT has access to the whole Organization.
func (s *Server) authenticate(c *call) {
	scheme, token, _ := strings.Cut(c.request.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	hasToken := strings.EqualFold(scheme, "Bearer") && token != ""
	requireStatus(http.StatusUnauthorized, hasToken, "no bearer token was sent")
	var isJWT bool
	if c.caller, isJWT = parseToken(token); !isJWT {
		c.caller = claims{Permissions: []string{"organizationId:" + s.OrganizationID()}}
	}
	isValid := c.caller.Expires == 0 || s.options.Now().Before(time.Unix(c.caller.Expires, 0))
	requireStatus(http.StatusUnauthorized, isValid, "the token has expired")
	// The document declares no 404 for lists, so an unknown Organization is answered with 403.
	organization := c.request.PathValue("organizationId")
	requireAccess(c.caller.allows("organizationId", s.OrganizationID()) && organization == s.OrganizationID(),
		"the token has no access to Organization '%s'", organization)
	if state := s.stateOf(kindAPIToken, c.caller.TokenID); state != nil {
		state["lastUsedAt"] = s.options.Now().UTC().Format(time.RFC3339)
	}
}

// allows reports whether a token has a permission of a type. id "" stands for any.
func (c claims) allows(permission, id string) bool {
	return slices.ContainsFunc(c.Permissions, func(p string) bool {
		name, value, _ := strings.Cut(p, ":")
		return name == permission && (id == "" || value == id)
	})
}

// canAccess reports whether a token has access to a Workspace or Deployment. "" stands for the Organization. A token
// that is limited to Deployments has no access to their Workspaces, even if it names them.
func (s *Server) canAccess(token claims, id string) bool {
	d := s.stateOf(kindDeployment, id)
	switch {
	case token.allows("deploymentId", ""):
		return d != nil && token.allows("deploymentId", id)
	case !token.allows("workspaceId", ""):
		return true
	case d != nil:
		id = getString(d, "workspaceId")
	}
	return id != "" && token.allows("workspaceId", id)
}

// subjectProfile returns the token in the form of createdBy and updatedBy.
func (c claims) subjectProfile() object {
	id := cmp.Or(c.TokenID, fixedCUID("token"))
	return object{"id": id, "subjectType": "SERVICEKEY", "apiTokenName": "simulated"}
}
