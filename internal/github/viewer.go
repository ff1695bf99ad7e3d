package github

import (
	"context"
	"net/http"
	"strings"

	api "github.com/google/go-github/v90/github"
)

const (
	runnerLogin = "github-actions[bot]" // whose comments are written with the runner's own token
	bot         = "[bot]"
)

// ourselves is the login that comments written with our token have. GitHub
// tells it to people only, with GET /user, and to everybody in GraphQL; where
// that can't be asked, the token is taken for the runner's. The error is the
// end of ctx.
func (r *REST) ourselves(ctx context.Context) (string, error) {
	var login string
	select { // no lock: in one, a bubble's time would stand still
	case login = <-r.viewer:
	case <-ctx.Done():
		return "", ended(ctx, nil)
	}
	defer func() { r.viewer <- login }()
	if login != "" {
		return login, nil
	}
	asked, err := r.ask(ctx)
	if err != nil && ctx.Err() != nil {
		return "", err
	}
	if login = asked; err != nil || login == "" {
		login = runnerLogin
	}
	return login, nil
}

func (r *REST) ask(ctx context.Context) (string, error) {
	var answer struct {
		Data struct{ Viewer struct{ Login string } }
	}
	err := r.repeat(ctx, "", func(ctx context.Context) (*api.Response, error) {
		req, err := r.client.NewRequest(ctx, http.MethodPost, r.graphql, map[string]string{"query": "query { viewer { login } }"})
		if err != nil {
			return nil, err
		}
		return r.client.Do(req, &answer)
	})
	return answer.Data.Viewer.Login, err
}

// wrote reports whether author is who login names. An app's login has a suffix
// that nobody else's can have, which GraphQL leaves out at times; so it counts
// unless the author is an app too, and an app's token is never a person's.
func (r *REST) wrote(login string, author *api.User) bool {
	theirs := strings.ToLower(author.GetLogin())
	login = strings.ToLower(login)
	if author.GetType() == "Bot" {
		theirs, login = strings.TrimSuffix(theirs, bot), strings.TrimSuffix(login, bot)
	} else if r.app {
		return false
	}
	return theirs == login
}
