package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

const modulePath = "astro-apply"

// allowedImports lists the packages of this module that each package may import: the
// arrows in CONTRIBUTING. Add new packages here.
var allowedImports = map[string][]string{
	".": {"internal/app"},
	"internal/app": {
		"internal/apply", "internal/astro", "internal/astrocli", "internal/config", "internal/current", "internal/desired", "internal/export",
		"internal/github", "internal/kind", "internal/manifest", "internal/plan", "internal/report", "internal/sandbox", "internal/schema",
		"internal/simulator", "internal/simulator/seed",
	},
	"internal/report": {
		"internal/apply", "internal/astro", "internal/config", "internal/current", "internal/export", "internal/github", "internal/kind",
		"internal/plan", "internal/redact", "internal/schema",
	},
	"internal/apply": {
		"internal/astro", "internal/current", "internal/desired", "internal/kind", "internal/plan", "internal/retry", "internal/schema",
	},
	"internal/plan": {"internal/current", "internal/desired", "internal/kind", "internal/schema"},
	"internal/export": {
		"internal/current", "internal/desired", "internal/kind", "internal/manifest", "internal/schema",
	},
	"internal/current":     {"internal/astro", "internal/desired", "internal/kind", "internal/schema"},
	"internal/desired":     {"internal/astrocli", "internal/kind", "internal/schema"},
	"internal/astrocli":    {"internal/kind", "internal/schema"},
	"internal/kind":        {"internal/schema"},
	"internal/manifest":    {"internal/schema"},
	"internal/schema":      nil,
	"internal/jsonschema":  {"internal/astrocli", "internal/kind", "internal/schema"},
	"internal/github":      {"internal/apiurl", "internal/redact", "internal/retry"},
	"internal/github/fake": nil,
	"internal/astro":       {"internal/apiurl", "internal/redact", "internal/retry"},
	"internal/apiurl":      nil,
	"internal/redact":      nil,
	"internal/retry":       nil,
	"internal/config":      {"internal/apiurl"},
	"internal/sandbox":     nil,
	"internal/longtest":    nil,
	"internal/release":     nil,
	"internal/simulator":   {"internal/simulator/constraint", "internal/simulator/faulty"},
	"internal/testkit": {
		"internal/astro", "internal/current", "internal/desired", "internal/kind", "internal/manifest", "internal/schema", "internal/simulator",
	},
	"internal/simulator/constraint":  nil,
	"internal/simulator/faulty":      {"internal/simulator/constraint"},
	"internal/simulator/seed":        {"internal/desired", "internal/kind", "internal/schema"},
	"internal/simulator/conformance": {"internal/simulator/faulty"},
}

// processAPIs matches functions and variables that use the state of the process. Only
// main.go may use them: other packages take them as parameters, so that tests can run
// in parallel.
var processAPIs = map[string]*regexp.Regexp{
	"os":        regexp.MustCompile(`^(Getenv|LookupEnv|Environ|ExpandEnv|Setenv|Unsetenv|Clearenv|Exit|Args|Stdin|Stdout|Stderr|Chdir)$`),
	"os/signal": regexp.MustCompile(``),
	"syscall":   regexp.MustCompile(`^(Environ|Getenv|Setenv|Unsetenv|Exit|Exec|Kill|Read|Write|Std.*)$`),
	"flag":      regexp.MustCompile(``),
	"log":       regexp.MustCompile(``),
	"log/slog":  regexp.MustCompile(``),
	"fmt":       regexp.MustCompile(`^(Print|Scan)(|f|ln)$`),
}

// kindPackages know the kinds. All other packages that use the tables serve every kind; of these,
// hierarchyPackages may name the kinds that contain others, to which names and tokens are limited.
var (
	kindPackages      = []string{"internal/kind", "internal/astrocli", "internal/simulator/seed"}
	hierarchyPackages = []string{"internal/app", "internal/desired", "internal/current"}
	hierarchyWord     = regexp.MustCompile(`(?i)workspace|deployment`)
)

