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
	runnerLogin = "github-actions[bot]" // whose comments are written with the runner's own token
	botSuffix   = "[bot]"
)

// identity is the author of the comments that are written with our token.
type identity struct {
	login          string
	unconfirmedErr error // why GitHub didn't confirm the login, which is then an assumption
}

// resolveIdentity returns our identity. GitHub returns it to people only, with GET /user,
// and to everybody with GraphQL; where that fails, the token is assumed to be
// the runner's own. The error is the end of ctx.
func (r *REST) resolveIdentity(ctx context.Context) (identity, error) {
	var who identity
	select { // no lock: in one, a bubble's time would stand still
	case who = <-r.cachedIdentity:
	case <-ctx.Done():
		return who, contextError(ctx, nil)
	}
	defer func() { r.cachedIdentity <- who }()
	if who.login != "" {
		return who, nil
	}
	login, err := r.queryViewer(ctx)
	if err != nil && ctx.Err() != nil {
		return identity{}, err
	}
	who = identity{login, err}
	if err != nil {
		who.login = runnerLogin
	}
	return who, nil
}

func (r *REST) queryViewer(ctx context.Context) (string, error) {
	var answer struct {
		Data   struct{ Viewer struct{ Login string } }
		Errors []struct{ Message string }
	}
	err := r.sendWithRetry(ctx, "", 0, func(ctx context.Context) (*api.Response, error) {
		req, err := r.client.NewRequest(ctx, http.MethodPost, r.graphqlURL, map[string]string{"query": "query { viewer { login } }"})
		if err != nil {
			return nil, err
		}
		resp, err := r.client.Do(req, &answer)
		if err == nil && len(answer.Errors) > 0 && isRateLimit(answer.Errors[0].Message) { // GraphQL reports it with status 200
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
	return "", errors.New("GraphQL: no login in the answer")
}

// isAuthor reports whether author is who login names. An app's login has a suffix
// that no person's login can have. GraphQL leaves it out at times, but then the
// token is known to be an app's.
func (r *REST) isAuthor(login string, author *api.User) bool {
	theirs := author.GetLogin()
	if r.isAppToken || strings.HasSuffix(strings.ToLower(login), botSuffix) {
		return author.GetType() == "Bot" && strings.EqualFold(trimBotSuffix(theirs), trimBotSuffix(login))
	}
	return author.GetType() != "Bot" && theirs != "" && strings.EqualFold(theirs, login)
}

func trimBotSuffix(login string) string { return strings.TrimSuffix(strings.ToLower(login), botSuffix) }
