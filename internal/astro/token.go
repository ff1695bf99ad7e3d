package astro

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
)

// TokenInfo is what a token says about its owner. Nothing of it is verified: the
// API judges, this only saves asking and helps to explain.
type TokenInfo struct {
	OrganizationID string    // "" when the token doesn't say, as a user's
	WorkspaceIDs   []string  // sorted; of a Workspace token
	DeploymentIDs  []string  // sorted; of a Deployment token
	TokenID        string    // the API token's own id, or ""
	ExpiresAt      time.Time // UTC; zero when it doesn't say
	Opaque         bool      // not a JWT that can be read: nothing is known
}

// claims is the payload of an API token (API notes 3.5).
type claims struct {
	Permissions []string `json:"permissions"` // "organizationId:…", "workspaceId:…" among others
	APITokenID  string   `json:"apiTokenId"`
	Expiry      float64  `json:"exp"` // seconds since 1970
}

// ParseToken reads the claims of a token. One that is no JWT is Opaque, which
// is no error; the only errors are those of text that can't be a token.
func ParseToken(token string) (TokenInfo, error) {
	token, err := checkToken(token)
	if err != nil {
		return TokenInfo{}, err
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return TokenInfo{Opaque: true}, nil
	}
	c := decodeClaims(parts[1])
	if c == nil {
		return TokenInfo{Opaque: true}, nil
	}
	return c.tokenInfo(), nil
}

// decodeClaims decodes a payload; nil when it can't be.
func decodeClaims(payload string) *claims {
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(payload, "="))
	if err != nil {
		return nil
	}
	var c *claims
	err = json.Unmarshal(text, &c)
	// A claim of another type leaves the others usable.
	var mismatch *json.UnmarshalTypeError
	if err != nil && (!errors.As(err, &mismatch) || mismatch.Field == "") {
		return nil
	}
	return c
}

func (c *claims) tokenInfo() TokenInfo {
	ids := map[string][]string{}
	for _, p := range c.Permissions {
		kind, id, _ := strings.Cut(p, ":")
		if id != "" && !slices.Contains(ids[kind], id) {
			ids[kind] = append(ids[kind], id)
		}
	}
	for _, list := range ids {
		slices.Sort(list)
	}
	caller := TokenInfo{
		OrganizationID: soleValue(ids["organizationId"]),
		WorkspaceIDs:   ids["workspaceId"],
		DeploymentIDs:  ids["deploymentId"],
		TokenID:        c.APITokenID,
	}
	if caller.TokenID == "" {
		caller.TokenID = soleValue(ids["apiTokenId"])
	}
	const year9999 = 253402300799
	if c.Expiry > 0 && c.Expiry <= year9999 {
		caller.ExpiresAt = time.Unix(int64(c.Expiry), 0).UTC()
	}
	return caller
}

// soleValue is the single element, or "": which of two is meant is not guessed.
func soleValue(ids []string) string {
	if len(ids) != 1 {
		return ""
	}
	return ids[0]
}

// checkToken trims the line end that pasted secrets have, and refuses what no
// token holds and no header may: the text itself stays out of the error.
func checkToken(token string) (string, error) {
	token = strings.TrimSpace(token)
	if token == "" {
		return "", errors.New("token is empty")
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", errors.New("token has a space or another character that no token has: it must be the token alone")
	}
	return token, nil
}