// sourceFile is a parsed Go file of this module.
type sourceFile struct {
	name, dir string
	isTest    bool
	*ast.File
}

func sourceFiles(t *testing.T) []sourceFile {
	t.Helper()
	files, err := parseSourceFiles()
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("found %d files only", len(files))
	}
	return files
}

// parseSourceFiles parses all Go files once for all tests.
var parseSourceFiles = sync.OnceValues(func() (files []sourceFile, err error) {
	root := os.DirFS("../..")
	err = fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && name != "." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata"):
			return fs.SkipDir
		case e.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		files = append(files, sourceFile{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), f})
		return err
	})
	return files, err
})

// programFiles returns the files that are compiled into the program.
func programFiles(t *testing.T) []sourceFile {
	t.Helper()
	return slices.DeleteFunc(slices.Clone(sourceFiles(t)), func(s sourceFile) bool {
		return s.isTest || s.dir == "internal/simulator/conformance" || s.dir == "internal/github/fake" || s.dir == "internal/longtest" || s.dir == "internal/testkit" || s.dir == "internal/release" || s.dir == "internal/jsonschema"
	})
}

func TestArchitectureImports(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, s := range sourceFiles(t) {
		allowed, known := allowedImports[s.dir]
		if !known {
			t.Errorf("%s: package %s has no place in the architecture", s.name, s.dir)
		}
		for _, i := range s.Imports {
			to, ours := strings.CutPrefix(unquoteLiteral(i.Path), modulePath+"/")
			if !ours || s.isTest {
				continue
			}
			used[s.dir+" "+to] = true
			if !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s", s.name, to)
			}
		}
	}
	for from, list := range allowedImports {
		for _, to := range list {
			if !used[from+" "+to] {
				t.Errorf("%s may import %s and does not", from, to)
			}
		}
	}
}

func TestArchitectureProcess(t *testing.T) {
	t.Parallel()
	for _, s := range programFiles(t) {
		if s.name == "main.go" {
			continue
		}
		packages := map[string]string{}
		for _, i := range s.Imports {
			name := path.Base(unquoteLiteral(i.Path))
			if i.Name != nil {
				name = i.Name.Name
			}
			packages[name] = unquoteLiteral(i.Path)
			if name == "." {
				t.Errorf("%s: a dot import of %s hides which names come from it", s.name, unquoteLiteral(i.Path))
			}
		}
		ast.Inspect(s.File, func(n ast.Node) bool {
			if x, ok := n.(*ast.SelectorExpr); ok {
				if of, ok := x.X.(*ast.Ident); ok {
					if names := processAPIs[packages[of.Name]]; names != nil && names.MatchString(x.Sel.Name) {
						t.Errorf("%s uses %s.%s, which only main.go may", s.name, packages[of.Name], x.Sel.Name)
					}
				}
			}
			return true
		})
	}
}

// TestArchitectureEnvironment checks that variables of the process become typed values in one
// layer: the inputs, the runner's variables, and those that app reads by itself or passes
// on for the manifest.
func TestArchitectureEnvironment(t *testing.T) {
	t.Parallel()
	readers := []string{
		"main.go", "internal/app/app.go", "internal/app/manifests.go", "internal/app/proxy.go",
		"internal/config/config.go", "internal/github/environment.go",
	}
	for _, s := range programFiles(t) {
		ast.Inspect(s.File, func(n ast.Node) bool {
			if x, ok := n.(*ast.Ident); ok && strings.EqualFold(x.Name, "getenv") && !slices.Contains(readers, s.name) {
				t.Errorf("%s reads the environment", s.name)
			}
			return true
		})
	}
}

