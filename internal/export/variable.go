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

// addSecretVariable is a value that only a variable can tell.
func (w *projector) addSecretVariable(path string, parts []string) *schema.Node {
	n := &schema.Node{Form: schema.Text, Sensitive: true}
	v := &SecretVariable{Resource: w.String(), FieldPath: path, node: n}
	home := w.nameIndex.displayName(w.inventory.RootKind.Name, w.containerID)
	id := w.live.ID[max(0, len(w.live.ID)-6):]
	for _, words := range [][]string{parts, append([]string{home}, parts...), append([]string{home, id}, parts...)} {
		v.candidates = append(v.candidates, variableName(words))
	}
	if w.inventory.Incomplete && w.containerID != "" { // an export of another Workspace must not take the same
		v.candidates = v.candidates[1:]
	}
	w.variables = append(w.variables, v)
	return n
}

// variableWords are the words that the variables of an entry start with.
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
	// reservedName are names of the process, the runner or GitHub, which is where a
	// secret would not be.
	reservedName = regexp.MustCompile(`^(|[0-9].*|(GITHUB|INPUT|ACTIONS|RUNNER|ASTRO_API|STATE)(_.*)?|CI|HOME|PATH|PWD|USER|SHELL|LANG|TZ|HOSTNAME|TERM|(HTTPS?|NO|ALL)_PROXY|SSL_CERT_(FILE|DIR))$`)
)

// variableName is a name as GitHub allows it for secrets.
func variableName(words []string) string {
	var parts []string
	for _, word := range words {
		word = strings.Trim(nonNameChars.ReplaceAllString(strings.ToUpper(camelBoundary.ReplaceAllString(word, "${1}_${2}")), "_"), "_")
		if word != "" {
			parts = append(parts, word)
		}
	}
	name := strings.Join(parts, "_")
	if reservedName.MatchString(name) {
		name = strings.TrimSuffix("SECRET_"+name, "_")
	}
	return name
}

// usedVariables are the variables that the entries read. What was left out of them reads
// none.
func (x *exporter) usedVariables(entries []*exportedResource) []*SecretVariable {
	there := map[*schema.Node]bool{}
	for _, e := range entries {
		e.body.Walk(func(n *schema.Node) { there[n] = true })
	}
	return slices.DeleteFunc(x.variables, func(v *SecretVariable) bool { return !there[v.node] })
}

// assignNames gives each variable the first of its names that no other may have: what
// is exported later beside it may rename a variable, but never hands its name to
// another secret.
func assignNames(variables []*SecretVariable) []*SecretVariable {
	times := map[string]int{}
	for _, v := range variables {
		for i, name := range v.candidates {
			if !slices.Contains(v.candidates[:i], name) {
				times[name]++
			}
		}
	}
	used := map[string]bool{}
	for _, v := range variables {
		if i := slices.IndexFunc(v.candidates, func(name string) bool { return times[name] == 1 }); i >= 0 {
			v.Name = v.candidates[i]
			used[v.Name] = true
		}
	}
	for _, v := range variables {
		for again := 0; v.Name == ""; again++ {
			if name := v.fallbackName(again); !used[name] && times[name] == 0 {
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

// fallbackName is a name for one of several fields that share all of theirs. Its path
// makes it its own, and where that is the same too, how many had it before.
func (v *SecretVariable) fallbackName(again int) string {
	sum := sha256.Sum256([]byte(v.Resource + v.FieldPath + strings.Repeat(" ", again)))
	return v.candidates[len(v.candidates)-1] + "_" + strings.ToUpper(hex.EncodeToString(sum[:3]))
}
