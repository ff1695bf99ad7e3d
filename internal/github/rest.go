package github

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	api "github.com/google/go-github/v90/github"

	"astro-apply/internal/redact"
)

const (
	requestTimeout   = 15 * time.Second
	operationTimeout = 4 * time.Minute // all requests of one, and the waits between them
	maxResponseBytes = 64 << 20        // bytes; a page of the longest comments is less
)

// REST is GitHub's API, asked about one repository with one token. It is safe
// for concurrent use.
//
// Its errors are fragments that name the pull request or the commit. Where the
// token may not do something, a Refused is in them.
type REST struct {
	client            *api.Client
	owner, repository string
	graphqlURL        string
	secrets           *redact.Secrets // a pointer, so that no printed REST shows the token
	isAppToken        bool            // the token is an app's, as the runner's own is
	cachedIdentity    chan identity   // holds our identity, without a login until that is asked
}

// NewREST makes a REST for the repository and the addresses that the runner's
// variables name. It sends nothing. A nil transport is the network, through
// the proxy that HTTPS_PROXY names. The token is added to secrets, which no error
// shows.
func NewREST(getenv func(string) string, token string, secrets *redact.Secrets, transport http.RoundTripper) (*REST, error) {
	owner, name, ok := splitRepository(getenv("GITHUB_REPOSITORY"))
	if !ok {
		return nil, fmt.Errorf("GITHUB_REPOSITORY: %q is not owner/name", getenv("GITHUB_REPOSITORY"))
	}
	base, err := parseAPIURL(getenv("GITHUB_API_URL"), "https://api.github.com")
	if err != nil {
		return nil, fmt.Errorf("GITHUB_API_URL: %w", err)
	}
	graphql, err := parseAPIURL(getenv("GITHUB_GRAPHQL_URL"), defaultGraphQLURL(base))
	switch {
	case err != nil:
		return nil, fmt.Errorf("GITHUB_GRAPHQL_URL: %w", err)
	case originOf(graphql) != originOf(base):
		return nil, errors.New("GITHUB_GRAPHQL_URL: another host than GITHUB_API_URL, and the token goes to one only")
	}
	if token = strings.TrimSpace(token); token == "" || strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return nil, errors.New("GitHub token: blank, or holds what no token does")
	}
	secrets.Add(token)
	if transport == nil {
		transport = newNetworkTransport()
	}
	root := base.String() + "/"
	client, err := api.NewClient(
		api.WithHTTPClient(&http.Client{
			Transport:     &authTransport{next: transport, apiOrigin: originOf(base), authorization: func() string { return "Bearer " + token }},
			CheckRedirect: checkRedirect,
		}),
		api.WithURLs(&root, nil), api.WithUserAgent("astro-apply"),
		api.WithDisableRateLimitCheck(), // once waits, and then asks again
	)
	if err != nil {
		return nil, fmt.Errorf("GITHUB_API_URL: %w", err)
	}
	r := &REST{
		client: client, owner: owner, repository: name, graphqlURL: graphql.String(),
		secrets:        secrets,
		isAppToken:     strings.HasPrefix(token, "ghs_"),
		cachedIdentity: make(chan identity, 1),
	}
	r.cachedIdentity <- identity{}
	return r, nil
}

var repositoryPartPattern = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// splitRepository takes owner/name apart. What is neither must not become a path.
func splitRepository(repository string) (owner, name string, ok bool) {
	owner, name, _ = strings.Cut(repository, "/")
	for _, s := range []string{owner, name} {
		if !repositoryPartPattern.MatchString(s) || s == "." || s == ".." {
			return "", "", false
		}
	}
	return owner, name, true
}

// parseAPIURL checks where the token is to be sent. What it says about a bad one
// leaves out what might hold a password.
func parseAPIURL(value, otherwise string) (*url.URL, error) {
	if value = strings.TrimSpace(value); value == "" {
		value = otherwise
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("not the URL of an API")
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return nil, fmt.Errorf("%q must be https, since the token is sent there", originOf(u))
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

// defaultGraphQLURL is where GraphQL is asked: next to the REST API, or on a server of
// one's own beside the v3 in its path.
func defaultGraphQLURL(base *url.URL) string {
	u := *base
	u.Path = strings.TrimSuffix(u.Path, "/v3") + "/graphql"
	return u.String()
}

func originOf(u *url.URL) string { return u.Scheme + "://" + u.Host }

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
