package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// fakeRepository is a temporary Git repository with the part of GitHub's API that a
// release uses. Commits, trees and tags created through the API are in the repository.
type fakeRepository struct {
	*testing.T
	dir string
	url string

	mu          sync.Mutex
	releases    map[string]map[string]any
	writes      []string // METHOD path of each write, in order
	refusedCall string   // part of "METHOD path reference$"; matching requests get 403
	unsigned    bool     // new commits aren't signed
}

const testToken = "ghs_scratch_0123456789"

func newRepository(t *testing.T, files map[string]string) *fakeRepository {
	t.Helper()
	r := &fakeRepository{T: t, dir: t.TempDir(), releases: map[string]map[string]any{}}
	r.runGit("init", "-q", "-b", "main")
	r.commitFiles("first: all of it", files)
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	r.url = s.URL
	return r
}

// runGit runs a command in the repository and returns what it prints.
func (r *fakeRepository) runGit(args ...string) string {
	r.Helper()
	out, err := r.tryGit("", args...)
	if err != nil {
		r.Fatal(err)
	}
	return out
}

func (r *fakeRepository) tryGit(input string, args ...string) (string, error) {
	c := exec.CommandContext(r.Context(), "git", append([]string{"-C", r.dir}, args...)...)
	c.Stdin = strings.NewReader(input)
	c.Env = append(c.Environ(), "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=release", "GIT_AUTHOR_EMAIL=release@example.com", "GIT_COMMITTER_NAME=release", "GIT_COMMITTER_EMAIL=release@example.com")
	out, err := c.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("git %q: %w: %s", args, err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// commitFiles commits files to main and returns the commit.
func (r *fakeRepository) commitFiles(message string, files map[string]string) string {
	r.Helper()
	for name, text := range files {
		if err := os.WriteFile(r.dir+"/"+name, []byte(text), 0o600); err != nil {
			r.Fatal(err)
		}
	}
	r.runGit("add", "-A")
	r.runGit("commit", "-q", "--allow-empty", "-m", message)
	return r.runGit("rev-parse", "HEAD")
}

func (r *fakeRepository) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	call := q.Method + " " + strings.TrimPrefix(q.URL.Path, "/repos/o/Astro-Apply")
	if q.Method != http.MethodGet {
		r.writes = append(r.writes, call)
	}
	var body jsonMap
	_ = json.NewDecoder(q.Body).Decode(&body)
	ref, _ := body["ref"].(string)
	status, answer := http.StatusUnauthorized, any(map[string]string{"message": "Bad credentials"})
	switch {
	case q.Header.Get("Authorization") != "Bearer "+testToken:
	case r.refusedCall != "" && strings.Contains(call+" "+ref+"$", r.refusedCall):
		status, answer = http.StatusForbidden, map[string]string{"message": "Resource not accessible by integration"}
	default:
		status, answer = r.handleCall(w.Header(), call, q, body)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

type jsonMap = map[string]any

func (r *fakeRepository) handleCall(header http.Header, call string, q *http.Request, body jsonMap) (int, any) {
	failed := func(status int, err error) (int, any) { return status, jsonMap{"message": err.Error()} }
	verb, path, _ := strings.Cut(call, " ")
	switch {
	case call == "GET ":
		return 200, jsonMap{"default_branch": "main"}
	case call == "GET /git/matching-refs/tags/v":
		refs := []jsonMap{}
		for name := range strings.FieldsSeq(r.runGit("tag", "-l", "v*")) {
			refs = append(refs, tagReference(name, r.runGit("rev-parse", name)))
		}
		return 200, refs
	case strings.HasPrefix(call, "GET /compare/"):
		return r.compareCommits(header, q, strings.TrimPrefix(path, "/compare/"))
	case call == "GET /contents/action.yml":
		text, err := r.tryGit("", "show", q.URL.Query().Get("ref")+":action.yml")
		if err != nil {
			return failed(404, err)
		}
		return 200, jsonMap{"type": "file", "encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte(text + "\n"))}
	case strings.HasPrefix(call, "GET /git/commits/"):
		sha := strings.TrimPrefix(path, "/git/commits/")
		parents, err := r.tryGit("", "log", "-1", "--format=%P", sha)
		if err != nil {
			return failed(404, err)
		}
		answer := jsonMap{"sha": sha, "tree": jsonMap{"sha": r.runGit("rev-parse", sha+"^{tree}")}, "parents": []jsonMap{}}
		for p := range strings.FieldsSeq(parents) {
			answer["parents"] = append(answer["parents"].([]jsonMap), jsonMap{"sha": p})
		}
		return 200, answer
	case call == "POST /git/trees":
		return 201, jsonMap{"sha": r.createTree(body)}
	case call == "POST /git/commits":
		args := []string{"commit-tree", body["tree"].(string), "-m", body["message"].(string)}
		for _, p := range body["parents"].([]any) {
			args = append(args, "-p", p.(string))
		}
		return 201, jsonMap{"sha": r.runGit(args...), "verification": jsonMap{"verified": !r.unsigned && body["author"] == nil && body["committer"] == nil}}
	case call == "POST /git/refs":
		name := strings.TrimPrefix(body["ref"].(string), "refs/tags/")
		if _, err := r.tryGit("", "rev-parse", "-q", "--verify", "refs/tags/"+name); err == nil {
			return 422, jsonMap{"message": "Reference already exists"}
		}
		r.runGit("tag", name, body["sha"].(string))
		return 201, tagReference(name, body["sha"].(string))
	case strings.Contains(path, "/git/ref"):
		name := path[strings.LastIndex(path, "/")+1:]
		sha, err := r.tryGit("", "rev-parse", "-q", "--verify", "refs/tags/"+name)
		switch {
		case err != nil && verb == "PATCH":
			return 422, jsonMap{"message": "Reference does not exist"}
		case err != nil:
			return failed(404, err)
		case verb == "PATCH" && body["force"] != true:
			return 422, jsonMap{"message": "Update is not a fast forward"}
		case verb == "PATCH":
			sha = body["sha"].(string)
			r.runGit("tag", "-f", name, sha)
		}
		return 200, tagReference(name, sha)
	case call == "POST /releases":
		tag := body["tag_name"].(string)
		if r.releases[tag] != nil {
			return 422, jsonMap{"message": "Validation Failed"}
		}
		r.runGit("rev-parse", "refs/tags/"+tag) // fails without the tag; GitHub would create the tag on main
		body["html_url"] = "https://github.com/o/Astro-Apply/releases/tag/" + tag
		r.releases[tag] = body
		return 201, body
	case strings.HasPrefix(call, "GET /releases/tags/"):
		if existing := r.releases[path[strings.LastIndex(path, "/")+1:]]; existing != nil {
			return 200, existing
		}
		return 404, jsonMap{"message": "Not Found"}
	}
	return 404, jsonMap{"message": "the fake doesn't know " + call}
}

func tagReference(tag, sha string) jsonMap {
	return jsonMap{"ref": "refs/tags/" + tag, "object": jsonMap{"sha": sha, "type": "commit"}}
}

// compareCommits answers in pages of two commits, so that tests cover more than one page.
func (r *fakeRepository) compareCommits(header http.Header, q *http.Request, between string) (int, any) {
	const size = 2
	all := strings.Fields(r.runGit("log", "--reverse", "--format=%H", strings.Replace(between, "...", "..", 1)))
	page := 1
	_, _ = fmt.Sscan(q.URL.Query().Get("page"), &page)
	commits := []jsonMap{}
	for i := (page - 1) * size; i < min(page*size, len(all)); i++ {
		parents := make([]jsonMap, len(strings.Fields(r.runGit("log", "-1", "--format=%P", all[i]))))
		commits = append(commits, jsonMap{"sha": all[i], "parents": parents, "commit": jsonMap{"message": r.runGit("log", "-1", "--format=%B", all[i])}})
	}
	if page*size < len(all) {
		header.Set("Link", fmt.Sprintf(`<%s%s?page=%d>; rel="next"`, r.url, q.URL.Path, page+1))
	}
	return 200, jsonMap{"commits": commits}
}

// createTree creates a tree from a base tree and changed files.
func (r *fakeRepository) createTree(body jsonMap) string {
	env := "GIT_INDEX_FILE=" + r.TempDir() + "/index"
	gitWithIndex := func(input string, args ...string) string {
		c := exec.CommandContext(r.Context(), "git", append([]string{"-C", r.dir}, args...)...)
		c.Env, c.Stdin = append(c.Environ(), env), strings.NewReader(input)
		out, err := c.Output()
		if err != nil {
			r.Errorf("git %q: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	gitWithIndex("", "read-tree", body["base_tree"].(string))
	for _, e := range body["tree"].([]any) {
		e := e.(jsonMap)
		blob := gitWithIndex(e["content"].(string), "hash-object", "-w", "--stdin")
		gitWithIndex("", "update-index", "--add", "--cacheinfo", e["mode"].(string)+","+blob+","+e["path"].(string))
	}
	return gitWithIndex("", "write-tree")
}
