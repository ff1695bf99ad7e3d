package fake

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// PullRequest is a pull request of the repository.
type PullRequest struct {
	Number         int
	HeadSHA        string
	MergeCommitSHA string // the merge commit, the squashed commit, or the last rebased commit
	Merged         bool
	BaseBranch     string   // target branch; "": main
	Repository     string   // owner/name of the target repository; "": that of the server
	Commits        []string // other commits of the pull request, also the rebased ones
}

// AddPullRequest adds p. It replaces an existing pull request with the same number.
func (s *Server) AddPullRequest(p PullRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pullRequests = slices.DeleteFunc(s.pullRequests, func(o PullRequest) bool { return o.Number == p.Number })
	s.pullRequests = append(s.pullRequests, p)
}

func (s *Server) findPullRequest(number string) *PullRequest {
	for i := range s.pullRequests {
		if strconv.Itoa(s.pullRequests[i].Number) == number {
			return &s.pullRequests[i]
		}
	}
	return nil
}

// pullRequestsOfCommit lists the pull requests that contain a commit.
func (s *Server) pullRequestsOfCommit(r *http.Request, sha string) response {
	if s.EmptyLookups > 0 {
		s.EmptyLookups--
		return paginateResponse(r, nil)
	}
	var all []any
	for _, p := range s.pullRequests {
		if p.MergeCommitSHA != sha && !slices.Contains(p.Commits, sha) {
			continue
		}
		repository, branch := p.Repository, p.BaseBranch
		if repository == "" {
			repository = s.Repository
		}
		if branch == "" {
			branch = "main"
		}
		view := map[string]any{
			"number": p.Number, "state": "open", "merged_at": nil, "merge_commit_sha": p.MergeCommitSHA,
			"html_url": fmt.Sprintf("https://github.com/%s/pull/%d", repository, p.Number),
			"head":     map[string]any{"sha": p.HeadSHA},
			"base":     map[string]any{"ref": branch, "repo": map[string]any{"full_name": repository}},
		}
		if p.Merged {
			view["state"], view["merged_at"] = "closed", mergeTime
		}
		all = append(all, view)
	}
	return paginateResponse(r, all)
}
