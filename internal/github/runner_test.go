package github_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/github"
)

// runnerEnv returns the environment of a runner, with overrides and additions from more.
func runnerEnv(more map[string]string) github.Environment {
	env := map[string]string{"GITHUB_ACTIONS": "true"}
	maps.Copy(env, more)
	return readEnv(env)
}

func readEnv(env map[string]string) github.Environment {
	return github.ReadEnvironment(func(name string) string { return env[name] })
}

var laptopEnv = map[string]string{"GITHUB_ACTIONS": ""}

// workflowCommand is a workflow command as the runner parses it.
type workflowCommand struct {
	Name       string
	Properties map[string]string
	Data       string
}

var knownCommands = []string{
	"error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "set-output", "save-state",
	"set-env", "add-path", "add-matcher", "remove-matcher", "echo", "stop-commands",
}

func unescapeCommand(s string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, pairs[i], pairs[i+1])
	}
	return strings.ReplaceAll(s, "%25", "%")
}

// parseCommand reads a line of the log in the two ways that the runner does: the
// newer "::name k=v::data" at its start, the older "##[name k=v]data" anywhere.
func parseCommand(line string) (workflowCommand, bool) {
	if text, ok := strings.CutPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::"); ok {
		if info, data, ok := strings.Cut(text, "::"); ok {
			if c, ok := parseCommandHead(info, ",", "%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ","); ok {
				c.Data = unescapeCommand(data, "%0D", "\r", "%0A", "\n")
				return c, true
			}
		}
	}
	if _, text, ok := strings.Cut(line, "##["); ok {
		if info, data, ok := strings.Cut(text, "]"); ok {
			if c, ok := parseCommandHead(info, ";", "%3B", ";", "%0D", "\r", "%0A", "\n", "%5D", "]"); ok {
				c.Data = data
				return c, true
			}
		}
	}
	return workflowCommand{}, false
}

func parseCommandHead(info, separator string, escapes ...string) (workflowCommand, bool) {
	name, properties, _ := strings.Cut(info, " ")
	name = strings.ToLower(name)
	if !slices.Contains(knownCommands, name) {
		return workflowCommand{}, false
	}
	c := workflowCommand{Name: name}
	for p := range strings.SplitSeq(strings.TrimSpace(properties), separator) {
		if k, v, ok := strings.Cut(p, "="); ok && k != "" && v != "" {
			if c.Properties == nil {
				c.Properties = map[string]string{}
			}
			c.Properties[strings.ToLower(k)] = unescapeCommand(v, escapes...)
		}
	}
	return c, true
}

// parseCommands lists the commands in a log, split into lines as the runner's
// reader does.
func parseCommands(log string) []workflowCommand {
	var all []workflowCommand
	for line := range strings.SplitSeq(strings.ReplaceAll(log, "\r", "\n"), "\n") {
		if c, ok := parseCommand(line); ok {
			all = append(all, c)
		}
	}
	return all
}

func TestPrint(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"plain", "created deployment etl", "created deployment etl\n"},
		{"several lines", "a\n\n\tb\n", "a\n\n\tb\n"},
		{"empty", "", "\n"},
		{"command", "::error::forged", ": :error::forged\n"},
		{"command after white space", "a\n \u00a0::set-output name=x::y", "a\n \u00a0: :set-output name=x::y\n"},
		{"colons inside a word", "Foo::Bar", "Foo::Bar\n"},
		{"old command", "a ##[set-output name=x]y ###[group]", "a ## [set-output name=x]y ### [group]\n"},
		{"carriage return", "a\r::error::x\r\nb", "a\\r::error::x\nb\n"},
		{"terminal escape", "\x1b[2Jgone\x00", "\\u001b[2Jgone\\u0000\n"},
		{"bidirectional", "a\u202eb\u2066", "a\\u202eb\\u2066\n"},
		{"command after a zero-width character", "\u200b::error::x", "\\u200b::error::x\n"},
		{"line separator", "a\u2028::error::x", "a\\u2028::error::x\n"},
		{"other scripts", "größe 東京 🚀", "größe 東京 🚀\n"},
		{"not UTF-8", "a\xffb", "a\ufffdb\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			github.NewRunner(runnerEnv(nil), &log).Print(tt.text)
			if diff := cmp.Diff(tt.want, log.String()); diff != "" {
				t.Error(diff)
			}
			if c := parseCommands(log.String()); c != nil {
				t.Errorf("forged: %v", c)
			}
		})
	}
}

