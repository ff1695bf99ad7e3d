package schema

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// NormalizeName returns the form of a name that is compared: Unicode NFC. Readers
// can't distinguish an é of one character from an é of two.
func NormalizeName(name string) string { return norm.NFC.String(name) }

// NameType returns a copy of text type t whose values are compared as names.
func NameType(t Type) Type {
	normalize := t.Normalize
	t.Normalize = func(s string) string {
		if s = NormalizeName(s); normalize != nil {
			s = normalize(s)
		}
		return s
	}
	return t
}

// FoldName returns a name without the details that people overlook: case, spaces,
// invisible characters, and variants of a letter. Two names look alike if FoldName
// returns the same text for both.
func FoldName(name string) string {
	visible := func(c rune) rune {
		if unicode.IsSpace(c) || isInvisible(c) {
			return -1
		}
		return c
	}
	return strings.ToLower(strings.ToUpper(strings.Map(visible, norm.NFKC.String(name))))
}

// NameWarning returns why people may misread a name, or "" if the name doesn't
// mislead them.
func NameWarning(name string) string {
	scripts := map[string]rune{} // the scripts in the current word, each with one of its letters
	var previous rune
	for _, c := range name {
		if reason := misleadingReason(previous, c); reason != "" {
			return fmt.Sprintf("the name %q contains %s", name, reason)
		}
		if !unicode.In(c, unicode.L, unicode.M) {
			clear(scripts)
		}
		for script, table := range similarScripts {
			if unicode.Is(table, c) {
				scripts[script] = c
			}
		}
		if latin := scripts["Latin"]; latin != 0 && len(scripts) > 1 {
			for script, other := range scripts {
				if script != "Latin" {
					return fmt.Sprintf("the name %q mixes Latin and %s letters in one word (%q is %U); retype the word, or use another name", name, script, string(other), other)
				}
			}
		}
		previous = c
	}
	return ""
}

// similarScripts holds the scripts with letters that look like Latin ones.
var similarScripts = map[string]*unicode.RangeTable{
	"Latin": unicode.Latin, "Cyrillic": unicode.Cyrillic, "Greek": unicode.Greek, "Armenian": unicode.Armenian, "Cherokee": unicode.Cherokee,
}

// misleadingReason describes how character c misleads people, or returns "" if it
// doesn't. previous is the character before c.
func misleadingReason(previous, c rune) string {
	ordinary := []rune(norm.NFKC.String(string(c)))[0]
	switch {
	case unicode.Is(unicode.Bidi_Control, c):
		return fmt.Sprintf("%U, which changes the order in which the text is shown; remove it", c)
	case isJoiner(previous, c):
		return ""
	case isInvisible(c), unicode.IsControl(c):
		return fmt.Sprintf("the invisible character %U; retype the name", c)
	case c != ' ' && unicode.IsSpace(c):
		return fmt.Sprintf("%U, which looks like a space; type an ordinary space", c)
	case unicode.Is(unicode.Quotation_Mark, c) && c > unicode.MaxASCII:
		return fmt.Sprintf("the typographic quote %c (%U), which YAML reads as a part of the name; use ' or \" to quote a value", c, c)
	case c != ordinary && ordinary <= unicode.MaxASCII && unicode.IsLetter(c) && unicode.IsLetter(ordinary):
		return fmt.Sprintf("%q (%U), which looks like the letter %c; retype the name", string(c), c, ordinary)
	}
	return ""
}

// isInvisible reports whether a character has no width.
func isInvisible(c rune) bool {
	return unicode.In(c, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// isJoiner reports whether the invisible character c has a purpose after the
// character previous: in an emoji, or in a script whose letters change their shape
// when they are joined.
func isJoiner(previous, c rune) bool {
	joiner := c == '\u200c' || c == '\u200d' || unicode.Is(unicode.Variation_Selector, c)
	return joiner && previous > unicode.MaxASCII && !unicode.IsSpace(previous) && !unicode.In(previous, unicode.Latin, unicode.Cyrillic, unicode.Greek)
}
