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

// isReserved names hold credentials of the run itself; a manifest that could
// read them could send them anywhere.
func isReserved(name string) bool {
	name = strings.ToUpper(name)
	return name == "ASTRO_API_TOKEN" || name == "GITHUB_TOKEN" ||
		strings.HasPrefix(name, "INPUT_") || strings.HasPrefix(name, "ACTIONS_")
}

// secretNamePattern matches the names of variables whose values are secrets, however
// they are read.
var secretNamePattern = regexp.MustCompile(`(?i)(PASSWORD|PASSWD|PASSPHRASE)$|(^|_)(SECRET|TOKEN|CREDENTIALS|API_KEY|ACCESS_KEY|PRIVATE_KEY|SIGNING_KEY)(_|$)`)

// resolveVariable returns the value of a reference, and false where there is none. word
// is env or secret, written the whole reference.
func (r *reader) resolveVariable(pos schema.Pos, written, word, name string) (string, bool) {
	if isReserved(name) {
		r.addErrorf(pos, "%s: a manifest can't read %s", written, name)
		return "", false
	}
	if word == "env" && secretNamePattern.MatchString(name) {
		r.addWarningf(pos, "%s: its name marks it as a secret, so it is treated as one; write ${secret:%s}", written, name)
	}
	value := r.env.Lookup(name)
	if value != "" {
		r.warnAboutSpaces(pos, written, name, value)
		return value, true
	}
	r.addProblem(schema.Problem{
		Pos:     pos,
		Message: written + ": the environment variable " + name + " is unset or empty; set it under env: of the step",
		Warning: r.env.AllowUnset,
	})
	if r.env.AllowUnset && r.env.Placeholder != nil {
		return r.env.Placeholder(name), true
	}
	return "", false
}

// warnAboutSpaces warns of white space around the value of a variable. Text of several
// lines, such as a key, usually ends in a newline.
func (r *reader) warnAboutSpaces(pos schema.Pos, written, name, value string) {
	switch trimmed := strings.TrimSpace(value); {
	case trimmed == value, strings.Contains(trimmed, "\n"):
	case strings.HasSuffix(value, "\n"):
		r.addWarningf(pos, "%s: the value of %s ends in a newline, which would be part of the value in Astro and break addresses and logins; store it without the newline", written, name)
	default:
		r.addWarningf(pos, "%s: the value of %s starts or ends with white space, which would be part of the value in Astro; store it without the white space", written, name)
	}
}

func (r *reader) addSecret(secret string) {
	if secret != "" && !r.knownSecrets[secret] {
		r.knownSecrets[secret] = true
		r.result.Secrets = append(r.result.Secrets, secret)
	}
}
