package export

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// location is the place of a value in a resource: its path for messages, and the words
// of the name of a variable for it.
type location struct {
	path      string
	nameParts []string
}

func (l location) field(f *schema.Field) location {
	return location{strings.TrimPrefix(l.path+"."+f.Name, "."), append(slices.Clone(l.nameParts), variableWord(f))}
}

// item returns the location of a list item; words identify it in the names of variables.
func (l location) item(key string, words []string) location {
	return location{l.path + "[" + key + "]", slices.Concat(l.nameParts, words)}
}

// variableWord returns the part that a field adds to the name of a variable. It is ""
// for a field that contains other fields, and for one that another field marks as
// secret, such as the value of an environment variable: it is the only secret there.
func variableWord(f *schema.Field) string {
	isContainer := f.Type.Base == schema.BaseObject || f.Type.Base == schema.BaseList
	if isContainer || f.Secret != nil && f.Secret.If != "" {
		return ""
	}
	return f.Name
}

// newVariable returns a variable without a name, which assignNames gives it later. Each
// prefix is for a possible name, the best one first.
func newVariable(resource string, at location, prefixes ...[]string) *SecretVariable {
	node := &schema.Node{Form: schema.Text, Sensitive: true}
	v := &SecretVariable{Resource: resource, FieldPath: at.path, node: node}
	for _, prefix := range prefixes {
		v.candidates = append(v.candidates, variableName(slices.Concat(prefix, at.nameParts)))
	}
	return v
}

// addSecretVariable returns a value that refers to a new variable, because Astro doesn't
// return the secret.
func (w *projector) addSecretVariable(at location) *schema.Node {
	container := w.nameIndex.displayName(w.inventory.RootKind.Name, w.containerID)
	id := w.live.ID[max(0, len(w.live.ID)-6):]
	v := newVariable(w.String(), at, nil, []string{container}, []string{container, id})
	if w.inventory.Incomplete && w.containerID != "" { // an export of another Workspace must not use the same name
		v.candidates = v.candidates[1:]
	}
	w.variables = append(w.variables, v)
	return v.node
}

// variableWords returns the first parts of the names of an entry's variables.
func (e *exportedResource) variableWords() []string {
	if e.kind.Singleton {
		return nil
	}
	name := e.kind.Identity[len(e.kind.Identity)-1]
	return []string{schema.FindField(e.kind.Fields, name).CurrentValue(e.live.Body(), e.live.Body()).ScalarText()}
}

var (
	nonNameChars  = regexp.MustCompile(`[^A-Z0-9]+`)
	camelBoundary = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	// reservedName matches variables that the operating system, the runner or GitHub
	// sets. A secret can't have such a name.
	reservedName = regexp.MustCompile(`^(|[0-9].*|(GITHUB|INPUT|ACTIONS|RUNNER|ASTRO_API|STATE)(_.*)?|CI|HOME|PATH|PWD|USER|SHELL|LANG|TZ|HOSTNAME|TERM|(HTTPS?|NO|ALL)_PROXY|SSL_CERT_(FILE|DIR))$`)
)

// variableName joins parts to a name that GitHub allows for secrets.
func variableName(nameParts []string) string {
	var words []string
	for _, part := range nameParts {
		word := strings.Trim(nonNameChars.ReplaceAllString(strings.ToUpper(camelBoundary.ReplaceAllString(part, "${1}_${2}")), "_"), "_")
		if word != "" {
			words = append(words, word)
		}
	}
	name := strings.Join(words, "_")
	if reservedName.MatchString(name) {
		name = strings.TrimSuffix("SECRET_"+name, "_")
	}
	return name
}

// usedVariables returns the variables to which the entries refer. Skipped resources and
// fields don't need theirs.
func (x *exporter) usedVariables(entries []*exportedResource) []*SecretVariable {
	used := map[*schema.Node]bool{}
	for _, e := range entries {
		e.body.Walk(func(n *schema.Node) { used[n] = true })
	}
	return slices.DeleteFunc(x.variables, func(v *SecretVariable) bool { return !used[v.node] })
}

// assignNames gives each variable its first candidate that isn't a candidate of another
// variable. So a later export with more secrets may rename a variable, but never gives
// its name to another secret, to which a user would then write the old value.
func assignNames(variables []*SecretVariable) []*SecretVariable {
	claims := map[string]int{}
	for _, v := range variables {
		for i, name := range v.candidates {
			if !slices.Contains(v.candidates[:i], name) {
				claims[name]++
			}
		}
	}
	used := map[string]bool{}
	for _, v := range variables {
		if i := slices.IndexFunc(v.candidates, func(name string) bool { return claims[name] == 1 }); i >= 0 {
			v.Name = v.candidates[i]
			used[v.Name] = true
		}
	}
	for _, v := range variables {
		for attempt := 0; v.Name == ""; attempt++ {
			if name := v.fallbackName(attempt); !used[name] && claims[name] == 0 {
				v.Name = name
				used[name] = true
			}
		}
	}
	for _, v := range variables {
		v.node.Text = "${secret:" + v.Name + "}"
	}
	slices.SortStableFunc(variables, func(a, b *SecretVariable) int { return cmp.Compare(a.Name, b.Name) })
	return variables
}

// fallbackName returns a name for a variable that shares all of its candidates with
// others. A hash of the field's path makes the name unique; attempt counts up if
// another variable with the same path has the name already.
func (v *SecretVariable) fallbackName(attempt int) string {
	sum := sha256.Sum256([]byte(v.Resource + v.FieldPath + strings.Repeat(" ", attempt)))
	return v.candidates[len(v.candidates)-1] + "_" + strings.ToUpper(hex.EncodeToString(sum[:3]))
}
