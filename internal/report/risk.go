package report

import (
	"fmt"
	"strings"

	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// riskAssessment collects what a plan does to what people use, the gravest first.
type riskAssessment struct {
	level   string
	reasons []string
}

func (g *riskAssessment) addReason(level string, n int, text string) {
	if n == 0 {
		return
	}
	if g.level == "" {
		g.level = level
	}
	g.reasons = append(g.reasons, text)
}

// Risk says in a sentence how much the plan disturbs: High is what can't be
// taken back or works in another way afterwards, Medium what interrupts, Low the
// rest. It is "" where nothing is planned.
func (r *Run) Risk() string {
	if r.Plan == nil || r.Plan.Count(plan.Create, plan.Update, plan.Delete) == 0 {
		return ""
	}
	var g riskAssessment
	removals := r.Plan.Count(plan.Delete)
	g.addReason("High", removals, countedNoun(removals, "removal"))
	disrupted := r.countImpacts(schema.Disrupts)
	for _, t := range disrupted {
		g.addReason("High", t.resourceCount, t.changeText())
	}
	gone, renewed := r.countRemovalsAndRotations()
	g.addReason("High", renewed, countedNoun(renewed, "token")+verbForm(renewed, " gets", " get")+" a new value, and the one in use ends")
	restarted := r.countRestarts()
	for _, t := range restarted {
		g.addReason("Medium", t.resourceCount, t.restartText())
	}
	g.addReason("Medium", gone, countedNoun(gone, "element")+verbForm(gone, " is", " are")+" removed")
	creations, updates := r.Plan.Count(plan.Create), r.Plan.Count(plan.Update)
	g.addReason("Low", updates, countedNoun(updates, "update"))
	g.addReason("Low", creations, countedNoun(creations, "creation"))
	if len(disrupted)+len(restarted)+removals == 0 {
		g.reasons = append(g.reasons, "nothing restarts")
	}
	return g.level + ": " + strings.Join(g.reasons, ", ") + "."
}

func verbForm(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// impactCount is how many objects of a kind a change of a field has an effect on.
type impactCount struct {
	kind          *resource.Kind
	field         string
	resourceCount int
}

// changeText is such as: 2 Deployments' executor changes.
func (t impactCount) changeText() string {
	if t.kind.Singleton {
		return "the " + t.kind.Title + "'s " + t.field + " changes"
	}
	return fmt.Sprintf("%s%s %s changes", countedNoun(t.resourceCount, t.kind.Title), verbForm(t.resourceCount, "'s", "'"), t.field)
}

func (t impactCount) restartText() string {
	return countedNoun(t.resourceCount, t.kind.Title) + verbForm(t.resourceCount, " restarts", " restart")
}

// countImpacts counts, by kind and field, the updates with an effect.
func (r *Run) countImpacts(effect schema.Impact) (out []impactCount) {
	at := map[string]int{}
	for _, c := range r.Plan.Changes {
		standing := c.Action == plan.Create && c.Resource.Kind.Singleton // of that, there always is one
		if c.Action != plan.Update && !standing {
			continue
		}
		for _, name := range affectedFields(c, effect) {
			key := c.Resource.Kind.Name + "." + name
			if _, ok := at[key]; !ok {
				at[key] = len(out)
				out = append(out, impactCount{kind: c.Resource.Kind, field: name})
			}
			out[at[key]].resourceCount++
		}
	}
	return out
}

// countRestarts counts, by kind, the objects that restart.
func (r *Run) countRestarts() (out []impactCount) {
	at := map[*resource.Kind]int{}
	for _, c := range r.Plan.Changes {
		k := c.Resource.Kind
		if c.Action != plan.Update || len(affectedFields(c, schema.Restarts)) == 0 {
			continue
		}
		if _, ok := at[k]; !ok {
			at[k] = len(out)
			out = append(out, impactCount{kind: k})
		}
		out[at[k]].resourceCount++
	}
	return out
}

// affectedFields names the fields of an object that change and have an effect, each
// once.
func affectedFields(c *plan.Change, effect schema.Impact) (names []string) {
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

// countRemovalsAndRotations counts what is removed from objects that stay, and what gets a new
// secret value.
func (r *Run) countRemovalsAndRotations() (gone, renewed int) {
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
