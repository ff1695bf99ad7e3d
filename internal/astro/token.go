package astro

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
)

// TokenInfo holds the claims of a token. They aren't verified, because only the API
// decides what a token may do. The claims save API calls and improve messages.
type TokenInfo struct {
	OrganizationID string    // "" if the token doesn't contain it, such as a user's token
	WorkspaceIDs   []string  // sorted; set for a Workspace token
	DeploymentIDs  []string  // sorted; set for a Deployment token
	TokenID        string    // id of the API token, or ""
	ExpiresAt      time.Time // UTC; zero if the token doesn't contain it
	Opaque         bool      // the token is not a readable JWT, so all other fields are empty
}

// claims is the payload of an API token.
type claims struct {
	Permissions []string `json:"permissions"` // "organizationId:…", "workspaceId:…" among others
	APITokenID  string   `json:"apiTokenId"`
	Expiry      float64  `json:"exp"` // seconds since 1970
}

// CreateTokenHint describes how to get an API token.
const CreateTokenHint = "create an API token in the Astro UI, " +
	"under Organization Settings > Access Management > API Tokens"

// ParseToken returns the claims of a token. A token that is not a JWT is Opaque and
// valid. ParseToken returns an error only if the text can't be a token.
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

// decodeClaims decodes the payload of a JWT. It returns nil if the payload is invalid.
func decodeClaims(payload string) *claims {
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(payload, "="))
	if err != nil {
		return nil
	}
	var c *claims
	err = json.Unmarshal(text, &c)
	// A claim with an unexpected type is ignored; the others are still valid.
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
	info := TokenInfo{
		OrganizationID: soleValue(ids["organizationId"]),
		WorkspaceIDs:   ids["workspaceId"],
		DeploymentIDs:  ids["deploymentId"],
		TokenID:        c.APITokenID,
	}
	if info.TokenID == "" {
		info.TokenID = soleValue(ids["apiTokenId"])
	}
	const year9999 = 253402300799
	if c.Expiry > 0 && c.Expiry <= year9999 {
		info.ExpiresAt = time.Unix(int64(c.Expiry), 0).UTC()
	}
	return info
}

// soleValue returns the only item, or "" if there are several: choosing one of them
// would be a guess.
func soleValue(ids []string) string {
	if len(ids) != 1 {
		return ""
	}
	return ids[0]
}

// checkToken removes the line end that pasted secrets have, and refuses characters
// that neither a token nor an HTTP header can contain. Its errors don't contain the
// text, because it may be a secret.
func checkToken(token string) (string, error) {
	token = strings.TrimSpace(token)
	if token == "" {
		return "", errors.New("the token is empty")
	}
	if strings.ContainsAny(token, "\"'`") {
		return "", errors.New("the token contains quotes; store it without them")
	}
	for _, prefix := range []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"} {
		if strings.HasPrefix(token, prefix) {
			return "", errors.New("the token is from GitHub, not from Astro; " + CreateTokenHint)
		}
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", errors.New("the token contains a space or another invalid character; set the variable to the token alone")
	}
	return token, nil
}
