package fake

import (
	"cmp"
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
	Locked         bool     // its conversation accepts no comments
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

func (s *Server) findPullRequest(number int) *PullRequest {
	for i := range s.pullRequests {
		if s.pullRequests[i].Number == number {
			return &s.pullRequests[i]
		}
	}
	return nil
}

// listPullRequests lists the pull requests that contain a commit.
func (s *Server) listPullRequests(w http.ResponseWriter, r *http.Request) {
	var all []any
	sha := r.PathValue("sha")
	for _, p := range s.pullRequests {
		if s.EmptyLookups > 0 || p.MergeCommitSHA != sha && !slices.Contains(p.Commits, sha) {
			continue
		}
		all = append(all, p.json())
	}
	s.EmptyLookups = max(0, s.EmptyLookups-1)
	writePage(w, r, all)
}

func (s *Server) readPullRequest(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.PathValue("number"))
	p := s.findPullRequest(number)
	if p == nil {
		writeError(w, http.StatusNotFound, "Not Found")
		return
	}
	view := p.json()
	view["merged"] = p.Merged // only the answer for one pull request has it
	writeJSON(w, http.StatusOK, view)
}

func (p PullRequest) json() object {
	base := cmp.Or(p.Repository, Repository)
	view := object{
		"number": p.Number, "state": "open", "merged_at": nil, "merge_commit_sha": p.MergeCommitSHA,
		"html_url": fmt.Sprintf("https://github.com/%s/pull/%d", base, p.Number),
		"head":     object{"sha": p.HeadSHA},
		"base":     object{"ref": cmp.Or(p.BaseBranch, "main"), "repo": object{"full_name": base}},
	}
	if p.Merged {
		view["state"], view["merged_at"] = "closed", mergeTime
	}
	return view
}
