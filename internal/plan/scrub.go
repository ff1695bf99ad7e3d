package plan

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// redactor removes the values of secrets from content: names, and texts in values. It doesn't change structure: kinds,
// actions, ids, and the names of fields. These words are public, and without them the document would have another
// meaning.
type redactor struct {
	redact      func(string) string // nil: removes nothing
	publicWords func() map[string]bool
}

func newRedactor(scrub func(string) string) redactor {
	return redactor{scrub, sync.OnceValue(func() map[string]bool { return kind.All().Words() })}
}

func (r redactor) redactText(text string) string {
	if r.redact == nil {
		return text
	}
	return r.redact(text)
}

var pathStep = regexp.MustCompile(`[^.\[\]]+`)

// redactPath redacts the path of a field: the keys of list items and the names of members, but not the names of fields
// and kinds.
func (r redactor) redactPath(path string) string {
	redacted := r.redactText(path)
	// A secret that contains separators spans several steps, so no single step contains it.
	if redacted == path || pathStep.ReplaceAllString(redacted, "") != pathStep.ReplaceAllString(path, "") {
		return redacted
	}
	public := r.publicWords()
	var b strings.Builder
	start := 0
	for _, span := range pathStep.FindAllStringIndex(path, -1) {
		word, _, _ := strings.Cut(path[span[0]:span[1]], ` "`) // Workspace "data" replaces an unknown id
		if public[word] {
			b.WriteString(r.redactText(path[start:span[0]]) + word)
			start = span[0] + len(word)
		}
	}
	return b.String() + r.redactText(path[start:])
}

// redactUnknown redacts the name in the description of an unknown value, such as id of workspace "data".
func (r redactor) redactUnknown(text string) string {
	prefix, name, quoted := strings.Cut(text, `"`)
	if !quoted {
		return text
	}
	return prefix + r.redactText(`"`+name)
}

// minSecretDigits is the minimum length of a number to be redacted. Shorter numbers are in every manifest and reveal
// nothing.
const minSecretDigits = 6

// hasSecret reports whether n contains the value of a secret in a number or in the name of a member. There, it can't be
// replaced by a mark, so the caller must redact n as a whole.
func (r redactor) hasSecret(n *schema.Node) bool {
	if n.Form == schema.Number {
		return len(n.Text) >= minSecretDigits && r.redactText(n.Text) != n.Text
	}
	return slices.ContainsFunc(n.Members, func(m schema.Member) bool {
		return r.redactText(m.Name) != m.Name && !r.publicWords()[m.Name]
	})
}
