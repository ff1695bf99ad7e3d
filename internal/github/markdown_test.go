package github_test

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/github"
	"astro-apply/internal/redact"
	"astro-apply/internal/testkit"
)

func TestSanitizeLine(t *testing.T) {
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
		if diff := cmp.Diff(want, github.SanitizeLine(in)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
		if again := github.SanitizeLine(want); again != want {
			t.Errorf("%q becomes %q when repeated", want, again)
		}
	}
}

func TestEscapeMarkdown(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                      "",
		"my_deployment":         `my\_deployment`,
		"a|b":                   `a\|b`,
		`\|`:                    `\\\|`,
		"`code` $x$":            "\\`code\\` \\$x\\$",
		"<img src=x> &lt;":      "&lt;img src=x&gt; &amp;lt;",
		"@octocat fixes #1":     "`@octocat` fixes `#1`",
		"[a](http://b.c)":       "`[a](http://b.c)`",
		"www.b.c wWw.b":         "`www.b.c` `wWw.b`",
		"GH-1 fixes gh-23":      "`GH-1` fixes `gh-23`",
		"(Gh-4) xgh-5 gh-x gh6": "`(Gh-4)` xgh-5 gh-x gh6",
		"acme/data#1":           "`acme/data#1`",
		"acme/data@deadbeef1":   "`acme/data@deadbeef1`",
		"ftp://b a@b.c":         "`ftp://b` `a@b.c`",
		"a|@`b``c`":             "``` a|@`b``c` ```",
		"# a #b ## c":           "\\# a #b ## c",
		"abc123 abcd123":        "abc123 `abcd123`",
		"abcd123...ABCD124":     "`abcd123...ABCD124`",
		"a_abcd123 abcd123g":    `a\_abcd123 abcd123g`,
		"1234567 defaced":       "1234567 defaced",
		"0123456789abcdef0123456789abcdef01234567":  "`0123456789abcdef0123456789abcdef01234567`",
		"0123456789abcdef0123456789abcdef012345678": "0123456789abcdef0123456789abcdef012345678",
		"0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0":      "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0",
		"a\u200bb GH\u200b-1":                       `a\\u200bb GH\\u200b-1`,
		"![a](b) *c* ~~d~~":                         `!\[a\](b) \*c\* \~\~d\~\~`,
		"a\nb\r\nc\n":                               "a<br>b<br>c",
		"- a":                                       `\- a`,
		"12. a\n1) b":                               `12\. a<br>1\) b`,
		"3.1-2":                                     "3.1-2",
		"-1":                                        "-1",
		"---":                                       `\---`,
		"::error::x\r##[error]y":                    ": `:error::x\\r##` \\[error\\]y",
		"\u202eabc":                                 `\\u202eabc`,
	} {
		if diff := cmp.Diff(want, github.EscapeMarkdown(in)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

// Names in backticks are code, and no name can end its code.
func TestEscapeMarkdownOutsideCode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"on `feature`, not on `main`":  "on `feature`, not on `main`",
		"- `a`. b `c`- d":              "\\- `a`. b `c`- d",
		"`a_b` a_b":                    "`a_b` a\\_b",
		"on `@everyone/#1`, @everyone": "on `@everyone/#1`, `@everyone`",
		"on `<b>|[a](b)&amp;\\` <b>":   "on `<b>|[a](b)&amp;\\` &lt;b&gt;",
		"on `a\nb\u202ec`":             "on `a\\nb\\u202ec`",
		"on `a`@b`":                    "on `` `a`@b` ``",
		"on `a``@b`":                   "on ``` `a``@b` ```",
		"on ``, `main`":                "on \\`\\`, \\`main\\`",
		"```":                          "\\`\\`\\`",
	} {
		if diff := cmp.Diff(want, github.EscapeMarkdownOutsideCode(in)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

// Redaction finds a secret also in a word that EscapeMarkdown turned into code.
func TestEscapeMarkdownHidesNoSecret(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"c0ffee0123456789abcd", "-12345678", "h-12345678", "w.example.com"} {
		r := github.NewRunner(github.Environment{}, io.Discard)
		r.Mask(secret)
		for _, before := range []string{"", "a", "abc12", "g", "G", "GH", "ww", "x"} {
			got := r.RedactString(github.EscapeMarkdown(before + secret + "0"))
			if want := before + redact.Mark + "0"; strings.ReplaceAll(strings.Trim(got, "`"), "\\*", "*") != want {
				t.Errorf("%q: %q, want %q", before+secret, got, want)
			}
		}
	}
}

func TestCodeBlock(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ info, body, want string }{
		{"diff", "-a\n+b\n", "```diff\n-a\n+b\n```\n"},
		{"", "", "```\n\n```\n"},
		{"di`ff\n", "a `b` c", "```diff\na `b` c\n```\n"},
		{"text", "a\n```\nb", "````text\na\n```\nb\n````\n"},
		{"text", "``````", "```````text\n``````\n```````\n"},
		{"text", "a\r\nb\rc\x1b", "```text\na\nb\\rc\\u001b\n```\n"},
	} {
		if diff := cmp.Diff(tt.want, github.CodeBlock(tt.info, tt.body)); diff != "" {
			t.Error(diff)
		}
	}
}

func FuzzEscapeMarkdown(f *testing.F) {
	f.Add("a|b`c`<d>\n@e #1 http://f")
	f.Add("``@ a` |@`b")
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "<br>") {
			t.Skip("looks like a line break in code")
		}
		for line := range strings.SplitSeq(github.EscapeMarkdown(s), "<br>") {
			plain := testkit.WithoutCode(line)
			if strings.ContainsAny(plain, "<>\n\r@") || strings.Contains(plain, "://") {
				t.Errorf("%q became %q", s, line)
			}
			// A cell ends at a pipe that an even number of backslashes precedes.
			for i := range plain {
				before := strings.TrimRight(plain[:i], `\`)
				if strings.IndexByte("|`*_[]~$", plain[i]) >= 0 && (i-len(before))%2 == 0 {
					t.Errorf("%q became %q: %q isn't escaped", s, line, plain[i:i+1])
				}
			}
		}
	})
}
