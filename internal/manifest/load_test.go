package manifest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"astro-apply/internal/manifest"
	"astro-apply/internal/sandbox"
	"astro-apply/internal/testkit"
)

// chdirWithFiles creates files in a new working directory. Each contains its base name.
func chdirWithFiles(t *testing.T, files ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range files {
		requireNoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		requireNoError(t, os.WriteFile(name, []byte(filepath.Base(name)), 0o644))
	}
}

func requireNoError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sourceNames returns the names of the files that match the patterns, and the problems.
func sourceNames(t *testing.T, patterns ...string) (names, problems []string) {
	t.Helper()
	sources, err := manifest.ReadSources(sandbox.Folders{}, patterns)
	for _, s := range sources {
		names = append(names, s.Name)
		if filepath.Base(s.Name) != string(s.Data) {
			t.Errorf("%s holds %q", s.Name, s.Data)
		}
	}
	if err != nil {
		problems = strings.Split(err.Error(), "\n")
	}
	return names, problems
}

func TestReadSources(t *testing.T) {
	chdirWithFiles(t, "astro.yaml", "b.yml", "notes.txt", "m/a.yaml", "m/deep/er/x.yml", "m/deep/y.yaml", "m/z.json", "m/.hidden/h.yaml", "m/.hidden/deep/h.yaml", "m/deep/.dot.yaml", "[x]/q.yaml", "x/r.yaml", "e/none.txt", "UP.YAML")
	tests := map[string]struct {
		patterns     []string
		want         []string
		wantProblems []string
	}{
		"a file":                           {[]string{"astro.yaml"}, []string{"astro.yaml"}, nil},
		"a file with another extension":    {[]string{"m/z.json"}, []string{"m/z.json"}, nil},
		"an unclean path":                  {[]string{"./m//deep/../a.yaml"}, []string{"m/a.yaml"}, nil},
		"in the order of the patterns":     {[]string{"b.yml", "astro.yaml"}, []string{"b.yml", "astro.yaml"}, nil},
		"a folder":                         {[]string{"m"}, []string{"m/a.yaml", "m/deep/.dot.yaml", "m/deep/er/x.yml", "m/deep/y.yaml"}, nil},
		"a folder with a slash":            {[]string{"./m/deep/"}, []string{"m/deep/.dot.yaml", "m/deep/er/x.yml", "m/deep/y.yaml"}, nil},
		"a folder that starts with a dot":  {[]string{"m/.hidden"}, []string{"m/.hidden/deep/h.yaml", "m/.hidden/h.yaml"}, nil},
		"the current folder":               {[]string{"."}, []string{"[x]/q.yaml", "astro.yaml", "b.yml", "m/a.yaml", "m/deep/.dot.yaml", "m/deep/er/x.yml", "m/deep/y.yaml", "x/r.yaml"}, nil},
		"a glob":                           {[]string{"m/*.yaml"}, []string{"m/a.yaml"}, nil},
		"a glob of folders":                {[]string{"m/*/y.yaml"}, []string{"m/deep/y.yaml"}, nil},
		"a glob, any file":                 {[]string{"m/?.*"}, []string{"m/a.yaml", "m/z.json"}, nil},
		"a glob doesn't match folders":     {[]string{"*"}, []string{"UP.YAML", "astro.yaml", "b.yml", "notes.txt"}, nil},
		"at any depth":                     {[]string{"m/**/*.yaml"}, []string{"m/.hidden/deep/h.yaml", "m/.hidden/h.yaml", "m/a.yaml", "m/deep/.dot.yaml", "m/deep/y.yaml"}, nil},
		"all files below":                  {[]string{"m/deep/**"}, []string{"m/deep/.dot.yaml", "m/deep/er/x.yml", "m/deep/y.yaml"}, nil},
		"alternatives":                     {[]string{"{m,x,none}/*.yaml"}, []string{"m/a.yaml", "x/r.yaml"}, nil},
		"classes":                          {[]string{"[a-b]*.y*ml"}, []string{"astro.yaml", "b.yml"}, nil},
		"each file once":                   {[]string{"m/deep", "m/**/*.yaml", "./m/a.yaml"}, []string{"m/deep/.dot.yaml", "m/deep/er/x.yml", "m/deep/y.yaml", "m/.hidden/deep/h.yaml", "m/.hidden/h.yaml", "m/a.yaml"}, nil},
		"a folder that looks like a class": {[]string{"[x]", "[x]/q.yaml"}, []string{"[x]/q.yaml"}, nil},
		"a class that looks like a folder": {[]string{"[x]/*.yaml"}, []string{"x/r.yaml"}, nil},
		"an escaped class":                 {[]string{`\[x\]/*.yaml`}, []string{"[x]/q.yaml"}, nil},
		"missing":                          {[]string{"nope.yaml"}, nil, []string{"nope.yaml: no such file or directory"}},
		"below a file":                     {[]string{"astro.yaml/x.yaml"}, nil, []string{"astro.yaml/x.yaml: not a directory"}},
		"no match":                         {[]string{"m/*.txt"}, nil, []string{"m/*.txt: no manifest file matches"}},
		"several in a line":                {[]string{"astro.yaml, b.yml"}, nil, []string{"astro.yaml, b.yml: no such file or directory; write one pattern per line, without commas or spaces"}},
		"several globs in a line":          {[]string{"m/*.yaml,n/*.yaml"}, nil, []string{"m/*.yaml,n/*.yaml: no manifest file matches; write one pattern per line, without commas or spaces"}},
		"separated by a space":             {[]string{"astro.yaml b.yml"}, nil, []string{"astro.yaml b.yml: no such file or directory; write one pattern per line, without commas or spaces"}},
		"an exclusion":                     {[]string{"m/deep", "!m/deep/y.yaml", "!n/*.yaml"}, []string{"m/deep/.dot.yaml", "m/deep/er/x.yml", "m/deep/y.yaml"}, []string{"!m/deep/y.yaml: no such file or directory; a pattern can't exclude files: list the files or folders to read", "!n/*.yaml: no manifest file matches; a pattern can't exclude files: list the files or folders to read"}},
		"no such folder":                   {[]string{"nope/**/*.yaml"}, nil, []string{"nope/**/*.yaml: no manifest file matches"}},
		"an empty folder":                  {[]string{"e"}, nil, []string{"e: no manifest file matches"}},
		"not a pattern":                    {[]string{"m/["}, nil, []string{"m/[: syntax error in pattern"}},
		"several problems":                 {[]string{"nope.yaml", "astro.yaml", "m/*.txt", "{", "b.yml"}, []string{"astro.yaml", "b.yml"}, []string{"nope.yaml: no such file or directory", "m/*.txt: no manifest file matches", "{: syntax error in pattern"}},
		"no patterns":                      {nil, nil, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			names, problems := sourceNames(t, test.patterns...)
			testkit.AssertEqual(t, "files", test.want, names)
			testkit.AssertEqual(t, "problems", test.wantProblems, problems)
		})
	}
}

