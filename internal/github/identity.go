package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	api "github.com/google/go-github/v90/github"
)

const (
	runnerLogin = "github-actions[bot]" // login of the token that the runner provides
	botSuffix   = "[bot]"
)

// identity is the login that GitHub shows as the author of comments from this token.
type identity struct {
	login          string
	unconfirmedErr error // why GitHub didn't confirm login, which is then an assumption
}

// resolveIdentity returns the identity of the token, and caches it. It asks GraphQL,
// because GET /user works only for tokens of people. If GraphQL fails, it assumes the
// runner's token. It returns an error only if ctx ends.
func (r *REST) resolveIdentity(ctx context.Context) (identity, error) {
	if r.identity.login != "" {
		return r.identity, nil
	}
	login, err := r.queryViewer(ctx)
	switch {
	case err == nil:
		r.identity = identity{login: login}
	case ctx.Err() != nil:
		return identity{}, err
	default:
		r.identity = identity{runnerLogin, err}
	}
	return r.identity, nil
}

// confirmIdentity returns the identity of the token, or an error if GitHub doesn't confirm
// it. things are what this program identifies by their author.
func (r *REST) confirmIdentity(ctx context.Context, things string) (identity, error) {
	who, err := r.resolveIdentity(ctx)
	if err == nil && who.unconfirmedErr != nil {
		err = errUnconfirmed(who.unconfirmedErr, things)
	}
	return who, err
}

// errUnconfirmed explains that this run can't know what it wrote itself.
func errUnconfirmed(reason error, things string) error {
	return fmt.Errorf("GitHub doesn't confirm the login of the token, so this run can't identify its own %s: %w; "+
		"use the default github-token, ${{ github.token }}", things, reason)
}

// queryViewer returns the login of the token, from GraphQL.
func (r *REST) queryViewer(ctx context.Context) (string, error) {
	type viewerResponse struct {
		Data   struct{ Viewer struct{ Login string } }
		Errors []struct{ Message string }
	}
	var answer viewerResponse
	err := r.send(ctx, "", afterFailure, func(ctx context.Context) (*api.Response, error) {
		answer = viewerResponse{} // without the errors of an earlier attempt
		req, err := r.client.NewRequest(ctx, http.MethodPost, r.graphqlURL, map[string]string{"query": "query { viewer { login } }"})
		if err != nil {
			return nil, err
		}
		resp, err := r.client.Do(req, &answer)
		if err == nil && len(answer.Errors) > 0 && isRateLimit(answer.Errors[0].Message) { // GraphQL reports a rate limit with status 200
			err = errors.New(answer.Errors[0].Message)
		}
		return resp, err
	})
	switch {
	case err != nil:
		return "", err
	case answer.Data.Viewer.Login != "":
		return answer.Data.Viewer.Login, nil
	case len(answer.Errors) > 0:
		return "", fmt.Errorf("GraphQL: %s", r.secrets.Redact(answer.Errors[0].Message).Map(firstLine).Map(SanitizeLine).Truncate(errorMessageLimit))
	}
	return "", errors.New("GraphQL: the response has no login")
}

// isAuthor reports whether author has this login. The login of an app has the suffix
// [bot], which the login of a person can't have. GraphQL sometimes omits the suffix;
// then the prefix of the token shows that it belongs to an app.
func (r *REST) isAuthor(login string, author *api.User) bool {
	authorLogin := author.GetLogin()
	if r.isAppToken || strings.HasSuffix(strings.ToLower(login), botSuffix) {
		return author.GetType() == "Bot" && strings.EqualFold(trimBotSuffix(authorLogin), trimBotSuffix(login))
	}
	return author.GetType() != "Bot" && authorLogin != "" && strings.EqualFold(authorLogin, login)
}

func trimBotSuffix(login string) string { return strings.TrimSuffix(strings.ToLower(login), botSuffix) }
