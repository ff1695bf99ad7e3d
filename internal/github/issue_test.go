package github_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"astro-apply/internal/github"
	"astro-apply/internal/github/fake"
)

const driftLabel = "astro-drift"

func hasDriftMarker(body string) bool { return strings.HasPrefix(body, "drift ") }

func ownIssue(number int, body string, labels ...string) fake.Issue {
	return fake.Issue{Number: number, Login: "github-actions[bot]", Type: "Bot", Body: body, Labels: labels}
}

func TestFindOwnIssue(t *testing.T) {
	t.Parallel()
	other := ownIssue(4, "drift a", driftLabel)
	other.Login, other.Type = "github-actions", "User"
	closed := ownIssue(5, "drift a", driftLabel)
	closed.IsClosed = true
	pull := ownIssue(6, "drift a", driftLabel)
	pull.IsPullRequest = true
	var many []fake.Issue
	for range 100 {
		many = append(many, ownIssue(0, "hello", driftLabel))
	}
	const unconfirmed = "GitHub doesn't confirm the login of the token, so this run can't identify its own issues: "
	for _, tt := range []struct {
		name   string
		issues []fake.Issue
		fault  []string // method and path of requests that are refused
		want   int      // number of the issue, 0 for none
		err    string
	}{
		{"none", nil, nil, 0, ""},
		{"the oldest", []fake.Issue{ownIssue(1, "hello", driftLabel), ownIssue(2, "drift a", driftLabel), ownIssue(3, "drift b", driftLabel)}, nil, 2, ""},
		{"closed", []fake.Issue{closed}, nil, 5, ""},
		{"another label", []fake.Issue{ownIssue(1, "drift a", "bug"), ownIssue(2, "drift a")}, nil, 0, ""},
		{"several labels, other case", []fake.Issue{ownIssue(1, "drift a", "bug", "Astro-Drift")}, nil, 1, ""},
		{"another author", []fake.Issue{other}, nil, 0, ""},
		{"a pull request", []fake.Issue{pull}, nil, 0, ""},
		{"on the second page", append(many, ownIssue(900, "drift a", driftLabel)), nil, 900, ""},
		{"refused", nil, []string{"GET", "/issues"}, 0, "403 Resource not accessible by integration (needs permissions: issues: write)"},
		{"identity unconfirmed", []fake.Issue{ownIssue(1, "drift a", driftLabel)}, []string{"POST", "/graphql"}, 0, unconfirmed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newFakeGitHub()
			for _, i := range tt.issues {
				s.AddIssue(i)
			}
			if tt.fault != nil {
				s.InjectStatus(tt.fault[0], tt.fault[1], 403, 0)
			}
			got, err := newREST(t, s, s).FindOwnIssue(t.Context(), driftLabel, hasDriftMarker)
			checkError(t, err, "issues with the label astro-drift: ", tt.err)
			if number := issueNumber(got); number != tt.want {
				t.Errorf("issue %d, want %d", number, tt.want)
			}
		})
	}
}

func issueNumber(i *github.Issue) int {
	if i == nil {
		return 0
	}
	return i.Number
}

// checkError checks that err is prefix and then a text that starts with want, or nil if
// want is "".
func checkError(t *testing.T, err error, prefix, want string) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), prefix+want)) {
		t.Errorf("error %v, want %q", err, want)
	}
}

