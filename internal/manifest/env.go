package manifest

import (
	"regexp"
	"strings"

	"astro-apply/internal/schema"
)

// Environment is where ${env:NAME} and ${secret:NAME} are read.
type Environment struct {
	Lookup  func(name string) string
	Lenient bool                     // what is unset is a remark, not an error
	StandIn func(name string) string // what a remark lets the run go on with; nil: a value that is not known
}

var (
	reference  = regexp.MustCompile(`\$?\$\{[^}]*\}?`)
	wellFormed = regexp.MustCompile(`^\$\{(env|secret):([A-Za-z_][A-Za-z0-9_]*)\}$`)
)

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
	for {
		at := reference.FindStringIndex(rest)
		if at == nil {
			break
		}
		b.WriteString(rest[:at[0]])
		found := rest[at[0]:at[1]]
		rest = rest[at[1]:]
		if strings.HasPrefix(found, "$${") {
			b.WriteString("${")
			rest = found[len("$${"):] + rest
			continue
		}
		m := wellFormed.FindStringSubmatch(found)
		if m == nil {
			r.report(n.Pos, "%s is no reference: write ${env:NAME} or ${secret:NAME}, or $${ for a literal ${", quoteShort(found))
			continue
		}
		value, ok := r.variable(n.Pos, found, m[2])
		pending = pending || !ok
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
		n.Text = "the value of " + n.Text
		return
	}
	n.Text = b.String()
	if secret {
		r.remember(n.Text)
	}
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
	r.result.Problems = append(r.result.Problems, schema.Problem{
		Pos:     pos,
		Message: found + ": the environment variable " + name + " is unset or empty; set it in the step's env:",
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

func quoteShort(s string) string {
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}
