package simulator

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
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

// tokenKey signs tokens. The server doesn't verify signatures, so it accepts a token of the real API as well.
const tokenKey = "simulator"

type claims struct {
	Permissions []string `json:"permissions"`
	TokenID     string   `json:"apiTokenId,omitempty"`
	Expires     int64    `json:"exp,omitempty"` // Unix seconds
}

// NewToken returns a JWT with claims like those of an Astro API token. The permissions hold its access as organizationId:…,
// workspaceId:…, deploymentId:… and apiTokenId:….
func (s *Server) NewToken(scope Scope) string {
	id := cmp.Or(scope.TokenID, newCUID("token", 0))
	c := claims{TokenID: id, Permissions: []string{"apiTokenId:" + id, "organizationId:" + cmp.Or(scope.OrganizationID, s.organizationID)}}
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
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(payload)
	mac := hmac.New(sha256.New, []byte(tokenKey))
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil))
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
