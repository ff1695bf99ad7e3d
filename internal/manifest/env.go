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

// reserved names hold credentials of the run itself; a manifest that could
// read them could send them anywhere.
func reserved(name string) bool {
	name = strings.ToUpper(name)
	return name == "ASTRO_API_TOKEN" || name == "GITHUB_TOKEN" ||
		strings.HasPrefix(name, "INPUT_") || strings.HasPrefix(name, "ACTIONS_")
}

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
			r.report(n.Pos, "%s is no reference: write ${env:NAME} or ${secret:NAME}, or $${ for a literal ${", brief(written, "what starts with ${"))
			pending = true
			continue
		}
		value, ok := r.variable(n.Pos, written, m[2])
		r.spend(n.Pos, 0, len(value))
		pending = pending || !ok
		if value != "" {
			n.Read = append(n.Read, value)
		}
		if m[1] == "secret" {
			secret = true
			r.remember(value)
		}
		b.WriteString(value)
	}
	b.WriteString(rest)
	n.Plain = false // a value from the environment is text, whatever it reads
	if n.Secret = secret; pending {
		n.Form = schema.Pending
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
	if n.Form != schema.Pending {
		return "", false
	}
	return strings.CutPrefix(n.Text, unread)
}

func (r *reader) variable(pos schema.Pos, found, name string) (string, bool) {
	if reserved(name) {
		r.report(pos, "%s: a manifest can't read %s", found, name)
		return "", false
	}
	value := r.env.Lookup(name)
	if value != "" {
		return value, true
	}
	r.tell(schema.Problem{
		Pos:     pos,
		Message: found + ": the environment variable " + name + " is unset or empty; set it under env: of the step",
		Warning: r.env.Lenient,
	})
	if r.env.Lenient && r.env.StandIn != nil {
		return r.env.StandIn(name), true
	}
	return "", false
}

func (r *reader) remember(secret string) {
	if secret != "" && !r.seen[secret] {
		r.seen[secret] = true
		r.result.Secrets = append(r.result.Secrets, secret)
	}
}

// brief is text for a message, or long where it is long. It is never cut: it may
// contain a secret, and a part of one is not recognised.
func brief(text, long string) string {
	if utf8.RuneCountInString(text) > 40 {
		return long
	}
	return text
}
