package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
	api "github.com/google/go-github/v90/github"
	"github.com/sethvargo/go-envconfig"

	"astro-apply/internal/github"
)

// requestTimeout is the timeout of one request to GitHub.
const requestTimeout = 30 * time.Second

// jobEnvironment holds the environment variables of a job: those that the runner sets,
// and those that release.yml sets.
type jobEnvironment struct {
	Repository string `env:"GITHUB_REPOSITORY, required"` // owner/name
	Ref        string `env:"GITHUB_REF, required"`
	Commit     string `env:"GITHUB_SHA, required"` // commit on which the workflow started
	Server     string `env:"GITHUB_SERVER_URL, default=https://github.com"`
	API        string `env:"GITHUB_API_URL, default=https://api.github.com"`
	Token      string `env:"GITHUB_TOKEN, required"`
	Version    string `env:"VERSION, required"` // for plan: major, minor, patch or a version; for others: the output of plan

	Image         string `env:"IMAGE"`          // host/name@sha256:…, only for commit
	ReleaseCommit string `env:"RELEASE_COMMIT"` // only for publish
}

// release creates a release through GitHub's API.
type release struct {
	jobEnvironment
	owner, name string
	client      *api.Client
	runner      *github.Runner
}

func newRelease(ctx context.Context, getenv func(string) string, runner *github.Runner) (*release, error) {
	r := &release{runner: runner}
	runner.Mask(getenv("GITHUB_TOKEN"))
	lookup := envconfig.LookuperFunc(func(key string) (string, bool) { v := getenv(key); return v, v != "" })
	if err := envconfig.ProcessWith(ctx, &envconfig.Config{Target: &r.jobEnvironment, Lookuper: lookup}); err != nil {
		return nil, err
	}
	var ok bool
	if r.owner, r.name, ok = strings.Cut(r.Repository, "/"); !ok {
		return nil, fmt.Errorf("GITHUB_REPOSITORY: %q must be owner/name", r.Repository)
	}
	base := strings.TrimRight(r.API, "/") + "/"
	client, err := api.NewClient(api.WithAuthToken(r.Token), api.WithURLs(&base, nil), api.WithTimeout(requestTimeout), api.WithUserAgent("astro-apply-release"))
	if err != nil {
		return nil, fmt.Errorf("GITHUB_API_URL: %w", err)
	}
	r.client = client
	return r, nil
}

// releasedVersions lists the versions that have a tag, oldest first.
func (r *release) releasedVersions(ctx context.Context) ([]*semver.Version, error) {
	refs, _, err := r.client.Git.ListMatchingRefs(ctx, r.owner, r.name, "tags/v")
	if err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	var tags []string
	for _, ref := range refs {
		tags = append(tags, strings.TrimPrefix(ref.GetRef(), "refs/tags/"))
	}
	return parseVersions(tags), nil
}

// commitsSince lists the commits after the tag of the previous version, oldest first. It
// compares with the commit on which the workflow started, because a release commit isn't
// part of main.
func (r *release) commitsSince(ctx context.Context, previous *semver.Version) ([]commitInfo, error) {
	if previous == nil {
		return nil, nil
	}
	var changes []commitInfo
	for page := 1; page != 0; {
		diff, resp, err := r.client.Repositories.CompareCommits(ctx, r.owner, r.name, "v"+previous.String(), r.Commit, &api.ListOptions{Page: page, PerPage: 100})
		if err != nil {
			return nil, fmt.Errorf("compare v%s with %s: %w", previous, r.Commit, err)
		}
		for _, c := range diff.Commits {
			if len(c.Parents) < 2 { // not a merge: the list has the merged commits
				changes = append(changes, commitInfo{c.GetSHA(), c.GetCommit().GetMessage()})
			}
		}
		page = resp.NextPage
	}
	if len(changes) == 0 {
		return nil, fmt.Errorf("no commits since v%s, so there is nothing to release", previous)
	}
	return changes, nil
}

// readAction returns the text of action.yml at a commit.
func (r *release) readAction(ctx context.Context, commit string) ([]byte, error) {
	file, _, _, err := r.client.Repositories.GetContents(ctx, r.owner, r.name, "action.yml", &api.RepositoryContentGetOptions{Ref: commit})
	if err != nil {
		return nil, fmt.Errorf("action.yml at %s: %w", commit, err)
	}
	text, err := file.GetContent()
	if err != nil {
		return nil, fmt.Errorf("action.yml at %s: %w", commit, err)
	}
	return []byte(text), nil
}

// setOutput sets an output for the next jobs, and shows it in the log.
func (r *release) setOutput(name, value string) error {
	r.runner.Print(name + ": " + value)
	return r.runner.SetOutput(name, value)
}

// hasStatus reports whether err is an answer of GitHub with this status.
func hasStatus(err error, status int) bool {
	e, ok := errors.AsType[*api.ErrorResponse](err)
	return ok && e.Response != nil && e.Response.StatusCode == status
}

// isRefConflict reports whether GitHub refused to create a reference, mostly because it
// exists, or to move one, mostly because it doesn't exist. GitHub uses the same status for
// both.
func isRefConflict(err error) bool { return hasStatus(err, http.StatusUnprocessableEntity) }