// Some container hooks don't set GITHUB_ACTIONS.
func TestOnRunner(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"GITHUB_ACTIONS": "true"}, true},
		{map[string]string{"GITHUB_RUN_ID": "42"}, true},
		{map[string]string{"GITHUB_WORKFLOW": "astro", "GITHUB_JOB": "apply"}, true},
		{map[string]string{"GITHUB_ACTIONS": "false", "GITHUB_RUN_ID": "42"}, false},
		{map[string]string{"GITHUB_OUTPUT": "/tmp/out", "RUNNER_TEMP": "/tmp", "CI": "true", "GITHUB_JOB": "x"}, false},
	} {
		var log bytes.Buffer
		env := readEnv(tt.env)
		github.NewRunner(env, &log).Mask("hunter2")
		if env.OnRunner != tt.want || (log.String() == "::add-mask::hunter2\n") != tt.want {
			t.Errorf("%v: OnRunner is %t, the log has %q", tt.env, env.OnRunner, log.String())
		}
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	write := func(r *github.Runner) {
		r.PrintGroup("nothing", "")
		r.PrintGroup("plan\n::error::x", "one\n::error::%s")
		defer r.StartGroup("apply 100%")()
		r.Debug("GET /v1 200\n100%d")
	}
	const start = "::group::plan\\n::error::x\none\n: :error::%s\n::endgroup::\n::group::apply 100%25\n"
	const plain = "plan\\n::error::x\none\n: :error::%s\napply 100%\n"
	debugging := map[string]string{"RUNNER_DEBUG": "1"}
	debuggingLaptop := map[string]string{"GITHUB_ACTIONS": "", "RUNNER_DEBUG": "1"}
	for _, tt := range []struct {
		name string
		env  map[string]string
		want string
	}{
		{"runner", nil, start + "::endgroup::\n"},
		{"debugging", debugging, start + "::debug::GET /v1 200%0A100%25d\n::endgroup::\n"},
		{"laptop", laptopEnv, plain},
		{"laptop, debugging", debuggingLaptop, plain + "debug: GET /v1 200\n100%d\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			write(github.NewRunner(runnerEnv(tt.env), &log))
			if diff := cmp.Diff(tt.want, log.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzPrint(f *testing.F) {
	f.Add("::error::x", "hunter2hunter2")
	f.Add("a\r\n ##[set-output name=x]y\u200b::add-mask::a", "a\nb")
	f.Add("token=a%2Fb+c", "a/b c")
	f.Fuzz(func(t *testing.T, text, secret string) {
		var log bytes.Buffer
		r := github.NewRunner(runnerEnv(nil), &log)
		r.Mask(secret)
		log.Reset()
		r.Print(text + secret)
		if c := parseCommands(log.String()); c != nil {
			t.Errorf("%q forged %v", text, c)
		}
		for _, c := range strings.TrimSuffix(log.String(), "\n") {
			if c != '\n' && c != '\t' && !unicode.IsGraphic(c) {
				t.Errorf("%q printed %q", text, c)
			}
		}
		if len(secret) >= 8 && strings.TrimSpace(secret) != "" && strings.Contains(log.String(), secret) {
			t.Errorf("%q printed the secret %q", log.String(), secret)
		}
	})
}

// TestConcurrent gives the race detector concurrent calls, and checks that their lines
// don't mix.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	r := github.NewRunner(runnerEnv(nil), &log)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			r.Mask(fmt.Sprintf("secret-%02d", i))
			r.Print(fmt.Sprintf("line %02d secret-%02d", i, i))
		})
	}
	all.Wait()
	for i := range 20 {
		if want := fmt.Sprintf("line %02d ***\n", i); !strings.Contains(log.String(), want) {
			t.Errorf("no %q", want)
		}
	}
}

// failingWriter fails for a closed log.
type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestClosedLog checks that no method panics if the log is closed, although the library does.
func TestClosedLog(t *testing.T) {
	t.Parallel()
	r := github.NewRunner(runnerEnv(map[string]string{"RUNNER_DEBUG": "1"}), failingWriter{})
	if err := r.LogErr(); err != nil {
		t.Error(err)
	}
	r.Mask("hunter2")
	r.PrintGroup("plan", "one")
	r.Debug("two")
	for _, level := range []github.Level{github.Error, github.Warning, github.Notice} {
		r.Annotate(github.Annotation{Level: level, Message: "three"})
	}
	if err := r.LogErr(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}
