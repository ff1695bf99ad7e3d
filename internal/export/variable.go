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
	n := &schema.Node{Form: schema.Text, Secret: true}
	v := &Variable{Of: w.String(), Path: path, node: n}
	home := w.names.called(w.survey.Home.Name, w.home)
	id := w.live.ID[max(0, len(w.live.ID)-6):]
	for _, words := range [][]string{parts, append([]string{home}, parts...), append([]string{home, id}, parts...)} {
		v.names = append(v.names, variable(words))
	}
	w.variables = append(w.variables, v)
	return n
}

// parts are the words that the variables of an entry start with.
func (e *entry) parts() []string {
	if e.kind.Single {
		return nil
	}
	name := e.kind.Identity[len(e.kind.Identity)-1]
	return []string{schema.Find(e.kind.Fields, name).Live(e.live.Body(), e.live.Body()).Value()}
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

// settle gives each variable the first of its names that is its alone: what is
// exported later beside it may rename a variable, but never hands its name to
// another secret.
func settle(variables []*Variable) []*Variable {
	used, open := map[string]bool{}, variables
	for stage := 0; len(open) > 0; stage++ {
		times, left := map[string]int{}, []*Variable(nil)
		for _, v := range open {
			times[v.name(stage)]++
		}
		for _, v := range open {
			if name := v.name(stage); times[name] == 1 && !used[name] {
				v.Name = name
			} else {
				left = append(left, v)
			}
		}
		for _, v := range open {
			used[v.Name] = true
		}
		open = left
	}
	for _, v := range variables {
		v.node.Text = "${secret:" + v.Name + "}"
	}
	slices.SortStableFunc(variables, func(a, b *Variable) int { return cmp.Compare(a.Name, b.Name) })
	return variables
}

// name is the variable's name at a stage. Past the last one, which two fields of
// one object may share, its path makes it its own.
func (v *Variable) name(stage int) string {
	if stage < len(v.names) {
		return v.names[stage]
	}
	sum := sha256.Sum256([]byte(v.Of + v.Path + strings.Repeat(" ", stage)))
	return v.names[len(v.names)-1] + "_" + strings.ToUpper(hex.EncodeToString(sum[:3]))
}
