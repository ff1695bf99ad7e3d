package plan

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// redactor removes the values of secrets from content: names, and texts in
// values. It leaves structure as it is: kinds, actions, ids, and the names of
// fields. These words are public, and a document without them has another
// meaning.
type redactor struct {
	redact      func(string) string // nil: removes nothing
	publicWords func() map[string]bool
}

func newRedactor(scrub func(string) string) redactor {
	return redactor{scrub, sync.OnceValue(kindAndFieldNames)}
}

func (s redactor) redactText(text string) string {
	if s.redact == nil {
		return text
	}
	return s.redact(text)
}

var pathStep = regexp.MustCompile(`[^.\[\]]+`)

// redactPath scrubs the path of a field: the keys of list items and the names of
// members, but not the names of fields and kinds.
func (s redactor) redactPath(path string) string {
	whole := s.redactText(path)
	// A secret that contains separators is in several steps, and in none as a whole.
	if whole == path || pathStep.ReplaceAllString(whole, "") != pathStep.ReplaceAllString(path, "") {
		return whole
	}
	public := s.publicWords()
	var b strings.Builder
	start := 0
	for _, at := range pathStep.FindAllStringIndex(path, -1) {
		word, _, _ := strings.Cut(path[at[0]:at[1]], ` "`) // workspace "data", whose id is unknown
		if public[word] {
			b.WriteString(s.redactText(path[start:at[0]]) + word)
			start = at[0] + len(word)
		}
	}
	return b.String() + s.redactText(path[start:])
}

// redactUnknown scrubs the description of an unknown value, such as id of workspace
// "data": the name in it.
func (s redactor) redactUnknown(text string) string {
	before, name, quoted := strings.Cut(text, `"`)
	if !quoted {
		return text
	}
	return before + s.redactText(`"`+name)
}

// minSecretDigits is the number of characters from which a number is scrubbed. Shorter
// ones are in every manifest and reveal nothing.
const minSecretDigits = 6

// hasSecret reports whether the value of a secret is in n where it can't be
// replaced in its place: in a number, or in the name of a member.
func (s redactor) hasSecret(n *schema.Node) bool {
	if n.Form == schema.Number {
		return len(n.Text) >= minSecretDigits && s.redactText(n.Text) != n.Text
	}
	return slices.ContainsFunc(n.Members, func(m schema.Member) bool {
		return s.redactText(m.Name) != m.Name && !s.publicWords()[m.Name]
	})
}

// redactNode returns a value without the values of secrets, nil for nil.
func (s redactor) redactNode(n *schema.Node) any {
	if n == nil {
		return nil
	}
	c := n.Clone()
	c.Walk(func(m *schema.Node) {
		switch {
		case s.hasSecret(m):
			*m = schema.Node{Form: schema.Text, Text: schema.RedactionMark}
		case m.Form == schema.Text:
			m.Text = s.redactText(m.Text)
		case m.Form == schema.Unknown:
			m.Text = s.redactUnknown(m.Text)
		}
	})
	return c.RedactedCopy()
}

// kindAndFieldNames returns the names of all kinds and of their fields.
func kindAndFieldNames() map[string]bool {
	words := map[string]bool{}
	var add func(fields []schema.Field)
	add = func(fields []schema.Field) {
		for i := range fields {
			words[fields[i].Name] = true
			if pick := fields[i].ItemRef; pick != nil {
				words[pick.Title] = true
			}
			for t := &fields[i].Type; t != nil; t = t.Elem {
				add(t.Fields)
			}
		}
	}
	for _, k := range resource.Kinds() {
		words[k.Name], words[k.GeneratedSecret] = true, true
		add(k.Fields)
	}
	return words
}
