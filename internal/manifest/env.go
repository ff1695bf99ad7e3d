package manifest

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"astro-apply/internal/schema"
)

// Environment is where ${env:NAME} and ${secret:NAME} are read.
type Environment struct {
	Lookup  func(name string) string
	Lenient bool                     // what is unset is a remark, not an error
	StandIn func(name string) string // what a remark lets the run go on with; nil: a value that is not known
}

var reference = regexp.MustCompile(`^(env|secret):([A-Za-z_][A-Za-z0-9_]*)$`)

// expand replaces the references in a text node. $${ stands for a literal ${.
// What a reference yields is not looked at again.
func (r *reader) expand(n *schema.Node) {
	if !strings.Contains(n.Text, "${") {
		return
	}
	var pending, secret bool
	var b strings.Builder
	rest := n.Text
	for !r.full {
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
		m := reference.FindStringSubmatch(inner)
		if m == nil || !closed {
			r.report(n.Pos, "%s is not a valid reference: write ${env:NAME} or ${secret:NAME}, or $${ for a literal ${", brief(written, "a value that starts with ${"))
			pending = true
			continue
		}
		value, ok := r.variable(n.Pos, written, m[1], m[2])
		r.spend(n.Pos, 0, len(value))
		pending = pending || !ok
		if value != "" {
			n.VariableValues = append(n.VariableValues, value)
		}
		if m[1] == "secret" || secretName.MatchString(m[2]) {
			secret = true
			r.remember(value)
		}
		b.WriteString(value)
	}
	b.WriteString(rest)
	n.Unquoted = false // a value from the environment is text, whatever it reads
	if n.Sensitive = secret; pending {
		n.Form = schema.Unknown
		n.Text = unread + n.Text
		return
	}
	n.Text = b.String()
	if secret {
		r.remember(n.Text)
	}
}

const unread = "the value of "

// Unread returns a text as it was written whose references a lenient reader could
// not look up.
func Unread(n *schema.Node) (text string, ok bool) {
	if n.Form != schema.Unknown {
		return "", false
	}
	return strings.CutPrefix(n.Text, unread)
}

// brief is text for a message, or long where it is long. It is never cut: it may
// contain a secret, and a part of one is not recognised.
func brief(text, long string) string {
	if utf8.RuneCountInString(text) > 40 {
		return long
	}
	return text
}
