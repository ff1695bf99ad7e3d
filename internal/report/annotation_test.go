package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"astro-apply/internal/apply"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// The runner keeps ten annotations per level. If a level has more findings, its tenth
// annotation lists the rest.
func TestAnnotationLimit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ errs, warnings, notices int }{
		"no findings":                {0, 0, 0},
		"one of each level":          {1, 1, 1},
		"ten are listed":             {10, 10, 10},
		"eleven are summarized":      {11, 11, 11},
		"levels are counted each":    {12, 10, 1},
		"more than forty of a level": {40, 41, 42},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := report.Run{Mode: "plan", Plan: makePlan(t, manyWorkspaces(test.notices), nil, plan.Policy{})}
			for i, c := range r.Plan.Changes {
				c.Notes = []schema.Problem{{Pos: manifestPos(i+2, 3), Message: "a notice"}}
			}
			for i := range test.errs {
				r.Problems = append(r.Problems, problemAt(i+2, "an error\nand how to fix it", false))
			}
			for i := range test.warnings {
				r.Problems = append(r.Problems, problemAt(i+2, "a remark", true))
			}
			var want []string
			for _, level := range []struct {
				name github.Level
				n    int
			}{{github.Error, test.errs}, {github.Warning, test.warnings}, {github.Notice, test.notices}} {
				for i := range min(level.n, 10) {
					if i == 9 && level.n > 10 {
						want = append(want, fmt.Sprintf("%s 0: and %d more %ss", level.name, level.n-9, level.name))
						continue
					}
					want = append(want, fmt.Sprintf("%s %d", level.name, i+2))
				}
			}
			var got []string
			for _, a := range r.Annotations() {
				line := fmt.Sprintf("%s %d", a.Level, a.Line)
				if a.File == "" {
					first, rest, _ := strings.Cut(a.Message, "\n")
					line += ": " + strings.TrimSuffix(first, "; the log and the job summary list all of them:")
					for i := range strings.Count(rest, "\n") + 1 {
						if position := fmt.Sprintf("astro.yaml:%d:", i+11); !strings.Contains(rest, position) {
							t.Errorf("%s is missing in %q", position, rest)
						}
					}
				}
				got = append(got, line)
			}
			testkit.AssertEqual(t, "annotations", want, got)
		})
	}
}

// If the tenth annotation would be too long for GitHub, it lists its last findings by
// their titles instead of their messages.
func TestSummarizedAnnotationNamesAll(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		path, message string
		fullMessages  int // of the 31 findings in the tenth annotation
	}{
		"all messages fit":  {"/x", "", 31},
		"most messages fit": {"/organizations/{organizationId}/workspaces", "Invalid request", 20},
		"one message fits":  {"/x", strings.Repeat("a long answer ", 140), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := fortyFailures(t, test.path, test.message).Annotations()
			if len(all) != 10 {
				t.Fatalf("%d annotations", len(all))
			}
			last := all[9].Message
			if n := len(utf16.Encode([]rune(last))); n > 4096 {
				t.Errorf("%d characters", n)
			}
			lines := strings.Split(last, "\n")[1:]
			testkit.AssertEqual(t, "lines", 31, len(lines))
			fullMessages := 0
			for i, l := range lines {
				prefix := fmt.Sprintf(`astro.yaml:%d:13: Workspace "w%d": `, i+11, i+9)
				text, ok := strings.CutPrefix(l, prefix)
				if !ok {
					t.Errorf("%q should start with %q", l, prefix)
				}
				if text != "400" {
					fullMessages++
					testkit.AssertEqual(t, "full messages so far", i+1, fullMessages)
					if !strings.HasSuffix(l, fmt.Sprintf("(requestId f004d12a-29c8-40d8-b239-2b1b615ea4%02d)", i+9)) {
						t.Errorf("%q is cut", l)
					}
				}
			}
			testkit.AssertEqual(t, "full messages", test.fullMessages, fullMessages)
		})
	}
}

// The runner cuts an annotation that is too long. Its start, with the resource and the
// error, remains readable.
func TestTruncatedAnnotationIsReadable(t *testing.T) {
	t.Parallel()
	long := makePlan(t, manyWorkspaces(1), nil, plan.Policy{})
	many := report.Run{Mode: "validate"}
	for i := range 400 {
		many.Problems = append(many.Problems, problemAt(i+1, "unknown field", false))
		many.Problems[i].Pos.File += strings.Repeat("x", i/100) // MergeProblems lists only 100 problems per file
	}
	for name, test := range map[string]struct {
		run  report.Run
		want string
	}{
		"a long answer": {
			report.Run{Mode: "apply", Plan: long, Outcomes: outcomesFor(long, map[string]testOutcome{"w0": {status: apply.Failed, err: errors.New("create: 🚀" + strings.Repeat("é", 5000))}})},
			`::error col=13,file=astro.yaml,line=2,title=Workspace "w0"::Workspace "w0": create: 🚀éé`,
		},
		"many": {many, "::error title=391 more errors::and 391 more errors; the log and the job summary list all of them:%0Aastro.yaml:10:3: unknown field%0Aastro.yaml:11:3: unknown field%0A"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			runner := github.NewRunner(github.Environment{OnRunner: true}, &log)
			for _, a := range test.run.Annotations() {
				runner.Annotate(a)
			}
			lines := strings.Split(strings.TrimSpace(log.String()), "\n")
			last := lines[len(lines)-1]
			if !strings.HasPrefix(last, test.want) || !strings.HasSuffix(last, "…") {
				t.Errorf("got %q … %q", last[:min(len(last), 200)], last[max(0, len(last)-20):])
			}
			_, message, _ := strings.Cut(last[2:], "::")
			testkit.AssertEqual(t, "characters", 4096, len(utf16.Encode([]rune(strings.ReplaceAll(message, "%0A", "\n")))))
		})
	}
}

// An inline manifest is not a file of the repository, so its positions are part of the
// messages.
func TestInlineManifest(t *testing.T) {
	t.Parallel()
	r := report.Run{Mode: "apply", Errors: []error{errInterrupted}}
	for i := range 12 {
		p := problemAt(i+1, "unknown field", false)
		p.Pos.File = "manifest"
		r.Problems = append(r.Problems, p)
	}
	for _, inline := range []bool{false, true} {
		r.InlineManifest = inline
		all := r.Annotations()
		if len(all) != 10 {
			t.Fatalf("%d annotations", len(all))
		}
		testkit.AssertEqual(t, "without a position", github.Annotation{Level: "error", Title: "astro-apply", Message: "interrupt signal received"}, all[0])
		want := github.Annotation{Level: "error", Title: "manifest", File: "manifest", Line: 1, Col: 3, Message: "unknown field"}
		if inline {
			want = github.Annotation{Level: "error", Title: "manifest", Message: "manifest:1:3: unknown field"}
		}
		testkit.AssertEqual(t, "with a position", want, all[1])
		if rest := all[9].Message; !strings.Contains(rest, "\nmanifest:12:3: unknown field") || strings.Contains(rest, "manifest:12:3: manifest:12:3") {
			t.Errorf("the rest: %q", rest)
		}
	}
}
