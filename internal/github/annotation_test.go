package github_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/github"
)

func TestAnnotate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		a      github.Annotation
		want   workflowCommand
		laptop string
	}{
		{
			"with a position",
			github.Annotation{Level: github.Error, File: "astro.yaml", Line: 7, Col: 3, Title: "deployment etl", Message: "400: taken"},
			workflowCommand{"error", map[string]string{"file": "astro.yaml", "line": "7", "col": "3", "title": "deployment etl"}, "400: taken"},
			"error: 400: taken\n",
		},
		{
			"without column",
			github.Annotation{Level: github.Warning, File: "a.yaml", Line: 7, Message: "m"},
			workflowCommand{"warning", map[string]string{"file": "a.yaml", "line": "7"}, "m"},
			"warning: m\n",
		},
		{
			"without a line",
			github.Annotation{Level: github.Notice, File: "a.yaml", Col: 7, Message: "m"},
			workflowCommand{"notice", map[string]string{"file": "a.yaml"}, "m"},
			"notice: m\n",
		},
		{
			"without a file",
			github.Annotation{Level: github.Error, Line: 7, Message: "two\nlines"},
			workflowCommand{"error", nil, "two\nlines"},
			"error: two\nlines\n",
		},
		{
			"forged properties",
			github.Annotation{Level: github.Error, File: "a,line=9::b:c.yaml", Line: 1, Title: "x,file=b\n::error::y", Message: "100%0A ::error::\r\n: :set-output name=a::b"},
			workflowCommand{
				"error",
				map[string]string{"file": "a,line=9::b:c.yaml", "line": "1", "title": `x,file=b\n::error::y`},
				"100%0A ::error::\n: :set-output name=a::b",
			},
			"error: 100%0A ::error::\n: :set-output name=a::b\n",
		},
		{
			"secret",
			github.Annotation{Level: github.Error, File: "hunter2.yaml", Line: 1, Title: "hunter2", Message: "is hunter2"},
			workflowCommand{"error", map[string]string{"file": "***.yaml", "line": "1", "title": "***"}, "is ***"},
			"error: is ***\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, env := range []map[string]string{nil, laptopEnv} {
				var log bytes.Buffer
				r := github.NewRunner(runnerEnv(env), &log)
				r.Mask("hunter2")
				log.Reset()
				r.Annotate(tt.a)
				if env != nil {
					if diff := cmp.Diff(tt.laptop, log.String()); diff != "" {
						t.Error(diff)
					}
				} else if diff := cmp.Diff([]workflowCommand{tt.want}, parseCommands(log.String())); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestAnnotateTruncates(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, message, want string }{
		{"at the limit", strings.Repeat("a", 4096), strings.Repeat("a", 4096)},
		{"one too long", strings.Repeat("a", 4097), strings.Repeat("a", 4095) + "…"},
		{"between the halves of a character", strings.Repeat("🚀", 2049), strings.Repeat("🚀", 2047) + "…"},
		{"two bytes each", strings.Repeat("é", 5000), strings.Repeat("é", 4095) + "…"},
		{"a secret at the end", strings.Repeat("a", 4090) + "hunter2-hunter2", strings.Repeat("a", 4090) + "***"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			r := github.NewRunner(runnerEnv(nil), &log)
			r.Mask("hunter2-hunter2")
			log.Reset()
			r.Annotate(github.Annotation{Level: github.Error, Message: tt.message})
			if got := parseCommands(log.String()); len(got) != 1 || got[0].Data != tt.want {
				t.Errorf("got %d commands, want %d bytes of message", len(got), len(tt.want))
			}
		})
	}
}

func FuzzAnnotate(f *testing.F) {
	f.Add("a.yaml", 1, 2, "title", "message")
	f.Add("a,line=2", -1, 0, "t::error::", "m\n::error::\r##[error]x%0A")
	f.Add("\u200b::", 3, 3, " , =", "🚀")
	f.Fuzz(func(t *testing.T, file string, line, col int, title, message string) {
		var log bytes.Buffer
		github.NewRunner(runnerEnv(nil), &log).Annotate(github.Annotation{
			Level: github.Warning, File: file, Line: line, Col: col, Title: title, Message: message,
		})
		got := parseCommands(log.String())
		if len(got) != 1 || got[0].Name != "warning" {
			t.Fatalf("commands %v", got)
		}
		if strings.Count(log.String(), "\n") != 1 {
			t.Errorf("more than one line: %q", log.String())
		}
		p := got[0].Properties
		for _, k := range slices.Sorted(maps.Keys(p)) {
			if !slices.Contains([]string{"file", "line", "col", "title"}, k) {
				t.Errorf("forged property %q", k)
			}
		}
		if want := github.SanitizeLine(file); p["file"] != want && strings.TrimSpace(want) == want {
			t.Errorf("file %q, want %q", p["file"], want)
		}
		if (p["line"] != "") != (file != "" && line > 0) || (p["col"] != "") != (p["line"] != "" && col > 0) {
			t.Errorf("position %v", p)
		}
		if data := got[0].Data; len(utf16.Encode([]rune(data))) > 4096 || !utf8.ValidString(data) {
			t.Errorf("message of %d bytes", len(data))
		}
	})
}
