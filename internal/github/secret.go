package github

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

const (
	redacted  = "***"
	maskFrom  = 6 // characters; shorter masks shred the logs of the whole job
	wholeWord = 4 // bytes; shorter secrets are replaced only where they stand alone
)

// Mask remembers a secret for Scrub and, from six characters up, registers it
// with the runner. Blank secrets are ignored.
func (r *Runner) Mask(secret string) {
	if strings.TrimSpace(secret) == "" {
		return
	}
	// The runner takes a multi-line mask apart by itself, down to lines that
	// hold a single brace. So only its long lines are registered.
	lines := strings.FieldsFunc(secret, func(c rune) bool { return c == '\n' || c == '\r' })
	r.secrets.add(secret)
	for _, l := range lines {
		if l = strings.TrimSpace(l); len(l) >= wholeWord {
			r.secrets.add(l)
		}
	}
	if !r.Actions() {
		return // a terminal would show what is to be hidden
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range lines {
		if utf8.RuneCountInString(strings.TrimSpace(l)) >= maskFrom {
			r.command("add-mask", l, nil)
		}
	}
}

// Scrub replaces every secret in s by ***: as it is, escaped for JSON, for a
// URL, for markdown, or in base64. Secrets under four bytes are replaced only
// where they stand alone. Everything the Runner writes is scrubbed; scrub text
// yourself before cutting or otherwise transforming it.
func (r *Runner) Scrub(s string) string { return r.secrets.scrub(s) }

// secrets holds all forms of all secrets. Long ones are found by their first
// bytes, so that the cost of scrubbing doesn't grow with their number.
type secrets struct {
	mu    sync.RWMutex
	heads map[string][]string
	known map[string]bool
	short map[string]bool
}

func (s *secrets) add(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.heads == nil {
		s.heads, s.known, s.short = map[string][]string{}, map[string]bool{}, map[string]bool{}
	}
	for _, f := range forms(secret) {
		if len(f) < wholeWord {
			s.short[f] = strings.ContainsFunc(f, isWord)
			continue
		}
		if h := f[:wholeWord]; !s.known[f] {
			s.known[f] = true
			s.heads[h] = append(s.heads[h], f)
		}
	}
}

// scrub finds all occurrences first and replaces then, so that no part of a
// secret survives where two overlap.
func (s *secrets) scrub(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var b strings.Builder
	kept, end := 0, 0 // text[kept:] isn't written yet; up to end it is secret
	for i := range len(text) {
		to := s.match(text, i)
		if to <= end {
			continue
		}
		if i >= end {
			b.WriteString(text[kept:i])
			b.WriteString(redacted)
		}
		kept, end = to, to
	}
	if end == 0 {
		return text
	}
	b.WriteString(text[kept:])
	return b.String()
}

// match gives the end of the longest secret that starts at i, or 0.
func (s *secrets) match(text string, i int) int {
	end := 0
	if i+wholeWord <= len(text) {
		for _, f := range s.heads[text[i:i+wholeWord]] {
			if strings.HasPrefix(text[i:], f) {
				end = max(end, i+len(f))
			}
		}
	}
	if len(s.short) == 0 {
		return end
	}
	for j := i + 1; j < i+wholeWord && j <= len(text); j++ {
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[j:])
		if s.short[text[i:j]] && !isWord(before) && !isWord(after) {
			end = max(end, j)
		}
	}
	return end
}

func isWord(c rune) bool {
	return c == '_' || c != utf8.RuneError && (unicode.IsLetter(c) || unicode.IsDigit(c))
}

// forms lists the spellings in which a secret may turn up.
func forms(s string) []string {
	escaped := inJSON(s)
	all := []string{
		s, visible(s, ""), Neutral(s), Markdown(s), html.EscapeString(s),
		escaped, inJSON(escaped), strings.Trim(strconv.Quote(s), `"`),
		url.QueryEscape(s), url.PathEscape(s),
		base64.StdEncoding.EncodeToString([]byte(s)), base64.URLEncoding.EncodeToString([]byte(s)),
	}
	// Inside a longer text the base64 form depends on the offset modulo three,
	// and its first and last characters on the neighbours.
	for offset := range 3 {
		raw := []byte(strings.Repeat("\x00", offset) + s)
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			code := e.EncodeToString(raw)[(offset*8+5)/6:]
			if len(raw)%3 != 0 {
				code = code[:len(code)-1]
			}
			if len(code) >= wholeWord {
				all = append(all, code)
			}
		}
	}
	return all
}

// inJSON escapes as encoding/json does, < and > included.
func inJSON(s string) string {
	b, _ := json.Marshal(s) // a string always encodes
	return string(b[1 : len(b)-1])
}
