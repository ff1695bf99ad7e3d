package github

import (
	"strings"
	"unicode/utf8"

	"astro-apply/internal/redact"
)

// minMaskLength is a number of characters: shorter masks shred the logs of the whole
// job.
const minMaskLength = 6

// Mask remembers a secret for Scrub and, from six characters up, registers it
// with the runner, once. Blank secrets are ignored.
func (r *Runner) Mask(secret string) {
	if strings.TrimSpace(secret) == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.masked[secret] {
		return
	}
	if r.masked == nil {
		r.masked = map[string]bool{}
	}
	r.masked[secret] = true
	// The runner takes a multi-line mask apart by itself, down to lines that
	// hold a single brace. So only its long lines are registered.
	lines := strings.FieldsFunc(secret, func(c rune) bool { return c == '\n' || c == '\r' })
	for _, l := range append(lines, secret) {
		if l == secret || len(strings.TrimSpace(l)) >= redact.WholeWordBelow {
			r.secrets.Add(l)
			r.secrets.Add(strings.TrimSpace(l))
			r.secrets.Add(SanitizeLine(l)) // some texts are neutral before they are scrubbed
			if strings.Contains(l, "@") {
				r.secrets.Add(strings.ToLower(l)) // Astro returns e-mail addresses in lower case
			}
		}
	}
	if !r.IsGitHubActions() {
		return // a terminal would show what is to be hidden
	}
	for _, l := range lines {
		if utf8.RuneCountInString(strings.TrimSpace(l)) >= minMaskLength {
			r.writeCommand("add-mask", l, nil)
		}
	}
}

// Redact replaces every secret in s by ***, in all encodings that package redact
// knows. Secrets under four bytes are replaced only as words of their own.
// Everything the Runner writes is redacted.
func (r *Runner) Redact(s string) redact.Text { return r.secrets.Redact(s) }

// RedactString is Redact for text that is not cut any more.
func (r *Runner) RedactString(s string) string { return r.Redact(s).String() }

// Secrets returns what Mask was called with.
func (r *Runner) Secrets() *redact.Secrets { return &r.secrets }
