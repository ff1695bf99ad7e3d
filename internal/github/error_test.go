package github_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"astro-apply/internal/github"
	"astro-apply/internal/testkit"
)

func TestAPIErrors(t *testing.T) {
	t.Parallel()
	const secondary = `{"message":"You have exceeded a secondary rate limit.","documentation_url":"https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`
	for _, tt := range []struct {
		name    string
		answer  *http.Response
		want    string // after "pull request 7: comments: "
		refused bool
		tries   int // attempts; 0: as many as fit into half a minute
	}{
		{"401", newResponse(401, `{"message":"Bad credentials"}`), "401 Bad credentials", true, 1},
		{"403", newResponse(403, `{"message":"Resource not accessible by integration"}`), "403 Resource not accessible by integration (needs permissions: pull-requests: read)", true, 1},
		{"404", newResponse(404, `{"message":"Not Found"}`), "404 Not Found (needs permissions: pull-requests: read)", true, 1},
		{"404, no requests left", newResponse(404, `{"message":"Not Found"}`, "X-RateLimit-Remaining", "0"), "404 Not Found (needs permissions: pull-requests: read)", true, 1},
		{"an HTML page", newResponse(403, "<html>\nno</html>"), "403 Forbidden (needs permissions: pull-requests: read)", true, 1},
		{"several lines", newResponse(403, `{"message":"  no\n::error::x"}`), "403 no (needs permissions: pull-requests: read)", true, 1},
		{"a command", newResponse(403, `{"message":"::error::x\u001b"}`), `403 : :error::x\u001b (needs permissions: pull-requests: read)`, true, 1},
		{"long", newResponse(403, `{"message":"`+strings.Repeat("x", 300)+`"}`), "403 " + strings.Repeat("x", 199) + "… (needs permissions: pull-requests: read)", true, 1},
		{"locked", newResponse(403, `{"message":"Unable to create comment because issue is locked."}`), "403 Unable to create comment because issue is locked; unlock the conversation", true, 1},
		{"rate limit", newResponse(403, `{"message":"API rate limit exceeded for installation"}`, "X-RateLimit-Remaining", "0"), "403 API rate limit exceeded for installation", false, 2},
		{"rate limit, 429", newResponse(429, `{"message":"slow down"}`, "X-RateLimit-Remaining", "0"), "429 rate limit: slow down", false, 2},
		{"secondary limit", newResponse(403, secondary), "403 You have exceeded a secondary rate limit.", false, 2},
		{"secondary limit with Retry-After", newResponse(403, `{"message":"wait"}`, "Retry-After", "60"), "403 wait", false, 2},
		{"secondary limit without documentation", newResponse(403, `{"message":"You have exceeded a secondary rate limit."}`), "403 You have exceeded a secondary rate limit.", false, 2},
		{"too many", newResponse(429, ""), "429 Too Many Requests", false, 2},
		{"not processable", newResponse(422, `{"message":"Validation Failed","errors":[{"message":"Body is too long"}]}`), "422 Validation Failed: Body is too long", false, 1},
		{"failing", newResponse(502, ""), "502 Bad Gateway", false, 0},
		{"empty body", newResponse(200, ""), "200 unreadable response: the response is empty", false, 3},
		{"invalid JSON", newResponse(200, "<html>"), "200 unreadable response: invalid character '<' looking for beginning of value", false, 3},
		{"no response", nil, "no response within 15s", false, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var body string
			if tt.answer != nil {
				b := new(strings.Builder)
				_ = tt.answer.Write(b)
				_, body, _ = strings.Cut(b.String(), "\r\n\r\n")
			}
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				r := newREST(t, newFakeGitHub(), testkit.RoundTripFunc(func(r *http.Request) (*http.Response, error) {
					tries++
					if tt.answer == nil {
						<-r.Context().Done()
						return nil, r.Context().Err()
					}
					again := newResponse(tt.answer.StatusCode, body)
					again.Header = tt.answer.Header.Clone()
					return again, nil
				}))
				start := time.Now()
				_, err := r.ListOwnComments(t.Context(), pullNumber)
				took := time.Since(start)
				if want := "pull request 7: comments: " + tt.want; err == nil || err.Error() != want {
					t.Errorf("error %v\nwant  %s", err, want)
				}
				if _, refused := errors.AsType[*github.PermissionError](err); refused != tt.refused {
					t.Errorf("refused: %v", refused)
				}
				if tt.tries == 0 && (tries < 4 || took < 30*time.Second || took > time.Minute) {
					t.Errorf("%d attempts in %s, want some, for half a minute", tries, took)
				}
				if tt.tries > 0 && tries != tt.tries {
					t.Errorf("%d attempts, want %d", tries, tt.tries)
				}
			})
		})
	}
}

func TestReadsAreRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newFakeGitHub()
		s.InjectStatus("GET", "/comments", 503, 1)
		s.InjectLostResponse("GET", "/comments", 1)
		if _, err := newREST(t, s, s).ListOwnComments(t.Context(), pullNumber); err != nil || len(s.Requests()) != 3 {
			t.Errorf("%v after %v", err, sentRequests(s))
		}
	})
}

func TestOperationsTimeOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newFakeGitHub()
		s.InjectStatus("GET", "", 503, 0)
		r := newREST(t, s, s)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := r.ListOwnComments(ctx, pullNumber)
		if want := "pull request 7: comments: context deadline exceeded, after: 503 Service Unavailable"; err == nil || err.Error() != want {
			t.Errorf("got %v", err)
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v doesn't wrap the error of the context", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		page := `[{"id":1,"user":{"login":"x"}}]`
		r := newREST(t, newFakeGitHub(), testkit.RoundTripFunc(func(r *http.Request) (*http.Response, error) {
			select { // every page links to a next page
			case <-time.After(time.Second):
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
			return newResponse(200, page, "Link", `<https://api.github.com/x?page=2>; rel="next"`), nil
		}))
		if _, err := r.ListOwnComments(t.Context(), pullNumber); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 4*time.Minute {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}
