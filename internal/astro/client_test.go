package astro

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewChecksURL(t *testing.T) {
	t.Parallel()
	const (
		badScheme = "API URL: must start with https://, because this run sends the token there"
		badURL    = "API URL: must be a URL such as https://api.example.com, without a password, a query or a fragment"
	)
	for _, tc := range []struct{ url, base, err string }{
		{url: "https://api.astronomer.io", base: "https://api.astronomer.io"},
		{url: "https://api.astronomer.io/v1/", base: "https://api.astronomer.io"},
		{url: " https://proxy.example.com/astro/\n", base: "https://proxy.example.com/astro"},
		{url: "http://localhost:8080", base: "http://localhost:8080"},
		{url: "http://127.0.0.2", base: "http://127.0.0.2"},
		{url: "http://[::1]:9", base: "http://[::1]:9"},
		{url: "http://api.astronomer.io", err: badScheme},
		{url: "http://127.0.0.1.example.com", err: badScheme},
		{url: "https://me:hunter2@api.astronomer.io", err: badURL},
		{url: "https://me:hunter2@api astronomer.io", err: badURL},
		{url: "", err: badURL},
		{url: "api.astronomer.io", err: badURL},
		{url: "https://api.astronomer.io?x=1", err: badURL},
	} {
		t.Run(tc.url, func(t *testing.T) {
			t.Parallel()
			c, err := New(Options{BaseURL: tc.url, Token: testToken})
			got, text := "", ""
			if err != nil {
				text = err.Error()
			} else {
				got = c.baseURL
			}
			if diff := cmp.Diff([]string{tc.base, tc.err}, []string{got, text}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNewChecksToken(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", " \n", "Bearer " + testToken, testToken + "\nX-Evil: 1", "tökenwithaccents"} {
		_, err := New(Options{BaseURL: testBase, Token: token})
		if err == nil {
			t.Errorf("a token %q is accepted", token)
		} else if strings.TrimSpace(token) != "" && strings.Contains(err.Error(), strings.TrimSpace(token)) {
			t.Errorf("the error shows the token: %v", err)
		}
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var sent bytes.Buffer
	c := newClient(t, fakeServer(func(r *http.Request) reply {
		got = r
		_, _ = io.Copy(&sent, r.Body)
		return newReply(200, `{"id":"d1"}`)
	}), func(o *Options) { o.Token, o.Commit = testToken+"\n", "c0ffee" })
	body, err := c.Do(t.Context(), Call{
		Method: http.MethodPost, Path: "/organizations/{organizationId}/deployments/{deploymentId}",
		Params: map[string]string{"organizationId": "o1", "deploymentId": "a/../b%2F?x#y é"},
		Body:   []byte(`{"name":"a"}`),
	})
	if err != nil || string(body) != `{"id":"d1"}` {
		t.Fatalf("Do: %s, %v", body, err)
	}
	want := http.Header{
		"Authorization": {"Bearer " + testToken}, "Accept": {"application/json"}, "Content-Type": {"application/json"},
		"User-Agent": {"astro-apply/1.2.3 (c0ffee)"}, "X-Api-Version": {"1.0"},
		"X-Astro-Client-Identifier": {"astro-apply"}, "X-Astro-Client-Version": {"1.2.3"},
	}
	if diff := cmp.Diff(want, got.Header); diff != "" {
		t.Error(diff)
	}
	if url := testBase + "/v1/organizations/o1/deployments/a%2F..%2Fb%252F%3Fx%23y%20%C3%A9"; got.URL.String() != url {
		t.Errorf("URL is %s, want %s", got.URL, url)
	}
	if sent.String() != `{"name":"a"}` {
		t.Errorf("body is %s", &sent)
	}
}

func TestBadCallIsNotSent(t *testing.T) {
	t.Parallel()
	var count atomic.Int32
	c := newClient(t, countingServer(&count, newReply(200, `{}`)))
	for _, tc := range []struct {
		call Call
		want string
	}{
		{Call{Method: "GET", Path: "/a/{id}"}, `GET /a/{id}: path parameter "id" is missing`},
		{Call{Method: "DELETE", Path: "/a/{id}", Params: map[string]string{"id": ""}}, `DELETE /a/{id}: path parameter "id" is missing`},
		{Call{Method: "GET", Path: "/a/{id}", Params: map[string]string{"id": ".."}}, `GET /a/{id}: path parameter "id" must not be ".."`},
		{Call{Method: "POST", Path: "/a/{id}", Params: map[string]string{"id": "."}}, `POST /a/{id}: path parameter "id" must not be "."`},
		{Call{Method: "GET", Path: "a"}, `GET a: the path must start with /`},
		{Call{Method: "GET", Path: "/a/{id"}, `GET /a/{id: the path has an unclosed brace`},
		{Call{Method: "GET", Path: "/a%zz"}, `GET /a%zz: the path is not valid in a URL`},
		{Call{Method: "PUT", Path: "/a"}, `PUT /a: the method must be GET, POST or DELETE, not "PUT"`},
	} {
		if _, err := c.Do(t.Context(), tc.call); err == nil || err.Error() != tc.want {
			t.Errorf("got %v, want %s", err, tc.want)
		}
	}
	if n := count.Load(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