// A kind is a table. Code in another package that named a kind or one of its fields
// would work for that kind only. So no package that uses the tables may use their words
// in strings or identifiers. Comments may, and so may struct tags, which are for the
// program's own JSON.
func TestArchitectureKinds(t *testing.T) {
	t.Parallel()
	kindName, fields := kindWords()
	checked, tags := map[string]bool{}, map[*ast.BasicLit]bool{}
	for _, s := range programFiles(t) {
		if !slices.Contains(allowedImports[s.dir], "internal/kind") || slices.Contains(kindPackages, s.dir) {
			continue
		}
		checked[s.dir] = true
		check := func(word string) {
			if !slices.Contains(hierarchyPackages, s.dir) || !hierarchyWord.MatchString(word) {
				t.Errorf("%s names a kind or a field of one: %s", s.name, word)
			}
		}
		ast.Inspect(s.File, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.Field:
				tags[n.Tag] = true
			case *ast.BasicLit:
				if tags[n] {
					return true
				}
				for _, word := range wordPattern.FindAllString(n.Value, -1) {
					// A common word such as region counts as a field only if it is
					// the whole string.
					if kindName.MatchString(word) || fields[word] && (word != strings.ToLower(word) || unquoteLiteral(n) == word) {
						check(word)
					}
				}
			case *ast.Ident:
				if kindName.MatchString(n.Name) {
					check(n.Name)
				}
			}
			return true
		})
	}
	if len(checked) < 7 {
		t.Errorf("only %d packages use the tables: %v", len(checked), checked)
	}
}

var wordPattern = regexp.MustCompile(`[A-Za-z]+`)

// TestArchitectureTruncation finds code outside of package redact that truncates text.
// Redact replaces secrets before it truncates: no search finds a truncated secret. Code
// that truncates text adds the mark …, so the test searches for that.
func TestArchitectureTruncation(t *testing.T) {
	t.Parallel()
	for _, s := range programFiles(t) {
		ast.Inspect(s.File, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && unquoteLiteral(l) == "…" && s.dir != "internal/redact" {
				t.Errorf("%s truncates text, which only package redact may", s.name)
			}
			return true
		})
	}
}

// kindWords returns the words of the tables: an expression that matches the name of a
// kind as part of an identifier, and the names of fields that fewer than three kinds have.
func kindWords() (kindName *regexp.Regexp, fields map[string]bool) {
	var names []string
	kindsWithField := map[string]map[string]bool{}
	var add func(k *kind.Kind, list []schema.Field)
	add = func(k *kind.Kind, list []schema.Field) {
		for _, f := range list {
			if kindsWithField[f.Name] == nil {
				kindsWithField[f.Name] = map[string]bool{}
			}
			kindsWithField[f.Name][k.Name] = true
			add(k, f.Type.Fields)
			if f.Type.Elem != nil {
				add(k, f.Type.Elem.Fields)
			}
		}
	}
	for _, k := range kind.All() {
		add(k, k.Fields)
		if !k.Singleton { // every package needs the id of the Organization
			names = append(names, "(?i:"+k.Name[:1]+")"+k.Name[1:])
		}
	}
	fields = map[string]bool{}
	for name, kinds := range kindsWithField {
		fields[name] = len(kinds) < 3
	}
	return regexp.MustCompile(strings.Join(names, "|")), fields
}

func TestArchitectureFiles(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	vague := regexp.MustCompile(`^(utils?|common|helpers?|types)(_test)?\.go$`)
	for _, s := range sourceFiles(t) {
		if vague.MatchString(path.Base(s.name)) {
			t.Errorf("%s: name the file after the type or concept that it defines", s.name)
		}
		if s.isTest {
			continue
		}
		start := "Package " + s.Name.Name + " "
		if s.Name.Name == "main" {
			start = "Command " + path.Base(strings.Replace(s.dir, ".", modulePath, 1)) + " "
		}
		documented[s.dir] = documented[s.dir] || strings.HasPrefix(s.Doc.Text(), start)
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s: no file has a package comment", dir)
		}
	}
}

func unquoteLiteral(l *ast.BasicLit) string {
	s, _ := strconv.Unquote(l.Value)
	return s
}
