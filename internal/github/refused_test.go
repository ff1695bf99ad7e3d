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
)

func TestRefused(t *testing.T) {
	t.Parallel()
	const secondary = `{"message":"You have exceeded a secondary rate limit.","documentation_url":"https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`
	for _, tt := range []struct {
		name    string
		answer  *http.Response
		want    string // after "pull request 7: comments: "
		refused bool
		tries   int // 0: as many as fit in half a minute
	}{
		{"401", respond(401, `{"message":"Bad credentials"}`), "401 Bad credentials", true, 1},
		{"403", respond(403, `{"message":"Resource not accessible by integration"}`), "403 Resource not accessible by integration (needs permissions: pull-requests: read)", true, 1},
		{"404", respond(404, `{"message":"Not Found"}`), "404 Not Found (needs permissions: pull-requests: read)", true, 1},
		{"404, the last of an hour", respond(404, `{"message":"Not Found"}`, "X-RateLimit-Remaining", "0"), "404 Not Found (needs permissions: pull-requests: read)", true, 1},
		{"a page", respond(403, "<html>\nno</html>"), "403 Forbidden (needs permissions: pull-requests: read)", true, 1},
		{"several lines", respond(403, `{"message":"  no\n::error::x"}`), "403 no (needs permissions: pull-requests: read)", true, 1},
		{"a command", respond(403, `{"message":"::error::x\u001b"}`), `403 : :error::x\u001b (needs permissions: pull-requests: read)`, true, 1},
		{"long", respond(403, `{"message":"`+strings.Repeat("x", 300)+`"}`), "403 " + strings.Repeat("x", 199) + "… (needs permissions: pull-requests: read)", true, 1},
		{"rate limit", respond(403, `{"message":"API rate limit exceeded for installation"}`, "X-RateLimit-Remaining", "0"), "403 API rate limit exceeded for installation", false, 2},
		{"rate limit, 429", respond(429, `{"message":"slow down"}`, "X-RateLimit-Remaining", "0"), "429 rate limit: slow down", false, 2},
		{"secondary limit", respond(403, secondary), "403 You have exceeded a secondary rate limit.", false, 2},
		{"secondary limit that says when", respond(403, `{"message":"wait"}`, "Retry-After", "60"), "403 wait", false, 2},
		{"secondary limit without its address", respond(403, `{"message":"You have exceeded a secondary rate limit."}`), "403 You have exceeded a secondary rate limit.", false, 2},
		{"too many", respond(429, ""), "429 Too Many Requests", false, 2},
		{"not processable", respond(422, `{"message":"Validation Failed","errors":[{"message":"Body is too long"}]}`), "422 Validation Failed: Body is too long", false, 1},
		{"failing", respond(502, ""), "502 Bad Gateway", false, 0},
		{"nothing", respond(200, ""), "200 an answer that can't be read: nothing in it", false, 3},
		{"no JSON", respond(200, "<html>"), "200 an answer that can't be read: invalid character '<' looking for beginning of value", false, 3},
		{"no answer", nil, "no answer within 15s", false, 3},
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
				r := rest(t, gitHub(), roundTrip(func(r *http.Request) (*http.Response, error) {
					tries++
					if tt.answer == nil {
						<-r.Context().Done()
						return nil, r.Context().Err()
					}
					again := respond(tt.answer.StatusCode, body)
					again.Header = tt.answer.Header.Clone()
					return again, nil
				}))
				start := time.Now()
				_, err := r.Comments(t.Context(), pull)
				took := time.Since(start)
				if want := "pull request 7: comments: " + tt.want; err == nil || err.Error() != want {
					t.Errorf("error %v\nwant  %s", err, want)
				}
				if _, refused := errors.AsType[*github.Refused](err); refused != tt.refused {
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

func TestReadsAreRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := gitHub()
		s.InjectStatus("GET", "/comments", 503, 1)
		s.InjectLostResponse("GET", "/comments", 1)
		if _, err := rest(t, s, s).Comments(t.Context(), pull); err != nil || len(s.Requests()) != 3 {
			t.Errorf("%v after %v", err, asked(s))
		}
	})
}

func TestOperationsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := gitHub()
		s.InjectStatus("GET", "", 503, 0)
		r := rest(t, s, s)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := r.Comments(ctx, pull)
		if want := "pull request 7: comments: context deadline exceeded, after: 503 Service Unavailable"; err == nil || err.Error() != want {
			t.Errorf("got %v", err)
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v is no end of a context", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		page := `[{"id":1,"user":{"login":"x"}}]`
		r := rest(t, gitHub(), roundTrip(func(r *http.Request) (*http.Response, error) {
			select { // and no end of pages
			case <-time.After(time.Second):
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
			return respond(200, page, "Link", `<https://api.github.com/x?page=2>; rel="next"`), nil
		}))
		if _, err := r.Comments(t.Context(), pull); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 4*time.Minute {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}
