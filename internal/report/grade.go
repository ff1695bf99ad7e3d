package report

import (
	"fmt"
	"strings"

	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// grade collects what a plan does to what people use, the gravest first.
type grade struct {
	level   string
	reasons []string
}

func (g *grade) because(level string, n int, text string) {
	if n == 0 {
		return
	}
	if g.level == "" {
		g.level = level
	}
	g.reasons = append(g.reasons, text)
}

// Grade says in a sentence how much the plan disturbs: High is what can't be
// taken back or works in another way afterwards, Medium what interrupts, Low the
// rest. It is "" where nothing is planned.
func (r *Run) Grade() string {
	if r.Plan == nil || r.Plan.Count(plan.Create, plan.Update, plan.Delete) == 0 {
		return ""
	}
	var g grade
	removals := r.Plan.Count(plan.Delete)
	g.because("High", removals, plural(removals, "removal"))
	disrupted := r.affected(schema.Disrupts)
	for _, t := range disrupted {
		g.because("High", t.n, t.changes())
	}
	gone, renewed := r.elements()
	g.because("High", renewed, plural(renewed, "token")+verb(renewed, " gets", " get")+" a new value, and the one in use ends")
	restarted := r.restarted()
	for _, t := range restarted {
		g.because("Medium", t.n, t.restart())
	}
	g.because("Medium", gone, plural(gone, "element")+verb(gone, " is", " are")+" removed")
	creations, updates := r.Plan.Count(plan.Create), r.Plan.Count(plan.Update)
	g.because("Low", updates, plural(updates, "update"))
	g.because("Low", creations, plural(creations, "creation"))
	if len(disrupted)+len(restarted)+removals == 0 {
		g.reasons = append(g.reasons, "nothing restarts")
	}
	return g.level + ": " + strings.Join(g.reasons, ", ") + "."
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// toll is how many objects of a kind a change of a field has an effect on.
type toll struct {
	kind  *resource.Kind
	field string
	n     int
}

// changes is such as: 2 Deployments' executor changes.
func (t toll) changes() string {
	if t.kind.Singleton {
		return "the " + t.kind.Title + "'s " + t.field + " changes"
	}
	return fmt.Sprintf("%s%s %s changes", plural(t.n, t.kind.Title), verb(t.n, "'s", "'"), t.field)
}

func (t toll) restart() string { return plural(t.n, t.kind.Title) + verb(t.n, " restarts", " restart") }

// affected counts, by kind and field, the updates with an effect.
func (r *Run) affected(effect schema.Impact) (out []toll) {
	at := map[string]int{}
	for _, c := range r.Plan.Changes {
		standing := c.Action == plan.Create && c.Resource.Kind.Singleton // of that, there always is one
		if c.Action != plan.Update && !standing {
			continue
		}
		for _, name := range touched(c, effect) {
			key := c.Resource.Kind.Name + "." + name
			if _, ok := at[key]; !ok {
				at[key] = len(out)
				out = append(out, toll{kind: c.Resource.Kind, field: name})
			}
			out[at[key]].n++
		}
	}
	return out
}

// restarted counts, by kind, the objects that restart.
func (r *Run) restarted() (out []toll) {
	at := map[*resource.Kind]int{}
	for _, c := range r.Plan.Changes {
		k := c.Resource.Kind
		if c.Action != plan.Update || len(touched(c, schema.Restarts)) == 0 {
			continue
		}
		if _, ok := at[k]; !ok {
			at[k] = len(out)
			out = append(out, toll{kind: k})
		}
		out[at[k]].n++
	}
	return out
}

// touched names the fields of an object that change and have an effect, each
// once.
func touched(c *plan.Change, effect schema.Impact) (names []string) {
	seen := map[string]bool{}
	for _, f := range c.Fields {
		name, of := schema.MaxImpact(c.Resource.Kind.Fields, f.Path)
		if of == effect && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// elements counts what is removed from objects that stay, and what gets a new
// secret value.
func (r *Run) elements() (gone, renewed int) {
	for _, c := range r.Plan.Changes {
		for _, f := range c.Fields {
			switch {
			case c.Action != plan.Update:
			case f.New == nil && !f.Rewrite:
				gone++
			case c.Resource.Kind.GeneratedSecret != "" && f.Path == c.Resource.Kind.GeneratedSecret:
				renewed++
			}
		}
	}
	return gone, renewed
}