// ReadSources reads links to files like files. It follows a link to a folder only if the
// pattern names the link, because links can form cycles.
func TestReadSourcesLinks(t *testing.T) {
	chdirWithFiles(t, "m/a.yaml", "n/b.yaml")
	for name, target := range map[string]string{"m/circle": ".", "m/out": "../n", "m/b.yaml": "../n/b.yaml", "link": "m", "self": "self", "gone.yaml": "nowhere"} {
		requireNoError(t, os.Symlink(target, name))
	}
	names, problems := sourceNames(t, "m")
	testkit.AssertEqual(t, "a folder", []string{"m/a.yaml", "m/b.yaml"}, names)
	testkit.AssertEqual(t, "a folder", []string(nil), problems)
	names, problems = sourceNames(t, "link/**/*.yaml")
	testkit.AssertEqual(t, "a link", []string{"link/a.yaml", "link/b.yaml"}, names)
	testkit.AssertEqual(t, "a link", []string(nil), problems)
	names, problems = sourceNames(t, "m/circle/out")
	testkit.AssertEqual(t, "named", []string{"m/circle/out/b.yaml"}, names)
	testkit.AssertEqual(t, "named", []string(nil), problems)
	names, problems = sourceNames(t, "m/**", "self", "gone.yaml", "*.yaml")
	testkit.AssertEqual(t, "broken", []string{"m/a.yaml", "m/b.yaml"}, names)
	testkit.AssertEqual(t, "broken", []string{"m/circle: not a regular file", "m/out: not a regular file", "self: too many levels of symbolic links", "gone.yaml: no such file or directory", "gone.yaml: no such file or directory"}, problems)
}

func TestReadSourcesUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	chdirWithFiles(t, "m/a.yaml", "m/locked/b.yaml", "c.yaml")
	requireNoError(t, os.Chmod("m/locked", 0))
	requireNoError(t, os.Chmod("c.yaml", 0))
	t.Cleanup(func() { _ = os.Chmod("m/locked", 0o755) })
	names, problems := sourceNames(t, "m", "c.yaml", "m/a.yaml")
	testkit.AssertEqual(t, "files", []string{"m/a.yaml"}, names)
	testkit.AssertEqual(t, "problems", []string{"m: open locked: permission denied", "c.yaml: permission denied"}, problems)
}

func TestReadSourcesAbsolute(t *testing.T) {
	chdirWithFiles(t, "m/a.yaml")
	here, err := os.Getwd()
	requireNoError(t, err)
	names, problems := sourceNames(t, filepath.Join(here, "m", "*.yaml"))
	testkit.AssertEqual(t, "files", []string{filepath.ToSlash(here) + "/m/a.yaml"}, names)
	testkit.AssertEqual(t, "problems", []string(nil), problems)
}

// The limit applies to the total size of all files. ReadSources still reads the files
// that fit.
func TestReadSourcesLimit(t *testing.T) {
	chdirWithFiles(t)
	for name, size := range map[string]int64{"half": manifest.MaxBytes / 2, "rest": manifest.MaxBytes / 2, "more": 1, "huge": 1 << 40, "none": 0} {
		requireNoError(t, os.WriteFile(name, nil, fs.FileMode(0o644)))
		requireNoError(t, os.Truncate(name, size))
	}
	sizes := func(patterns ...string) (out []int, problems string) {
		sources, err := manifest.ReadSources(sandbox.Folders{}, patterns)
		for _, s := range sources {
			out = append(out, len(s.Data))
		}
		if err != nil {
			problems = err.Error()
		}
		return out, problems
	}
	const large = ": the manifests together are larger than 4 MiB; use several runs with fewer files"
	got, problems := sizes("half", "rest", "none")
	testkit.AssertEqual(t, "sizes", []int{manifest.MaxBytes / 2, manifest.MaxBytes / 2, 0}, got)
	testkit.AssertEqual(t, "problems", "", problems)
	got, problems = sizes("huge", "half", "rest", "more")
	testkit.AssertEqual(t, "sizes", []int{manifest.MaxBytes / 2, manifest.MaxBytes / 2}, got)
	testkit.AssertEqual(t, "problems", "huge"+large+"\nmore"+large, problems)
}
