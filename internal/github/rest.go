package github

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	api "github.com/google/go-github/v90/github"

	"astro-apply/internal/apiurl"
	"astro-apply/internal/redact"
)

const (
	requestTimeout   = 15 * time.Second
	operationTimeout = 4 * time.Minute // for all requests of an operation, and the waits between them
	maxResponseBytes = 64 << 20        // a page of the longest comments is smaller
)

// REST is a client of GitHub's API for one repository and one token. It is not safe for
// concurrent use.
//
// Its errors name the pull request or the commit, and the caller adds what it tried. An
// error wraps a PermissionError if the token isn't allowed to do something.
type REST struct {
	client            *api.Client
	owner, repository string
	graphqlURL        string
	secrets           *redact.Secrets // a pointer, so that printing a REST doesn't show the token
	isAppToken        bool            // the token belongs to an app, as the runner's token does
	identity          identity        // without a login before the first query
}

// NewREST returns a REST for the repository and the addresses in env.
// It sends no request. A nil transport stands for the network, with the proxy from
// HTTPS_PROXY. NewREST adds the token to secrets, which errors never show.
func NewREST(env Environment, token string, secrets *redact.Secrets, transport http.RoundTripper) (*REST, error) {
	owner, name, ok := splitRepository(env.Repository)
	if !ok {
		return nil, fmt.Errorf("GITHUB_REPOSITORY: %q must be owner/name", env.Repository)
	}
	base, err := apiurl.Parse(env.APIURL)
	if err != nil {
		return nil, fmt.Errorf("GITHUB_API_URL: %w", err)
	}
	graphql, err := apiurl.Parse(cmp.Or(env.GraphqlURL, defaultGraphQLURL(base)))
	switch {
	case err != nil:
		return nil, fmt.Errorf("GITHUB_GRAPHQL_URL: %w", err)
	case originOf(graphql) != originOf(base):
		return nil, errors.New("GITHUB_GRAPHQL_URL: must have the same host as GITHUB_API_URL, because this run sends the token only to that host")
	}
	if token = strings.TrimSpace(token); token == "" || strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return nil, errors.New("GitHub token: must consist of printable ASCII characters; check input github-token")
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
		api.WithDisableRateLimitCheck(), // send waits and retries instead
	)
	if err != nil {
		return nil, fmt.Errorf("GITHUB_API_URL: %w", err)
	}
	return &REST{
		client: client, owner: owner, repository: name, graphqlURL: graphql.String(),
		secrets: secrets, isAppToken: strings.HasPrefix(token, "ghs_"),
	}, nil
}

var repositoryPartPattern = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// splitRepository splits owner/name. It rejects unusual characters and dots, because
// both parts become parts of a URL's path.
func splitRepository(repository string) (owner, name string, ok bool) {
	owner, name, _ = strings.Cut(repository, "/")
	for _, part := range []string{owner, name} {
		if !repositoryPartPattern.MatchString(part) || part == "." || part == ".." {
			return "", "", false
		}
	}
	return owner, name, true
}

// defaultGraphQLURL returns the address of GraphQL for the address of the REST API:
// https://api.github.com/graphql or, on GitHub Enterprise Server, …/api/graphql instead
// of …/api/v3.
func defaultGraphQLURL(base *url.URL) string {
	u := *base
	u.Path = strings.TrimSuffix(u.Path, "/v3") + "/graphql"
	return u.String()
}

func originOf(u *url.URL) string { return u.Scheme + "://" + u.Host }
