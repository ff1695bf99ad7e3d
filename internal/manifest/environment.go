package manifest

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"astro-apply/internal/schema"
)

// Environment provides the values of ${env:NAME} and ${secret:NAME}.
type Environment struct {
	Lookup      func(name string) string
	AllowUnset  bool                     // an unset variable is a warning, not an error
	NoSecrets   bool                     // an unset ${secret:NAME} is in Result.UnsetSecrets instead of being a problem
	Placeholder func(name string) string // returns a value for an unset variable if that is no error; nil leaves the value unknown
}

var referencePattern = regexp.MustCompile(`^(env|secret):([A-Za-z_][A-Za-z0-9_]*)$`)

// expandReferences replaces the references in a text node by their values, and $${ by
// a literal ${. It doesn't expand references in the values.
func (r *reader) expandReferences(n *schema.Node) {
	if !strings.Contains(n.Text, "${") {
		return
	}
	var unknown, secret bool
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
		inner, remaining, closed := strings.Cut(after, "}")
		reference := rest[len(before) : len(rest)-len(remaining)]
		rest = remaining
		m := referencePattern.FindStringSubmatch(inner)
		if m == nil || !closed {
			r.addErrorf(n.Pos, "%s is not a valid reference; write ${env:NAME} or ${secret:NAME}, or $${ for a literal ${", shortOr(reference, "a value that starts with ${"))
			unknown = true
			continue
		}
		value, ok := r.resolveVariable(n.Pos, reference, m[1], m[2])
		r.chargeLimits(n.Pos, 0, len(value))
		unknown = unknown || !ok
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
	n.Unquoted = false // a value from the environment is always text, so it needs no quotes
	if n.Sensitive = secret; unknown {
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

// UnresolvedText returns the original text of a node whose value is unknown because a
// variable is not set. ok is false for all other nodes.
func UnresolvedText(n *schema.Node) (text string, ok bool) {
	if n.Form != schema.Unknown {
		return "", false
	}
	return strings.CutPrefix(n.Text, unresolvedPrefix)
}

// shortOr returns text for a message, or replacement if text is long. It doesn't
// truncate text, because text may contain a secret, and a part of a secret would not
// be redacted.
func shortOr(text, replacement string) string {
	if utf8.RuneCountInString(text) > 40 {
		return replacement
	}
	return text
}

// isReserved reports whether a variable holds credentials or inputs of the run itself.
// A manifest that could read them could send them anywhere.
func isReserved(name string) bool {
	name = strings.ToUpper(name)
	return name == "ASTRO_API_TOKEN" || name == "GITHUB_TOKEN" ||
		strings.HasPrefix(name, "INPUT_") || strings.HasPrefix(name, "ACTIONS_")
}

// secretNamePattern matches the names of variables whose values are secrets, even if
// the manifest reads them with ${env:NAME}.
var secretNamePattern = regexp.MustCompile(`(?i)(PASSWORD|PASSWD|PASSPHRASE)$|(^|_)(SECRET|TOKEN|CREDENTIALS|API_KEY|ACCESS_KEY|PRIVATE_KEY|SIGNING_KEY)(_|$)`)

// resolveVariable returns the value of the variable name. reference is the complete
// reference for messages, and source its first part: env or secret. ok is false if the
// variable has no value.
func (r *reader) resolveVariable(pos schema.Pos, reference, source, name string) (value string, ok bool) {
	if isReserved(name) {
		r.addErrorf(pos, "%s: a manifest can't read %s, which is reserved for the run itself; use another variable", reference, name)
		return "", false
	}
	if source == "env" && secretNamePattern.MatchString(name) {
		r.addWarningf(pos, "%s: the name looks like the name of a secret, so the value is treated as one; write ${secret:%s}", reference, name)
	}
	value = r.env.Lookup(name)
	if value != "" {
		r.warnAboutSpaces(pos, reference, name, value)
		return value, true
	}
	problem := schema.Problem{
		Pos:     pos,
		Message: reference + ": the environment variable " + name + " is unset or empty; set it under env: of the step",
		Warning: r.env.AllowUnset,
	}
	isExpected := source == "secret" && r.env.NoSecrets
	if isExpected {
		r.result.UnsetSecrets = append(r.result.UnsetSecrets, UnsetSecret{name, problem})
	} else {
		r.addProblem(problem)
	}
	if (r.env.AllowUnset || isExpected) && r.env.Placeholder != nil {
		return r.env.Placeholder(name), true
	}
	return "", false
}

// warnAboutSpaces adds a warning if the value of a variable starts or ends with white
// space. It accepts text of several lines, such as a private key, because such text
// usually ends with a newline.
func (r *reader) warnAboutSpaces(pos schema.Pos, reference, name, value string) {
	switch trimmed := strings.TrimSpace(value); {
	case trimmed == value, strings.Contains(trimmed, "\n"):
	case strings.HasSuffix(value, "\n"):
		r.addWarningf(pos, "%s: the value of %s ends with a newline, which would become part of the value in Astro and break URLs and logins; store it without the newline", reference, name)
	default:
		r.addWarningf(pos, "%s: the value of %s starts or ends with whitespace, which would become part of the value in Astro; store it without the whitespace", reference, name)
	}
}

func (r *reader) addSecret(secret string) {
	if secret != "" && !r.knownSecrets[secret] {
		r.knownSecrets[secret] = true
		r.result.Secrets = append(r.result.Secrets, secret)
	}
}
