package astro

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func jwt(payload string) string {
	return "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2lnbmF0dXJl"
}

func TestParseToken(t *testing.T) {
	t.Parallel()
	opaque := Caller{Opaque: true}
	for _, tc := range []struct {
		name, token string
		want        Caller
	}{
		{
			"organization", jwt(`{"permissions":["apiTokenId:tok1","organizationId:o1","orgShortName:acme"],"exp":1800000000,"apiTokenId":"tok1"}`),
			Caller{OrganizationID: "o1", TokenID: "tok1", ExpiresAt: time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)},
		},
		{
			"workspaces", jwt(`{"permissions":["workspaceId:w2","workspaceId:w1","workspaceId:w2","organizationId:o1"]}`) + "\n",
			Caller{OrganizationID: "o1", WorkspaceIDs: []string{"w1", "w2"}},
		},
		{
			"deployment", jwt(`{"permissions":["deploymentId:d1","organizationId:o1","apiTokenId:tok1"],"exp":1800000000.9}`),
			Caller{OrganizationID: "o1", DeploymentIDs: []string{"d1"}, TokenID: "tok1", ExpiresAt: time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)},
		},
		{"user", jwt(`{"sub":"auth0|1"}`), Caller{}},
		{"two organizations", jwt(`{"permissions":["organizationId:o1","organizationId:o2"]}`), Caller{}},
		{"claims of other types", jwt(`{"permissions":["organizationId:o1",7,null,"workspaceId:"],"exp":"soon","apiTokenId":{}}`), Caller{OrganizationID: "o1"}},
		{"expiry beyond any calendar", jwt(`{"exp":1e300}`), Caller{}},
		{"padded payload", "a." + base64.URLEncoding.EncodeToString([]byte(`{"permissions":["organizationId:o1"]}`)) + ".b", Caller{OrganizationID: "o1"}},
		{"one part", "abcdef", opaque},
		{"two parts", "abc.def", opaque},
		{"not base64", "abc.d+f.ghi", opaque},
		{"not JSON", jwt(`organizationId`), opaque},
		{"cut JSON", jwt(`{"permissions":["organizationId:o1"]`), opaque},
		{"list", jwt(`["organizationId:o1"]`), opaque},
		{"null", jwt(`null`), opaque},
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

func FuzzParseToken(f *testing.F) {
	f.Add("")
	f.Add("opaque")
	f.Add(jwt(`{"permissions":["organizationId:o1"],"exp":1800000000}`))
	f.Add(jwt(`{"exp":-1e99}`))
	f.Fuzz(func(t *testing.T, token string) {
		for _, text := range []string{token, jwt(token)} {
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
