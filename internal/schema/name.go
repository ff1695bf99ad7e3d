package schema

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// NormalizeName returns a name in the form in which names are compared: Unicode
// NFC. An é of one character and an é of two are the same to a reader.
func NormalizeName(name string) string { return norm.NFC.String(name) }

// NameType returns a type of text whose values are compared as names are.
func NameType(t Type) Type {
	canonical := t.Normalize
	t.Normalize = func(s string) string {
		if s = NormalizeName(s); canonical != nil {
			s = canonical(s)
		}
		return s
	}
	return t
}

// FoldName returns a name without the differences that people overlook: case,
// spaces, invisible characters, and the form of a letter. Two names that fold to the same text
// look alike.
func FoldName(name string) string {
	visible := func(c rune) rune {
		if unicode.IsSpace(c) || isInvisible(c) {
			return -1
		}
		return c
	}
	return strings.ToLower(strings.ToUpper(strings.Map(visible, norm.NFKC.String(name))))
}

// NameWarning returns why people may read another name than the one that is
// written, "" if nothing in it misleads them.
func NameWarning(name string) string {
	scripts := map[string]rune{} // of the current word, with a letter of each
	var before rune
	for _, c := range name {
		if reason := misleadingReason(before, c); reason != "" {
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
		before = c
	}
	return ""
}

// similarScripts have letters that look like Latin ones.
var similarScripts = map[string]*unicode.RangeTable{
	"Latin": unicode.Latin, "Cyrillic": unicode.Cyrillic, "Greek": unicode.Greek, "Armenian": unicode.Armenian, "Cherokee": unicode.Cherokee,
}

// misleadingReason describes how a character misleads people, "" if it doesn't.
func misleadingReason(before, c rune) string {
	ordinary := []rune(norm.NFKC.String(string(c)))[0]
	switch {
	case unicode.Is(unicode.Bidi_Control, c):
		return fmt.Sprintf("%U, which changes the order in which the text is shown; remove it", c)
	case isJoiner(before, c):
		return ""
	case isInvisible(c), unicode.IsControl(c):
		return fmt.Sprintf("the invisible character %U; retype the name", c)
	case c != ' ' && unicode.IsSpace(c):
		return fmt.Sprintf("%U, which looks like a space; type an ordinary space", c)
	case unicode.Is(unicode.Quotation_Mark, c) && c > unicode.MaxASCII:
		return fmt.Sprintf("the typographic quote %c (%U), which is part of the name to YAML; type ' or \" to quote a value", c, c)
	case c != ordinary && ordinary <= unicode.MaxASCII && unicode.IsLetter(c) && unicode.IsLetter(ordinary):
		return fmt.Sprintf("%q (%U), which looks like the letter %c; retype the name", string(c), c, ordinary)
	}
	return ""
}

// isInvisible reports whether a character takes no room.
func isInvisible(c rune) bool {
	return unicode.In(c, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// isJoiner reports whether an invisible character has a purpose where it is: in an
// emoji, or in a script whose letters change where they meet.
func isJoiner(before, c rune) bool {
	joiner := c == '\u200c' || c == '\u200d' || unicode.Is(unicode.Variation_Selector, c)
	return joiner && before > unicode.MaxASCII && !unicode.IsSpace(before) && !unicode.In(before, unicode.Latin, unicode.Cyrillic, unicode.Greek)
}
