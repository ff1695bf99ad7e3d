package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMain runs the tests, or, under the name of a program that the scripts call, its
// replacement.
func TestMain(m *testing.M) {
	replacements := map[string]func(*fakeGitHub, []string) error{
		"gh": (*fakeGitHub).gh, "docker": (*fakeGitHub).docker,
		"go": func(_ *fakeGitHub, args []string) error { // go run ./internal/release
			return run(args[3:], os.Stdin, os.Stdout)
		},
	}
	if command := replacements[filepath.Base(os.Args[0])]; command != nil {
		g := &fakeGitHub{dir: os.Getenv("FAKE_GITHUB")}
		if err := g.runCommand(command, os.Args); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// fakeGitHub is a folder with a repository, its releases, an image registry and
// attestations. gh and docker work on it.
type fakeGitHub struct{ dir string }

// fakeRelease is a release in releases.json.
type fakeRelease struct {
	TagName, Title, Notes string
	IsDraft, IsPrerelease bool
	IsLatest              string            // the last --latest
	Assets                map[string]string // content by name
}

// fakeAttestation is an attestation in attestations.json.
type fakeAttestation struct{ Digest, PredicateType, Predicate string }

const testToken = "ghs_scratch_0123456789"

// runCommand runs gh or docker. The file fault, "NUMBER before" or "NUMBER after", makes
// the call with that number fail: before it has an effect, or as if its answer was lost.
func (g *fakeGitHub) runCommand(command func(*fakeGitHub, []string) error, args []string) error {
	name := filepath.Base(args[0])
	if name == "go" {
		return command(g, args)
	}
	var calls []string
	g.load("calls.json", &calls)
	calls = append(calls, name+" "+strings.Join(args[1:], " "))
	g.store("calls.json", calls)
	fault, _ := os.ReadFile(filepath.Join(g.dir, "fault"))
	number, when, _ := strings.Cut(string(fault), " ")
	hit := number == fmt.Sprint(len(calls))
	if hit && when == "before" {
		return errors.New("HTTP 502: Bad Gateway")
	}
	if err := command(g, args); err != nil {
		return err
	}
	if hit {
		return errors.New("unexpected EOF")
	}
	return nil
}

func (g *fakeGitHub) load(name string, value any) {
	if text, err := os.ReadFile(filepath.Join(g.dir, name)); err == nil {
		if err := json.Unmarshal(text, value); err != nil {
			panic(err)
		}
	}
}

func (g *fakeGitHub) store(name string, value any) {
	text, err := json.Marshal(value)
	if err == nil {
		err = os.WriteFile(filepath.Join(g.dir, name), text, 0o600)
	}
	if err != nil {
		panic(err)
	}
}

// git runs a command in the repository and returns what it prints.
func (g *fakeGitHub) git(args ...string) (string, error) { return g.gitWithInput("", args...) }

func (g *fakeGitHub) gitWithInput(input string, args ...string) (string, error) {
	c := exec.Command("git", append([]string{"-C", filepath.Join(g.dir, "repository")}, args...)...)
	c.Stdin = strings.NewReader(input)
	c.Env = append(c.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_INDEX_FILE="+filepath.Join(g.dir, "index"),
		"GIT_AUTHOR_NAME=o", "GIT_AUTHOR_EMAIL=o@example.com", "GIT_COMMITTER_NAME=o", "GIT_COMMITTER_EMAIL=o@example.com")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("git %q: %w: %s", args, err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// commitFiles commits files, and returns the commit. It doesn't move a branch.
func (g *fakeGitHub) commitFiles(parent, message string, files map[string]string) (string, error) {
	tree := []string{"read-tree", "--empty"}
	if parent != "" {
		tree = []string{"read-tree", parent}
	}
	_, err := g.git(tree...)
	for name, text := range files {
		blob, hashErr := g.gitWithInput(text, "hash-object", "-w", "--stdin")
		mode := map[bool]string{true: "100755", false: "100644"}[strings.HasPrefix(text, "#!")]
		_, addErr := g.git("update-index", "--add", "--cacheinfo", mode+","+blob+","+name)
		err = errors.Join(err, hashErr, addErr)
	}
	id, writeErr := g.git("write-tree")
	args := []string{"commit-tree", id, "-m", message}
	if parent != "" {
		args = append(args, "-p", parent)
	}
	if err := errors.Join(err, writeErr); err != nil {
		return "", err
	}
	return g.git(args...)
}

// parseFlags returns the flags of a command, with all values of each, and its other
// arguments.
func parseFlags(args []string, switches ...string) (flags map[string][]string, rest []string) {
	flags = map[string][]string{}
	for i := 0; i < len(args); i++ {
		name, value, hasValue := strings.Cut(args[i], "=")
		switch {
		case !strings.HasPrefix(args[i], "-"):
			rest = append(rest, args[i])
		case hasValue || slices.Contains(switches, name):
			flags[name] = append(flags[name], value)
		default:
			i++
			flags[name] = append(flags[name], args[i])
		}
	}
	return flags, rest
}

func (g *fakeGitHub) gh(args []string) error {
	if os.Getenv("GH_TOKEN") != testToken || os.Getenv("GH_REPO") != "o/Astro-Apply" {
		return errors.New("HTTP 401: Bad credentials")
	}
	flags, rest := parseFlags(args[1:], "--silent", "--draft", "--verify-tag", "--prerelease", "--clobber")
	switch words := strings.Join(rest[:min(len(rest), 2)], " "); {
	case words == "api graphql":
		return g.createCommitOnBranch(flags)
	case rest[0] == "api":
		return g.changeReference(strings.TrimPrefix(rest[1], "repos/{owner}/{repo}/git/"), flags)
	case rest[0] == "release":
		return g.release(rest[1], rest[2:], flags)
	case words == "attestation download":
		return g.downloadAttestation(rest[2], flags)
	}
	return fmt.Errorf("the fake doesn't know %q", args)
}

// fields returns the fields of an API call, -f and -F.
func fields(flags map[string][]string) map[string]string {
	out := map[string]string{}
	for _, field := range append(slices.Clone(flags["-f"]), flags["-F"]...) {
		name, value, _ := strings.Cut(field, "=")
		out[name] = value
	}
	return out
}

var versionTag = regexp.MustCompile(`^refs/tags/v\d+\.\d+\.\d+`)

func (g *fakeGitHub) changeReference(path string, flags map[string][]string) error {
	f := fields(flags)
	name := "refs/" + strings.TrimPrefix(strings.TrimPrefix(path, "refs/"), "ref/")
	method := "POST"
	switch {
	case flags["-X"] != nil:
		method = flags["-X"][0]
	case len(f) == 0:
		method = "GET"
	default:
		name = f["ref"]
	}
	_, err := g.git("rev-parse", "-q", "--verify", name)
	exists := err == nil
	switch {
	case method == "GET" && !exists:
		return errors.New("HTTP 404: Not Found")
	case method == "GET":
		return nil
	case method == "POST" && exists:
		return errors.New("HTTP 422: Reference already exists")
	case method != "POST" && !exists:
		return errors.New("HTTP 422: Reference does not exist")
	case method != "POST" && versionTag.MatchString(name):
		return errors.New("HTTP 422: Repository rule violations found")
	case method == "DELETE":
		_, err := g.git("update-ref", "-d", name)
		return err
	case method == "PATCH" && f["force"] != "true":
		return errors.New("HTTP 422: Update is not a fast forward")
	case !g.hasKnownWorkflows(f["sha"]):
		return errors.New("HTTP 403: Resource not accessible by integration")
	}
	_, err = g.git("update-ref", name, f["sha"])
	return err
}

// hasKnownWorkflows reports whether some branch has the workflows of a commit. Otherwise
// GitHub forbids the token of a job to write a reference to that commit.
func (g *fakeGitHub) hasKnownWorkflows(commit string) bool {
	want, _ := g.git("rev-parse", commit+":.github/workflows")
	branches, _ := g.git("for-each-ref", "--format=%(objectname)", "refs/heads")
	return slices.ContainsFunc(strings.Fields(branches), func(branch string) bool {
		got, _ := g.git("rev-parse", branch+":.github/workflows")
		return got == want
	})
}

func (g *fakeGitHub) createCommitOnBranch(flags map[string][]string) error {
	f := fields(flags)
	for name := range f {
		if name != "query" && !strings.Contains(f["query"], "$"+name+":") {
			return fmt.Errorf("the query doesn't declare $%s", name)
		}
	}
	for _, use := range regexp.MustCompile(`(\w+): \$(\w+)`).FindAllStringSubmatch(f["query"], -1) {
		if f[use[2]] == "" {
			return fmt.Errorf("%s: variable %s is not set", use[1], use[2])
		}
	}
	branch := "refs/heads/" + f["branch"]
	head, err := g.git("rev-parse", "-q", "--verify", branch)
	if err != nil || head != f["parent"] || f["repository"] != "o/Astro-Apply" {
		return fmt.Errorf("GraphQL: expected branch to point to %q but it points to %q", f["parent"], head)
	}
	action, err := base64.StdEncoding.DecodeString(f["action"])
	if err != nil {
		return err
	}
	commit, err := g.commitFiles(head, f["title"], map[string]string{"action.yml": string(action)})
	if err != nil {
		return err
	}
	if _, err := g.git("update-ref", branch, commit, head); err != nil {
		return err
	}
	_, unsigned := os.Stat(filepath.Join(g.dir, "unsigned"))
	return printJSON(map[string]any{"data": map[string]any{"createCommitOnBranch": map[string]any{
		"commit": map[string]any{"oid": commit, "signature": map[string]any{"isValid": unsigned != nil}},
	}}}, flags["--jq"][0])
}

// printJSON prints what a filter of jq selects from a value.
func printJSON(value any, filter string) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	c := exec.Command("jq", "-r", filter)
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(text), os.Stdout, os.Stderr
	return c.Run()
}

func (g *fakeGitHub) release(command string, args []string, flags map[string][]string) error {
	releases := []*fakeRelease{}
	g.load("releases.json", &releases)
	if command == "list" {
		list := []map[string]any{}
		for _, r := range releases {
			list = append(list, map[string]any{"tagName": r.TagName, "isDraft": r.IsDraft})
		}
		return printJSON(list, flags["--jq"][0])
	}
	defer func() { g.store("releases.json", releases) }()
	if command == "create" {
		if _, err := g.git("rev-parse", "-q", "--verify", "refs/tags/"+args[0]); err != nil || flags["--verify-tag"] == nil {
			return fmt.Errorf("tag %s doesn't exist", args[0])
		}
		notes, err := os.ReadFile(flags["--notes-file"][0])
		releases = append(releases, &fakeRelease{
			TagName: args[0], Title: flags["--title"][0], Notes: string(notes),
			IsDraft: flags["--draft"] != nil, IsPrerelease: flags["--prerelease"] != nil, Assets: map[string]string{},
		})
		return err
	}
	i := slices.IndexFunc(releases, func(r *fakeRelease) bool { return r.TagName == args[0] })
	switch {
	case i < 0:
		return errors.New("release not found")
	case !releases[i].IsDraft:
		return errors.New("HTTP 422: the release is immutable")
	case command == "edit":
		releases[i].IsDraft = flags["--draft"][0] != "false"
		releases[i].IsLatest = flags["--latest"][0]
		return nil
	case command == "upload":
		for _, file := range args[1:] {
			name := filepath.Base(file)
			if _, ok := releases[i].Assets[name]; ok && flags["--clobber"] == nil {
				return errors.New("asset under the same name already exists")
			}
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			releases[i].Assets[name] = string(text)
		}
		return nil
	}
	return fmt.Errorf("the fake doesn't know release %s", command)
}

func (g *fakeGitHub) downloadAttestation(image string, flags map[string][]string) error {
	_, digest, _ := strings.Cut(image, "@")
	var attestations []fakeAttestation
	g.load("attestations.json", &attestations)
	var lines bytes.Buffer
	for _, a := range slices.Backward(attestations) {
		if a.Digest == digest && a.PredicateType == flags["--predicate-type"][0] {
			payload := fmt.Sprintf(`{"predicate": %s}`, a.Predicate)
			fmt.Fprintf(&lines, `{"dsseEnvelope": {"payload": %q}}`+"\n", base64.StdEncoding.EncodeToString([]byte(payload)))
		}
	}
	if lines.Len() == 0 {
		return errors.New("no attestations found")
	}
	return os.WriteFile(digest+".jsonl", lines.Bytes(), 0o600)
}

// docker reads registry.json, which has the answers of imagetools by image, and the
// digests of tags.
func (g *fakeGitHub) docker(args []string) error {
	registry := map[string]json.RawMessage{}
	g.load("registry.json", &registry)
	flags, rest := parseFlags(args[1:], "--raw")
	if len(rest) != 4 || rest[0] != "buildx" || rest[1] != "imagetools" {
		return fmt.Errorf("the fake doesn't know %q", args)
	}
	answer, ok := registry[rest[3]]
	switch {
	case !ok:
		return fmt.Errorf("%s: not found", rest[3])
	case rest[2] == "create":
		_, digest, _ := strings.Cut(rest[3], "@")
		registry[flags["--tag"][0]], _ = json.Marshal(digest)
		g.store("registry.json", registry)
	default:
		fmt.Println(string(answer))
	}
	return nil
}
