package redact_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"astro-apply/internal/redact"
)

func newSecrets(list ...string) *redact.Secrets {
	s := &redact.Secrets{}
	for _, secret := range list {
		s.Add(secret)
	}
	return s
}

// encodings are the encodings that programs use to write one text inside another.
var encodings = map[string]func(string) string{
	"literal":         func(s string) string { return s },
	"JSON":            func(s string) string { return trimQuotes(marshalJSON(s)) },
	"JSON with \\/":   func(s string) string { return strings.ReplaceAll(trimQuotes(marshalJSON(s)), "/", `\/`) },
	"JSON in JSON":    func(s string) string { return marshalJSON(marshalJSON(s)) },
	"ASCII JSON":      func(s string) string { return asciiJSON(s, "%04x") },
	"ASCII JSON, A-F": func(s string) string { return asciiJSON(s, "%04X") },
	"Go":              func(s string) string { return fmt.Sprintf("%q", s) },
	"Go, ASCII":       func(s string) string { return fmt.Sprintf("%+q", s) },
	"query":           url.QueryEscape,
	"query, a-f":      func(s string) string { return lowerPercentDigits(url.QueryEscape(s)) },
	"query, %20":      func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") },
	"path":            url.PathEscape,
	"component":       func(s string) string { return keepUnescaped(url.QueryEscape(s), "!'()*") },
	"address":         func(s string) string { return keepUnescaped(url.QueryEscape(s), "!'()*;/?:@&=+$,#") },
	"user":            func(s string) string { return url.UserPassword("u", s).String() },
	"query in JSON":   func(s string) string { return marshalJSON(url.QueryEscape(s)) },
	"HTML":            html.EscapeString,
	"HTML, named": func(s string) string {
		return strings.NewReplacer("&#34;", "&quot;", "&#39;", "&apos;").Replace(html.EscapeString(s))
	},
	"HTML, hex": func(s string) string {
		return strings.NewReplacer("&#34;", "&#x22;", "&#39;", "&#x27;").Replace(html.EscapeString(s))
	},
	"mustache":     strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;", "/", "&#x2F;", "`", "&#x60;", "=", "&#x3D;").Replace,
	"JSON in HTML": func(s string) string { return html.EscapeString(marshalJSON(s)) },
	"YAML, '":      func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" },
	"base64":       func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64, raw":  func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"base64 in JSON": func(s string) string {
		return strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte(s)), "/", `\/`)
	},
	"base64 in query": func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s))) },
}

