package astro

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func makeJWT(payload string) string {
	return "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2lnbmF0dXJl"
}

func TestParseToken(t *testing.T) {
	t.Parallel()
	opaque := TokenInfo{Opaque: true}
	for _, tc := range []struct {
		name, token string
		want        TokenInfo
	}{
		{
			"organization", makeJWT(`{"permissions":["apiTokenId:tok1","organizationId:o1","orgShortName:acme"],"exp":1800000000,"apiTokenId":"tok1"}`),
			TokenInfo{OrganizationID: "o1", TokenID: "tok1", ExpiresAt: time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)},
		},
		{
			"workspaces", makeJWT(`{"permissions":["workspaceId:w2","workspaceId:w1","workspaceId:w2","organizationId:o1"]}`) + "\n",
			TokenInfo{OrganizationID: "o1", WorkspaceIDs: []string{"w1", "w2"}},
		},
		{
			"deployment", makeJWT(`{"permissions":["deploymentId:d1","organizationId:o1","apiTokenId:tok1"],"exp":1800000000.9}`),
			TokenInfo{OrganizationID: "o1", DeploymentIDs: []string{"d1"}, TokenID: "tok1", ExpiresAt: time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)},
		},
		{"user", makeJWT(`{"sub":"auth0|1"}`), TokenInfo{}},
		{"two organizations", makeJWT(`{"permissions":["organizationId:o1","organizationId:o2"]}`), TokenInfo{}},
		{"claims of other types", makeJWT(`{"permissions":["organizationId:o1",7,null,"workspaceId:"],"exp":"soon","apiTokenId":{}}`), TokenInfo{OrganizationID: "o1"}},
		{"expiry beyond any calendar", makeJWT(`{"exp":1e300}`), TokenInfo{}},
		{"padded payload", "a." + base64.URLEncoding.EncodeToString([]byte(`{"permissions":["organizationId:o1"]}`)) + ".b", TokenInfo{OrganizationID: "o1"}},
		{"one part", "abcdef", opaque},
		{"two parts", "abc.def", opaque},
		{"not base64", "abc.d+f.ghi", opaque},
		{"not JSON", makeJWT(`organizationId`), opaque},
		{"cut JSON", makeJWT(`{"permissions":["organizationId:o1"]`), opaque},
		{"list", makeJWT(`["organizationId:o1"]`), opaque},
		{"null", makeJWT(`null`), opaque},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseToken(tc.token)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A token that can't be valid is refused, without showing it.
func TestParseTokenRefuses(t *testing.T) {
	t.Parallel()
	const quotes, gitHub = "the token contains quotes; store it without them", "the token is from GitHub, not from Astro; " + CreateTokenHint
	for token, want := range map[string]string{
		" \n":                     "the token is empty",
		`"` + makeJWT("{}") + `"`: quotes,
		"'" + makeJWT("{}") + "'": quotes,
		`"opaque`:                 quotes,
		"ghp_0123456789":          gitHub,
		"github_pat_0123456789":   gitHub,
		"Bearer opaque":           "the token contains a space or another invalid character; set the variable to the token alone",
	} {
		if _, err := ParseToken(token); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", token, err, want)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add("")
	f.Add("opaque")
	f.Add(makeJWT(`{"permissions":["organizationId:o1"],"exp":1800000000}`))
	f.Add(makeJWT(`{"exp":-1e99}`))
	f.Fuzz(func(t *testing.T, token string) {
		for _, text := range []string{token, makeJWT(token)} {
			c, err := ParseToken(text)
			if err != nil && len(token) > 8 && strings.Contains(err.Error(), token) {
				t.Errorf("the error shows the token: %v", err)
			}
			if (err != nil || c.Opaque) && (c.OrganizationID != "" || !c.ExpiresAt.IsZero()) {
				t.Errorf("claims from a token that can't be read: %+v", c)
			}
			if y := c.ExpiresAt.Year(); !c.ExpiresAt.IsZero() && (y < 1970 || y > 9999) {
				t.Errorf("expires in the year %d", y)
			}
		}
	})
}
