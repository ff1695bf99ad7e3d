package github_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/github"
)

func TestNeutral(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                     "",
		"etl":                  "etl",
		"a\nb\r\n":             `a\nb\r\n`,
		"  ::error::x":         "  : :error::x",
		"::::":                 ": :::",
		"##[error]x ####[[":    "## [error]x #### [[",
		"\x1b[31m\u202e\x7f":   `\u001b[31m\u202e\u007f`,
		"\U000e0041 \u00ad":    `\U000e0041 \u00ad`,
		"#\u200b#[error]x":     `#\u200b#[error]x`,
		"\u2029::error::forge": `\u2029::error::forge`,
	} {
		if diff := cmp.Diff(want, github.Neutral(in)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
		if again := github.Neutral(want); again != want {
			t.Errorf("%q becomes %q when repeated", want, again)
		}
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                       "",
		"my_deployment":          `my\_deployment`,
		"a|b":                    `a\|b`,
		`\|`:                     `\\\|`,
		"`code` $x$":             "\\`code\\` \\$x\\$",
		"<img src=x> &lt;":       "&lt;img src=x&gt; &amp;lt;",
		"@octocat fixes #1":      "@&#8203;octocat fixes #&#8203;1",
		"[a](http://b.c)":        `\[a\](http:&#8203;//b.c)`,
		"www.b.c":                "www&#8203;.b.c",
		"![a](b) *c* ~~d~~":      `!\[a\](b) \*c\* \~\~d\~\~`,
		"a\nb\r\nc\n":            "a<br>b<br>c",
		"- a":                    `\- a`,
		"12. a\n1) b":            `12\. a<br>1\) b`,
		"3.1-2":                  "3.1-2",
		"-1":                     "-1",
		"---":                    `\---`,
		"::error::x\r##[error]y": `: :error::x\\r#&#8203;#&#8203; \[error\]y`,
		"\u202eabc":              `\\u202eabc`,
	} {
		if diff := cmp.Diff(want, github.Markdown(in)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestFence(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ info, body, want string }{
		{"diff", "-a\n+b\n", "```diff\n-a\n+b\n```\n"},
		{"", "", "```\n\n```\n"},
		{"di`ff\n", "a `b` c", "```diff\na `b` c\n```\n"},
		{"text", "a\n```\nb", "````text\na\n```\nb\n````\n"},
		{"text", "``````", "```````text\n``````\n```````\n"},
		{"text", "a\r\nb\rc\x1b", "```text\na\nb\\rc\\u001b\n```\n"},
	} {
		if diff := cmp.Diff(tt.want, github.Fence(tt.info, tt.body)); diff != "" {
			t.Error(diff)
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	f.Add("a|b`c`<d>\n@e #1 http://f")
	f.Fuzz(func(t *testing.T, s string) {
		got := github.Markdown(s)
		plain := strings.ReplaceAll(got, "<br>", "")
		if strings.ContainsAny(plain, "<>\n\r") || strings.Contains(plain, "://") {
			t.Errorf("%q became %q", s, got)
		}
		// A cell ends at a pipe that an even number of backslashes precedes.
		for i := range plain {
			before := strings.TrimRight(plain[:i], `\`)
			if strings.IndexByte("|`*_[]~$", plain[i]) >= 0 && (i-len(before))%2 == 0 {
				t.Errorf("%q became %q: %q is live", s, got, plain[i:i+1])
			}
		}
	})
}
