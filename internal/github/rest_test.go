package github_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/github"
	"astro-apply/internal/github/fake"
	"astro-apply/internal/redact"
	"astro-apply/internal/testkit"
)

const pullNumber = 7

// newFakeGitHub returns a fake with one pull request.
func newFakeGitHub() *fake.Server {
	s := fake.New()
	s.AddPullRequest(fake.PullRequest{Number: pullNumber, HeadSHA: "aaaaaaa"})
	return s
}

func repositoryEnv(more map[string]string) github.Environment {
	env := map[string]string{"GITHUB_REPOSITORY": "acme/data"}
	maps.Copy(env, more)
	return readEnv(env)
}

func newREST(t *testing.T, s *fake.Server, transport http.RoundTripper) *github.REST {
	t.Helper()
	r, err := github.NewREST(repositoryEnv(nil), s.Token, &redact.Secrets{}, transport)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sentRequests lists requests as "METHOD path status", without those of GraphQL.
func sentRequests(s *fake.Server) []string {
	var all []string
	for _, r := range s.Requests() {
		path, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/repos/acme/data"), "?")
		if path != "/graphql" {
			all = append(all, fmt.Sprintf("%s %s %d", r.Method, path, r.Status))
		}
	}
	return all
}

func newResponse(status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func TestNewREST(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		env  map[string]string
		want []string // URLs of the requests
		err  string
	}{
		{"github.com", nil, []string{"https://api.github.com/repos/acme/data/issues/7/comments", "https://api.github.com/graphql"}, ""},
		{
			"GitHub Enterprise Server",
			map[string]string{"GITHUB_API_URL": "https://git.example.com/api/v3"},
			[]string{"https://git.example.com/api/v3/repos/acme/data/issues/7/comments", "https://git.example.com/api/graphql"},
			"",
		},
		{
			"both URLs set, with slashes",
			map[string]string{"GITHUB_API_URL": "https://api.acme.ghe.com/", "GITHUB_GRAPHQL_URL": "https://api.acme.ghe.com/graphql/"},
			[]string{"https://api.acme.ghe.com/repos/acme/data/issues/7/comments", "https://api.acme.ghe.com/graphql"},
			"",
		},
		{
			"loopback",
			map[string]string{"GITHUB_API_URL": "http://127.0.0.1:8080"},
			[]string{"http://127.0.0.1:8080/repos/acme/data/issues/7/comments", "http://127.0.0.1:8080/graphql"},
			"",
		},
		{"not https", map[string]string{"GITHUB_API_URL": "http://git.example.com/api/v3"}, nil, `GITHUB_API_URL: must start with https://, because this run sends the token there`},
		{"URL with a password", map[string]string{"GITHUB_API_URL": "https://me:secret@git.example.com"}, nil, "GITHUB_API_URL: must be a URL such as https://api.example.com, without a password, a query or a fragment"},
		{"GraphQL on another host", map[string]string{"GITHUB_GRAPHQL_URL": "https://evil.example.com/graphql"}, nil, "GITHUB_GRAPHQL_URL: must have the same host as GITHUB_API_URL, because this run sends the token only to that host"},
		{"no repository", map[string]string{"GITHUB_REPOSITORY": ""}, nil, `GITHUB_REPOSITORY: "" must be owner/name`},
		{"repository without name", map[string]string{"GITHUB_REPOSITORY": "acme/"}, nil, `GITHUB_REPOSITORY: "acme/" must be owner/name`},
		{"a path", map[string]string{"GITHUB_REPOSITORY": "acme/data/x"}, nil, `GITHUB_REPOSITORY: "acme/data/x" must be owner/name`},
		{"dots", map[string]string{"GITHUB_REPOSITORY": "../data"}, nil, `GITHUB_REPOSITORY: "../data" must be owner/name`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newFakeGitHub()
			s.AddComment(fake.Comment{PullRequest: pullNumber, Login: "octocat", Type: "User", Body: "hello"})
			var got []string
			r, err := github.NewREST(repositoryEnv(tt.env), s.Token, &redact.Secrets{}, testkit.RoundTripFunc(func(r *http.Request) (*http.Response, error) {
				u := *r.URL
				u.RawQuery = ""
				got = append(got, u.String())
				return s.RoundTrip(r)
			}))
			if tt.err != "" {
				if err == nil || err.Error() != tt.err {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.ListOwnComments(t.Context(), pullNumber); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNewRESTToken(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", " \n", "ghs_a\nb", "ghs_ä"} {
		if r, err := github.NewREST(repositoryEnv(nil), token, &redact.Secrets{}, nil); r != nil || err == nil || strings.Contains(err.Error(), "ghs_") {
			t.Errorf("%q: %v, %v", token, r, err)
		}
	}
}

// No answer and no failure makes REST show the token.
func TestTokenIsNotLeaked(t *testing.T) {
	t.Parallel()
	const token = "ghs_0123456789abcdefghijklmnopqrstuvwxyz"
	for name, answer := range map[string]testkit.RoundTripFunc{
		"network": func(*http.Request) (*http.Response, error) { return nil, errors.New("bad header: Bearer " + token) },
		"refusal": func(*http.Request) (*http.Response, error) { return newResponse(403, `{"message":"`+token+`"}`), nil },
		"failure": func(*http.Request) (*http.Response, error) { return newResponse(500, `{"message":"`+token+`"}`), nil },
		"cut": func(*http.Request) (*http.Response, error) {
			return newResponse(403, `{"message":"`+strings.Repeat("x", 190)+token+`"}`), nil
		},
		"details": func(*http.Request) (*http.Response, error) {
			return newResponse(422, `{"message":"no","errors":[{"message":"`+token+`"}]}`), nil
		},
		"rate": func(*http.Request) (*http.Response, error) {
			return newResponse(429, `{"message":"`+token+`"}`, "X-RateLimit-Remaining", "0"), nil
		},
		"no JSON": func(*http.Request) (*http.Response, error) { return newResponse(200, token), nil },
		"redirects": func(*http.Request) (*http.Response, error) {
			return newResponse(302, "", "Location", "https://x/"+token), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, err := github.NewREST(repositoryEnv(nil), token, &redact.Secrets{}, answer)
				if err != nil {
					t.Fatal(err)
				}
				_, one := r.ListOwnComments(t.Context(), pullNumber)
				_, two := r.UpsertComment(t.Context(), pullNumber, markedComment("a", "a plan"))
				_, three := r.FindMergedPullRequest(t.Context(), "abcdef0", "main")
				for _, err := range []error{one, two, three} {
					if err == nil {
						t.Fatal("no error")
					}
					for text := err; text != nil; text = errors.Unwrap(text) {
						if s := fmt.Sprintf("%v %+v %#v", text, text, text); strings.Contains(s, "ghs_0") {
							t.Error(s)
						}
					}
				}
				if s := fmt.Sprintf("%v %+v %#v", r, r, r); strings.Contains(s, "ghs_0") {
					t.Error(s)
				}
			})
		})
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	s := newFakeGitHub()
	apiServer := httptest.NewServer(nil)
	defer apiServer.Close()
	var otherHeaders []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		otherHeaders = append(otherHeaders, r.Header.Get("Authorization"))
		s.ServeHTTP(w, r)
	}))
	defer other.Close()
	target := other.URL
	apiServer.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path, ok := strings.CutPrefix(r.URL.Path, "/repos/acme/old/"); ok {
			http.Redirect(w, r, target+"/repos/acme/data/"+path, http.StatusTemporaryRedirect)
			return
		}
		s.ServeHTTP(w, r)
	})
	r, err := github.NewREST(repositoryEnv(map[string]string{"GITHUB_API_URL": apiServer.URL, "GITHUB_REPOSITORY": "acme/old"}), s.Token, &redact.Secrets{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	const want = "pull request 7: comment: 307 a redirect, not followed: this run sends the token only to the API; check GITHUB_API_URL"
	if _, err := r.UpsertComment(t.Context(), pullNumber, markedComment("a", "a plan")); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if otherHeaders != nil {
		t.Errorf("another host received %q", otherHeaders)
	}
	target = apiServer.URL // as for a renamed repository
	if k, err := r.UpsertComment(t.Context(), pullNumber, markedComment("a", "a plan")); err != nil || k.Action != github.Created {
		t.Errorf("got %v, %v", k, err)
	}
}

func TestRedirectKeepsMethod(t *testing.T) {
	t.Parallel()
	s := newFakeGitHub()
	r := newREST(t, s, testkit.RoundTripFunc(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost && r.URL.Path != "/graphql" {
			return newResponse(301, "", "Location", "/repos/acme/data/issues/7/comments"), nil
		}
		return s.RoundTrip(r)
	}))
	const want = "pull request 7: comment: 301 a redirect, not followed: this run sends the token only to the API; check GITHUB_API_URL"
	if k, err := r.UpsertComment(t.Context(), pullNumber, markedComment("a", "a plan")); err == nil || err.Error() != want {
		t.Errorf("got %v, %v", k, err)
	}
}

func TestRedirectLimit(t *testing.T) {
	t.Parallel()
	tries := 0
	r := newREST(t, newFakeGitHub(), testkit.RoundTripFunc(func(*http.Request) (*http.Response, error) {
		if tries++; tries > 50 {
			return newResponse(500, ""), nil
		}
		return newResponse(302, "", "Location", "/again"), nil
	}))
	if _, err := r.ListOwnComments(t.Context(), pullNumber); err == nil || tries > 10 {
		t.Errorf("%v after %d", err, tries)
	}
}
