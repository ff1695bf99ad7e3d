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
	answerLimit      = 64 << 20        // bytes; a page of the longest comments is less
)

// REST is GitHub's API, asked about one repository with one token. It is safe
// for concurrent use.
//
// Its errors are fragments that name the pull request or the commit. Where the
// token may not do something, a Refused is in them.
type REST struct {
	client      *api.Client
	owner, name string
	graphql     string
	secrets     *redact.Secrets // a pointer, so that no printed REST shows the token
	app         bool            // the token is an app's, as the runner's own is
	viewer      chan identity   // holds our identity, without a login until that is asked
}

// NewREST makes a REST for the repository and the addresses that the runner's
// variables name. It sends nothing. A nil transport is the network, through
// the proxy that HTTPS_PROXY names. The token is added to secrets, which no error
// shows.
func NewREST(getenv func(string) string, token string, secrets *redact.Secrets, transport http.RoundTripper) (*REST, error) {
	owner, name, ok := split(getenv("GITHUB_REPOSITORY"))
	if !ok {
		return nil, fmt.Errorf("GITHUB_REPOSITORY: %q is not owner/name", getenv("GITHUB_REPOSITORY"))
	}
	base, err := address(getenv("GITHUB_API_URL"), "https://api.github.com")
	if err != nil {
		return nil, fmt.Errorf("GITHUB_API_URL: %w", err)
	}
	graphql, err := address(getenv("GITHUB_GRAPHQL_URL"), queries(base))
	switch {
	case err != nil:
		return nil, fmt.Errorf("GITHUB_GRAPHQL_URL: %w", err)
	case origin(graphql) != origin(base):
		return nil, errors.New("GITHUB_GRAPHQL_URL: another host than GITHUB_API_URL, and the token goes to one only")
	}
	if token = strings.TrimSpace(token); token == "" || strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return nil, errors.New("GitHub token: blank, or holds what no token does")
	}
	secrets.Add(token)
	if transport == nil {
		transport = network()
	}
	root := base.String() + "/"
	client, err := api.NewClient(
		api.WithHTTPClient(&http.Client{
			Transport:     &bearer{next: transport, home: origin(base), value: func() string { return "Bearer " + token }},
			CheckRedirect: stay,
		}),
		api.WithURLs(&root, nil), api.WithUserAgent("astro-apply"),
		api.WithDisableRateLimitCheck(), // once waits, and then asks again
	)
	if err != nil {
		return nil, fmt.Errorf("GITHUB_API_URL: %w", err)
	}
	r := &REST{
		client: client, owner: owner, name: name, graphql: graphql.String(),
		secrets: secrets,
		app:     strings.HasPrefix(token, "ghs_"),
		viewer:  make(chan identity, 1),
	}
	r.viewer <- identity{}
	return r, nil
}

var segment = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// split takes owner/name apart. What is neither must not become a path.
func split(repository string) (owner, name string, ok bool) {
	owner, name, _ = strings.Cut(repository, "/")
	for _, s := range []string{owner, name} {
		if !segment.MatchString(s) || s == "." || s == ".." {
			return "", "", false
		}
	}
	return owner, name, true
}

// address checks where the token is to be sent. What it says about a bad one
// leaves out what might hold a password.
func address(value, otherwise string) (*url.URL, error) {
	if value = strings.TrimSpace(value); value == "" {
		value = otherwise
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("not the URL of an API")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, fmt.Errorf("%q must be https, since the token is sent there", origin(u))
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

// queries is where GraphQL is asked: next to the REST API, or on a server of
// one's own beside the v3 in its path.
func queries(base *url.URL) string {
	u := *base
	u.Path = strings.TrimSuffix(u.Path, "/v3") + "/graphql"
	return u.String()
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
