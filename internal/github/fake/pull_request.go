package fake

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// PullRequest is one of the repository.
type PullRequest struct {
	Number         int
	HeadSHA        string
	MergeCommitSHA string // the merge commit, the squashed one, or the last of those rebased
	Merged         bool
	Base           string   // the branch; "" is main
	Repository     string   // owner/name of that branch; "" is the server's
	Commits        []string // others that belong to it, its own and rebased ones
}

// PullRequest adds p, or takes the place of that with its number.
func (s *Server) PullRequest(p PullRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pulls = slices.DeleteFunc(s.pulls, func(o PullRequest) bool { return o.Number == p.Number })
	s.pulls = append(s.pulls, p)
}

func (s *Server) pull(number string) *PullRequest {
	for i := range s.pulls {
		if strconv.Itoa(s.pulls[i].Number) == number {
			return &s.pulls[i]
		}
	}
	return nil
}

// associated lists the pull requests of a commit.
func (s *Server) associated(r *http.Request, sha string) answer {
	if s.Lag > 0 {
		s.Lag--
		return paged(r, nil)
	}
	var all []any
	for _, p := range s.pulls {
		if p.MergeCommitSHA != sha && !slices.Contains(p.Commits, sha) {
			continue
		}
		repository, branch := p.Repository, p.Base
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
			view["state"], view["merged_at"] = "closed", merged
		}
		all = append(all, view)
	}
	return paged(r, all)
}