func TestCreateIssue(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		faults func(*fake.Server)
		body   string
		err    string
		issues int // number of issues afterwards
		writes []string
	}{
		{"created", nil, "drift a", "", 1, []string{"POST /labels 201", "POST /issues 201"}},
		{
			"no response", func(s *fake.Server) { s.InjectLostResponse("POST", "/issues", 1) }, "drift a", "", 1,
			[]string{"POST /labels 201", "POST /issues 0"},
		},
		{
			"fails once", func(s *fake.Server) { s.InjectStatus("POST", "/issues", 502, 1) }, "drift a", "", 1,
			[]string{"POST /labels 201", "POST /issues 502", "POST /issues 201"},
		},
		{
			"fails", func(s *fake.Server) { s.InjectStatus("POST", "/issues", 502, 0) }, "drift a", "502 Bad Gateway", 0,
			[]string{"POST /labels 201", "POST /issues 502", "POST /issues 502", "POST /issues 502"},
		},
		{
			"refused", func(s *fake.Server) { s.InjectStatus("POST", "/issues", 403, 0) }, "drift a",
			"403 Resource not accessible by integration (needs permissions: issues: write)", 0,
			[]string{"POST /labels 201", "POST /issues 403"},
		},
		{
			"issues are disabled", func(s *fake.Server) { s.InjectStatus("POST", "/issues", 410, 0) }, "drift a", "410 Gone", 0,
			[]string{"POST /labels 201", "POST /issues 410"},
		},
		{
			"the label can't be created", func(s *fake.Server) { s.InjectStatus("POST", "/labels", 403, 0) }, "drift a",
			"403 Resource not accessible by integration (needs permissions: issues: write)", 0,
			[]string{"POST /labels 403"},
		},
		{
			"another run created the label", func(s *fake.Server) { s.InjectStatus("POST", "/labels", 422, 0) }, "drift a", "", 1,
			[]string{"POST /labels 422", "POST /issues 201"},
		},
		{
			"the label is dropped", func(s *fake.Server) { s.DropsLabels = true }, "drift a",
			"GitHub didn't set the label astro-drift on issue 100, so the next run couldn't find it", 1,
			[]string{"POST /labels 201", "POST /issues 201"},
		},
		{
			"identity unconfirmed", func(s *fake.Server) { s.InjectStatus("POST", "/graphql", 403, 0) }, "drift a",
			"GitHub doesn't confirm the login of the token", 0, nil,
		},
		{"no marker", nil, "a", "it has no marker of astro-apply", 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newFakeGitHub()
				if tt.faults != nil {
					tt.faults(s)
				}
				issue, err := newREST(t, s, s).CreateIssue(t.Context(), driftLabel, "title", tt.body, hasDriftMarker)
				checkError(t, err, "new issue: ", tt.err)
				if tt.err == "" && (issueNumber(issue) != 100 || !issue.IsOpen || issue.URL == "") {
					t.Errorf("issue %+v", issue)
				}
				if all := s.Issues(); len(all) != tt.issues {
					t.Errorf("%d issues, want %d", len(all), tt.issues)
				}
				writes := slices.DeleteFunc(sentRequests(s), func(r string) bool { return strings.HasPrefix(r, "GET ") })
				if !slices.Equal(tt.writes, writes) {
					t.Errorf("writes %q, want %q", writes, tt.writes)
				}
			})
		})
	}
}

func TestUpdateIssue(t *testing.T) {
	t.Parallel()
	s := newFakeGitHub()
	number := s.AddIssue(ownIssue(0, "drift a", driftLabel))
	r := newREST(t, s, s)
	for _, open := range []bool{false, true} {
		if err := r.UpdateIssue(t.Context(), number, "drift b", open); err != nil {
			t.Fatal(err)
		}
		if i := s.Issues()[0]; i.Body != "drift b" || i.IsClosed == open {
			t.Errorf("open %v: %+v", open, i)
		}
	}
	if err := r.CommentOnIssue(t.Context(), number, "changed"); err != nil || s.Comments(number)[0].Body != "changed" {
		t.Errorf("%v, %v", err, s.Comments(number))
	}
	s.InjectStatus("", "/issues", 403, 0)
	for _, err := range []error{r.UpdateIssue(t.Context(), number, "drift c", true), r.CommentOnIssue(t.Context(), number, "x")} {
		if denied, ok := errors.AsType[*github.PermissionError](err); !ok || denied.RequiredPermission != "issues: write" {
			t.Errorf("error %v", err)
		}
	}
}

func TestIsPrivate(t *testing.T) {
	t.Parallel()
	for _, want := range []bool{true, false} {
		s := newFakeGitHub()
		s.Private = want
		r := newREST(t, s, s)
		if got, err := r.IsPrivate(t.Context()); err != nil || got != want {
			t.Errorf("%v, %v, want %v", got, err, want)
		}
		s.InjectStatus("GET", "", 404, 0)
		if got, err := r.IsPrivate(t.Context()); err == nil || got {
			t.Errorf("%v, %v", got, err)
		}
	}
}