func marshalJSON(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// trimQuotes returns a literal without its quotes.
func trimQuotes(literal string) string { return literal[1 : len(literal)-1] }

func asciiJSON(s, format string) string {
	var b strings.Builder
	for _, c := range trimQuotes(marshalJSON(s)) {
		switch {
		case c > 0xFFFF:
			fmt.Fprintf(&b, `\u`+format+`\u`+format, 0xD800+(c-0x10000)>>10, 0xDC00+(c-0x10000)&0x3FF)
		case c > '~':
			fmt.Fprintf(&b, `\u`+format, c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// lowerPercentDigits converts the digits of %XX to lower case.
func lowerPercentDigits(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '%' {
			copy(b[i:i+3], strings.ToLower(s[i:i+3]))
		}
	}
	return string(b)
}

// keepUnescaped decodes the characters in unescaped, and encodes a space as %20, as
// JavaScript does.
func keepUnescaped(s, unescaped string) string {
	s = strings.ReplaceAll(s, "+", "%20")
	for _, c := range unescaped {
		s = strings.ReplaceAll(s, url.QueryEscape(string(c)), string(c))
	}
	return s
}

var awkwardSecrets = []string{
	"hunter2", "p<a>s&s/w\"o\\rd", "it's 100% a/b+c d?", "Zürich-geheim", "ключ/от/дома", "🔑🔑🔑🔑 key", "a??>>>b~~~c", "line one\nline two",
	"postgres://u:p%41ss@h/db?x=1&y='2'", "$2y$10$abcdefghijk", "tab\tand \x1b[31m", `back\slash\n`, "ab 1", "1+1=2",
}

// Redact replaces a secret in every encoding, and keeps the text around it.
func TestRedactEncodings(t *testing.T) {
	t.Parallel()
	for name, encode := range encodings {
		for _, secret := range awkwardSecrets {
			text := "before " + encode(secret) + " after"
			got := newSecrets(secret).Redact(text).String()
			// The result may contain characters that the encoding added around the secret.
			rest := strings.NewReplacer("before ", "", " after", "", "&#34;", "", `\`, "", `"`, "", "'", "", "u:", "", "@", "", "%3D", "").Replace(got)
			if rest != redact.Mark || !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
				t.Errorf("%s: %q: %q became %q", name, secret, text, got)
			}
		}
	}
}

// A secret inside a longer text in base64, such as user:secret, shares its first
// and last characters with the text around it.
func TestRedactInsideBase64(t *testing.T) {
	t.Parallel()
	for size := 4; size < 12; size++ {
		secret := "hunter2-correct"[:size]
		for before := range 4 {
			for after := range 4 {
				for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding} {
					text := "Basic " + e.EncodeToString([]byte(strings.Repeat("u", before)+":"+secret+strings.Repeat("z", after)))
					got := newSecrets(secret).Redact(text).String()
					if !strings.Contains(got, redact.Mark) || len(strings.TrimRight(strings.TrimPrefix(got, "Basic "), "=")) > len(redact.Mark)+6+7 {
						t.Errorf("%q, %d before, %d after: %q became %q", secret, before, after, text, got)
					}
				}
			}
		}
	}
}

func TestRedactNothing(t *testing.T) {
	t.Parallel()
	var none *redact.Secrets
	for _, s := range []*redact.Secrets{none, {}, newSecrets(""), newSecrets("other", "é")} {
		for _, text := range []string{"", "text", `a%41\u0041&amp;''<br>+`} {
			if got := s.Redact(text).String(); got != text {
				t.Errorf("%q became %q", text, got)
			}
		}
	}
}

// Redact replaces only the encoded secret.
func TestRedactKeepsTheRest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringOfN(rapid.RuneFrom([]rune("xyz é🔑")), 0, 8, -1)
		before, after := part.Draw(t, "before"), part.Draw(t, "after")
		secret := rapid.StringOfN(rapid.RuneFrom([]rune(`ABC"/\+&'<é🔑`)), 5, 12, -1).Draw(t, "secret")
		name := rapid.SampledFrom([]string{"literal", "JSON", "ASCII JSON", "component", "HTML"}).Draw(t, "encoding")
		encode := encodings[name]
		got := newSecrets(secret).Redact(encode(before) + encode(secret) + encode(after)).String()
		if want := encode(before) + redact.Mark + encode(after); got != want {
			t.Fatalf("%s: %q became %q, want %q", name, encode(before)+encode(secret)+encode(after), got, want)
		}
	})
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 20)
	for name, tt := range map[string]struct {
		texts, want []string
	}{
		"short":                            {[]string{"a", "b"}, []string{"a", "b"}},
		"at the limit":                     {[]string{long[:20]}, []string{long[:20]}},
		"a single text":                    {[]string{long}, []string{long[:19] + "…"}},
		"equal":                            {[]string{long, long}, []string{long[:19] + "…", long[:19] + "…"}},
		"differ at the start":              {[]string{"a" + long, "b" + long}, []string{"a" + long[:18] + "…", "b" + long[:18] + "…"}},
		"differ in the middle":             {[]string{long + "a" + long, long + "b" + long}, []string{"…0123456789a0123456…", "…0123456789b0123456…"}},
		"differ at the end":                {[]string{long + "a", long + "b"}, []string{"…0123456789a", "…0123456789b"}},
		"differ in length":                 {[]string{long, long + "0"}, []string{"…0123456789", "…01234567890"}},
		"one is short":                     {[]string{"0123", long}, []string{"0123", long[:19] + "…"}},
		"three texts, two of them similar": {[]string{"a" + long, long + "b", long + "c"}, []string{"a" + long[:18] + "…", "…0123456789b", "…0123456789c"}},
		"characters of two units":          {[]string{strings.Repeat("🔑", 11)}, []string{strings.Repeat("🔑", 9) + "…"}},
		"differ in the second byte of a character": {[]string{strings.Repeat("é", 30) + "ä", strings.Repeat("é", 30) + "ö"}, []string{"…" + strings.Repeat("é", 10) + "ä", "…" + strings.Repeat("é", 10) + "ö"}},
		"differ after characters of two units":     {[]string{strings.Repeat("🔑", 30) + "é", strings.Repeat("🔑", 30) + "è"}, []string{"…" + strings.Repeat("🔑", 5) + "é", "…" + strings.Repeat("🔑", 5) + "è"}},
	} {
		var texts []redact.Text
		for _, text := range tt.texts {
			texts = append(texts, newSecrets().Redact(text))
		}
		if got := redact.Truncate(20, texts...); fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// Truncated texts that differ look different, and Truncate never cuts a secret.
func TestTruncateProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringOfN(rapid.RuneFrom([]rune("aé🔑")), 0, 60, -1)
		a, b := part.Draw(t, "a"), part.Draw(t, "b")
		if rapid.Bool().Draw(t, "alike") {
			common := part.Draw(t, "common")
			a, b = common+a, common+b
		}
		limit := rapid.IntRange(8, 40).Draw(t, "limit")
		got := redact.Truncate(limit, newSecrets().Redact(a), newSecrets().Redact(b))
		if a != b && got[0] == got[1] {
			t.Fatalf("%q and %q are both %q", a, b, got[0])
		}
		for _, s := range got {
			if !utf8.ValidString(s) || utf8.RuneCountInString(s) > limit {
				t.Fatalf("%q", s)
			}
		}
		const secret = "correct-horse-battery"
		if s := redact.Truncate(limit, newSecrets(secret).Redact(a+secret+b), newSecrets(secret).Redact(a+secret)); strings.Contains(strings.Join(s, " "), "rr") {
			t.Fatalf("%q", s)
		}
	})
}

func TestTruncateLines(t *testing.T) {
	t.Parallel()
	text := newSecrets().Redact("one\ntwo\nthree\n")
	for limit, want := range map[int]string{-1: "", 3: "", 4: "one\n", 9: "one\ntwo\n", 14: "one\ntwo\nthree\n", 99: "one\ntwo\nthree\n"} {
		if got := text.TruncateLines(limit); got != want {
			t.Errorf("%d: %q, want %q", limit, got, want)
		}
	}
}
