package manifest

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"astro-apply/internal/schema"
)

// Environment is where ${env:NAME} and ${secret:NAME} are read.
type Environment struct {
	Lookup      func(name string) string
	AllowUnset  bool                     // what is unset is a remark, not an error
	Placeholder func(name string) string // what a remark lets the run go on with; nil: a value that is not known
}

var referencePattern = regexp.MustCompile(`^(env|secret):([A-Za-z_][A-Za-z0-9_]*)$`)

// expandReferences replaces the references in a text node. $${ stands for a literal ${.
// What a reference yields is not looked at again.
func (r *reader) expandReferences(n *schema.Node) {
	if !strings.Contains(n.Text, "${") {
		return
	}
	var pending, secret bool
	var b strings.Builder
	rest := n.Text
	for !r.overLimit {
		before, after, found := strings.Cut(rest, "${")
		if !found {
			break
		}
		if literal, ok := strings.CutSuffix(before, "$"); ok {
			b.WriteString(literal + "${")
			rest = after
			continue
		}
		b.WriteString(before)
		inner, following, closed := strings.Cut(after, "}")
		written := rest[len(before) : len(rest)-len(following)]
		rest = following
		m := referencePattern.FindStringSubmatch(inner)
		if m == nil || !closed {
			r.addErrorf(n.Pos, "%s is not a valid reference: write ${env:NAME} or ${secret:NAME}, or $${ for a literal ${", shortOr(written, "a value that starts with ${"))
			pending = true
			continue
		}
		value, ok := r.resolveVariable(n.Pos, written, m[1], m[2])
		r.chargeLimits(n.Pos, 0, len(value))
		pending = pending || !ok
		if value != "" {
			n.VariableValues = append(n.VariableValues, value)
		}
		if m[1] == "secret" || secretNamePattern.MatchString(m[2]) {
			secret = true
			r.addSecret(value)
		}
		b.WriteString(value)
	}
	b.WriteString(rest)
	n.Unquoted = false // a value from the environment is text, whatever it reads
	if n.Sensitive = secret; pending {
		n.Form = schema.Unknown
		n.Text = unresolvedPrefix + n.Text
		return
	}
	n.Text = b.String()
	if secret {
		r.addSecret(n.Text)
	}
}

const unresolvedPrefix = "the value of "

// UnresolvedText returns a text as it was written whose references a lenient reader could
// not look up.
func UnresolvedText(n *schema.Node) (text string, ok bool) {
	if n.Form != schema.Unknown {
		return "", false
	}
	return strings.CutPrefix(n.Text, unresolvedPrefix)
}

// shortOr is text for a message, or long where it is long. It is never cut: it may
// contain a secret, and a part of one is not recognised.
func shortOr(text, long string) string {
	if utf8.RuneCountInString(text) > 40 {
		return long
	}
	return text
}
