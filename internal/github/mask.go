package github

import (
	"strings"
	"unicode/utf8"

	"astro-apply/internal/redact"
)

// minMaskLength is the minimum number of characters of a mask. Shorter masks would make
// the logs of the whole job unreadable.
const minMaskLength = 6

// Mask adds a secret to those that Redact replaces. It also registers a secret of six
// characters or more with the runner, once. It ignores blank secrets.
func (r *Runner) Mask(secret string) {
	if strings.TrimSpace(secret) == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.masked[secret] {
		return
	}
	r.masked[secret] = true
	// The runner splits a mask with several lines, and masks even lines with a single
	// brace. So register only the long lines.
	lines := strings.FieldsFunc(secret, func(c rune) bool { return c == '\n' || c == '\r' })
	for _, l := range append(lines, secret) {
		if l == secret || len(strings.TrimSpace(l)) >= redact.WholeWordBelow {
			r.secrets.Add(l)
			r.secrets.Add(strings.TrimSpace(l))
			r.secrets.Add(SanitizeLine(l)) // some callers sanitize a text before they redact it
			if strings.Contains(l, "@") {
				r.secrets.Add(strings.ToLower(l)) // Astro returns e-mail addresses in lower case
			}
		}
	}
	if !r.env.OnRunner {
		return // a terminal would show the command, with the secret
	}
	for _, l := range lines {
		if utf8.RuneCountInString(strings.TrimSpace(l)) >= minMaskLength {
			r.action.AddMask(l)
		}
	}
}

// Redact replaces every secret in s by ***, in all encodings that package redact
// supports. It replaces secrets under four bytes only as whole words. The Runner redacts
// everything it writes.
func (r *Runner) Redact(s string) redact.Text { return r.secrets.Redact(s) }

// RedactString is like Redact, for text that the caller doesn't cut afterwards.
func (r *Runner) RedactString(s string) string { return r.Redact(s).String() }

// Secrets returns the secrets that Mask added.
func (r *Runner) Secrets() *redact.Secrets { return &r.secrets }
