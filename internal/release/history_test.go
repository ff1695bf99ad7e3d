package main

import (
	"fmt"
	"net/http"
	"os/exec"
	"strings"
)

// compareCommits answers in pages of two, so that all of them have to be asked for.
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

// createTree makes a tree of another with some files changed.
func (r *fakeRepository) createTree(body jsonMap) string {
	env := "GIT_INDEX_FILE=" + r.TempDir() + "/index"
	in := func(input string, args ...string) string {
		c := exec.CommandContext(r.Context(), "git", append([]string{"-C", r.dir}, args...)...)
		c.Env, c.Stdin = append(c.Environ(), env), strings.NewReader(input)
		out, err := c.Output()
		if err != nil {
			r.Errorf("git %q: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	in("", "read-tree", body["base_tree"].(string))
	for _, e := range body["tree"].([]any) {
		e := e.(jsonMap)
		blob := in(e["content"].(string), "hash-object", "-w", "--stdin")
		in("", "update-index", "--add", "--cacheinfo", e["mode"].(string)+","+blob+","+e["path"].(string))
	}
	return in("", "write-tree")
}
