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

// secret is a value that only a variable can tell.
func (w *walk) secret(path string, parts []string) *schema.Node {
	n := &schema.Node{Form: schema.Text, Sensitive: true}
	v := &Variable{Of: w.String(), Path: path, node: n}
	home := w.names.called(w.survey.RootKind.Name, w.home)
	id := w.live.ID[max(0, len(w.live.ID)-6):]
	for _, words := range [][]string{parts, append([]string{home}, parts...), append([]string{home, id}, parts...)} {
		v.names = append(v.names, variable(words))
	}
	if w.survey.Incomplete && w.home != "" { // an export of another Workspace must not take the same
		v.names = v.names[1:]
	}
	w.variables = append(w.variables, v)
	return n
}

// parts are the words that the variables of an entry start with.
func (e *entry) parts() []string {
	if e.kind.Singleton {
		return nil
	}
	name := e.kind.Identity[len(e.kind.Identity)-1]
	return []string{schema.FindField(e.kind.Fields, name).CurrentValue(e.live.Body(), e.live.Body()).ScalarText()}
}

var (
	notAName = regexp.MustCompile(`[^A-Z0-9]+`)
	hump     = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	// taken are names of the process, the runner or GitHub, which is where a
	// secret would not be.
	taken = regexp.MustCompile(`^(|[0-9].*|(GITHUB|INPUT|ACTIONS|RUNNER|ASTRO_API|STATE)(_.*)?|CI|HOME|PATH|PWD|USER|SHELL|LANG|TZ|HOSTNAME|TERM|(HTTPS?|NO|ALL)_PROXY|SSL_CERT_(FILE|DIR))$`)
)

// variable is a name as GitHub allows it for secrets.
func variable(words []string) string {
	var parts []string
	for _, word := range words {
		word = strings.Trim(notAName.ReplaceAllString(strings.ToUpper(hump.ReplaceAllString(word, "${1}_${2}")), "_"), "_")
		if word != "" {
			parts = append(parts, word)
		}
	}
	name := strings.Join(parts, "_")
	if taken.MatchString(name) {
		name = strings.TrimSuffix("SECRET_"+name, "_")
	}
	return name
}

// read are the variables that the entries read. What was left out of them reads
// none.
func (x *exporter) read(entries []*entry) []*Variable {
	there := map[*schema.Node]bool{}
	for _, e := range entries {
		e.body.Walk(func(n *schema.Node) { there[n] = true })
	}
	return slices.DeleteFunc(x.variables, func(v *Variable) bool { return !there[v.node] })
}

// settle gives each variable the first of its names that no other may have: what
// is exported later beside it may rename a variable, but never hands its name to
// another secret.
func settle(variables []*Variable) []*Variable {
	times := map[string]int{}
	for _, v := range variables {
		for i, name := range v.names {
			if !slices.Contains(v.names[:i], name) {
				times[name]++
			}
		}
	}
	used := map[string]bool{}
	for _, v := range variables {
		if i := slices.IndexFunc(v.names, func(name string) bool { return times[name] == 1 }); i >= 0 {
			v.Name = v.names[i]
			used[v.Name] = true
		}
	}
	for _, v := range variables {
		for again := 0; v.Name == ""; again++ {
			if name := v.mark(again); !used[name] && times[name] == 0 {
				v.Name = name
				used[name] = true
			}
		}
	}
	for _, v := range variables {
		v.node.Text = "${secret:" + v.Name + "}"
	}
	slices.SortStableFunc(variables, func(a, b *Variable) int { return cmp.Compare(a.Name, b.Name) })
	return variables
}

// mark is a name for one of several fields that share all of theirs. Its path
// makes it its own, and where that is the same too, how many had it before.
func (v *Variable) mark(again int) string {
	sum := sha256.Sum256([]byte(v.Of + v.Path + strings.Repeat(" ", again)))
	return v.names[len(v.names)-1] + "_" + strings.ToUpper(hex.EncodeToString(sum[:3]))
}
