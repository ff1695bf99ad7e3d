package manifest

import (
	"regexp"
	"strings"

	"astro-apply/internal/schema"
)

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
