// Package redact replaces secrets in text by ***, in every usual encoding, and cuts
// redacted text. It is the only package that cuts text, because after a cut through a
// secret, nothing could recognize the rest of it. It imports no other package of this
// module.
package redact

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Mark replaces a secret.
const Mark = "***"

// WholeWordBelow is the length in bytes below which Redact replaces a secret only if it
// is a whole word.
const WholeWordBelow = 4

// Secrets is a set of secrets that finds them in text. The zero value is empty. Secrets
// is safe for concurrent use.
type Secrets struct {
	mu            sync.RWMutex
	known         map[string]bool
	byHead        map[[WholeWordBelow]byte][]string // spellings by their first bytes
	pairBits      [1 << 16 / 64]uint64              // bit set of the first two bytes of all spellings
	shortWords    map[string]bool                   // spellings shorter than WholeWordBelow
	shortStarts   [256]bool                         // first bytes of shortWords
	decoderNeeded [len(decoders)]bool               // whether a decoder's encoding may change a spelling
}

// Add adds a secret to the set. It ignores an empty one.
func (s *Secrets) Add(secret string) {
	if secret == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known, s.byHead, s.shortWords = map[string]bool{}, map[[WholeWordBelow]byte][]string{}, map[string]bool{}
	}
	if s.known[secret] {
		return
	}
	for _, spelling := range append(base64Forms(secret), secret) {
		s.addSpelling(spelling)
	}
}

func (s *Secrets) addSpelling(spelling string) {
	if s.known[spelling] {
		return
	}
	s.known[spelling] = true
	for i := range decoders {
		s.decoderNeeded[i] = s.decoderNeeded[i] || strings.ContainsFunc(strings.TrimRight(spelling, "="), decoders[i].mayEscape)
	}
	if len(spelling) < WholeWordBelow {
		s.shortWords[spelling] = strings.ContainsFunc(spelling, isWordChar)
		s.shortStarts[spelling[0]] = true
		return
	}
	head := [WholeWordBelow]byte([]byte(spelling[:WholeWordBelow]))
	s.byHead[head] = append(s.byHead[head], spelling)
	pair := uint(spelling[0])<<8 | uint(spelling[1])
	s.pairBits[pair/64] |= 1 << (pair % 64)
}

// Redact replaces every secret in text: literal, in base64, escaped (JSON, Go, YAML,
// Markdown), percent-encoded, as HTML entities, or in a combination of these. A nil
// Secrets is empty.
func (s *Secrets) Redact(text string) Text {
	if s == nil {
		return Text{text}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.known) == 0 {
		return Text{text}
	}
	// Find all secrets before replacing any, so that no part of a secret remains if two of
	// them overlap.
	var found []span
	for _, v := range s.decodedViews(text) {
		s.findSpellings(v.text, func(start, end int) { found = append(found, v.originSpan(span{start, end})) })
	}
	if len(found) == 0 {
		return Text{text}
	}
	slices.SortFunc(found, func(a, b span) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	var b strings.Builder
	end := 0 // text[:end] is written or redacted
	for _, f := range found {
		if f.end <= end {
			continue
		}
		if f.start >= end {
			b.WriteString(text[end:f.start])
			b.WriteString(Mark)
		}
		end = f.end
	}
	b.WriteString(text[end:])
	return Text{b.String()}
}

// span is the part text[start:end] of a text.
type span struct{ start, end int }

// findSpellings calls found with the longest spelling of a secret at each position of text.
func (s *Secrets) findSpellings(text string, found func(start, end int)) {
	for i := range len(text) {
		end := 0
		if i+WholeWordBelow <= len(text) {
			if pair := uint(text[i])<<8 | uint(text[i+1]); s.pairBits[pair/64]>>(pair%64)&1 == 1 {
				for _, spelling := range s.byHead[[WholeWordBelow]byte([]byte(text[i:i+WholeWordBelow]))] {
					if strings.HasPrefix(text[i:], spelling) {
						end = max(end, i+len(spelling))
					}
				}
			}
		}
		if s.shortStarts[text[i]] {
			end = max(end, s.shortWordEnd(text, i))
		}
		if end > 0 {
			found(i, end)
		}
	}
}

// shortWordEnd returns the end of a short secret that is a whole word at i, or 0.
func (s *Secrets) shortWordEnd(text string, i int) (end int) {
	for j := i + 1; j < i+WholeWordBelow && j <= len(text); j++ {
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[j:])
		if s.shortWords[text[i:j]] && !isWordChar(before) && !isWordChar(after) {
			end = j
		}
	}
	return end
}

func isWordChar(c rune) bool {
	return c == '_' || c != utf8.RuneError && (unicode.IsLetter(c) || unicode.IsDigit(c))
}
