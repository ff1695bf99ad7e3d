package report

import (
	"fmt"
	"strings"

	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

// riskAssessment collects the risks of a plan. Callers add the gravest reasons first,
// so the first one sets the level.
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

// Risk returns the risk level of the plan and the reasons, "" if the plan has no changes
// or errors prevent them. High: a change that can't be undone, or that changes how something works.
// Medium: a change that interrupts something. Low: every other change.
func (r *Run) Risk() string {
	if r.Plan == nil || r.Plan.Count(plan.Create, plan.Update, plan.Delete) == 0 || r.HasBlockingErrors() {
		return ""
	}
	var g riskAssessment
	removals := r.Plan.Count(plan.Delete)
	g.addReason("high", removals, fmt.Sprintf("%d to delete", removals))
	disrupted := r.countImpacts(schema.Disrupts)
	for _, t := range disrupted {
		g.addReason("high", t.resourceCount, t.changeText())
	}
	removedItems, rotatedTokens := r.countRemovalsAndRotations()
	g.addReason("high", rotatedTokens, countedNoun(rotatedTokens, "token")+verbForm(rotatedTokens, " is rotated, and its current value stops", " are rotated, and their current values stop")+" working")
	restarted := r.countRestarts()
	for _, t := range restarted {
		g.addReason("medium", t.resourceCount, t.restartText())
	}
	g.addReason("medium", removedItems, countedNoun(removedItems, "item")+verbForm(removedItems, " is", " are")+" removed")
	creations, updates := r.Plan.Count(plan.Create), r.Plan.Count(plan.Update)
	g.addReason("low", updates, fmt.Sprintf("%d to update", updates))
	g.addReason("low", creations, fmt.Sprintf("%d to create", creations))
	if len(disrupted)+len(restarted)+removals == 0 {
		g.reasons = append(g.reasons, "no restarts")
	}
	label := "Risk"
	if r.Mode == "drift" {
		label = "Risk of applying the manifest"
	}
	return label + ": " + g.level + " (" + strings.Join(g.reasons, ", ") + ")."
}

func verbForm(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// impactCount holds how many resources of a kind a change of a field affects.
type impactCount struct {
	kind          *kind.Kind
	field         string
	resourceCount int
}

// changeText returns a text such as "2 Deployments' executor changes".
func (t impactCount) changeText() string {
	if t.kind.Singleton {
		return "the " + t.kind.Title + "'s " + t.field + " changes"
	}
	return fmt.Sprintf("%s%s %s changes", countedNoun(t.resourceCount, t.kind.Title), verbForm(t.resourceCount, "'s", "'"), t.field)
}

func (t impactCount) restartText() string {
	return countedNoun(t.resourceCount, t.kind.Title) + verbForm(t.resourceCount, " restarts", " restart")
}

// countImpacts counts, by kind and field, the updates with this impact.
func (r *Run) countImpacts(impact schema.Impact) (out []impactCount) {
	indexes := map[string]int{}
	for _, c := range r.Plan.Changes {
		changesSingleton := c.Action == plan.Create && c.Resource.Kind.Singleton // a singleton always exists, so its create is an update
		if c.Action != plan.Update && !changesSingleton {
			continue
		}
		for _, name := range affectedFields(c, impact) {
			key := c.Resource.Kind.Name + "." + name
			if _, ok := indexes[key]; !ok {
				indexes[key] = len(out)
				out = append(out, impactCount{kind: c.Resource.Kind, field: name})
			}
			out[indexes[key]].resourceCount++
		}
	}
	return out
}

// countRestarts counts, by kind, the resources that restart.
func (r *Run) countRestarts() (out []impactCount) {
	indexes := map[*kind.Kind]int{}
	for _, c := range r.Plan.Changes {
		k := c.Resource.Kind
		if c.Action != plan.Update || len(affectedFields(c, schema.Restarts)) == 0 {
			continue
		}
		if _, ok := indexes[k]; !ok {
			indexes[k] = len(out)
			out = append(out, impactCount{kind: k})
		}
		out[indexes[k]].resourceCount++
	}
	return out
}

// affectedFields returns the names of the fields that change with this impact, each
// name once.
func affectedFields(c *plan.Change, impact schema.Impact) (names []string) {
	seen := map[string]bool{}
	for _, f := range c.Fields {
		name, fieldImpact := schema.MaxImpact(c.Resource.Kind.Fields, f.Path)
		if fieldImpact == impact && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// countRemovalsAndRotations counts the items that updates remove, and the tokens that
// get a new secret value.
func (r *Run) countRemovalsAndRotations() (removedItems, rotatedTokens int) {
	for _, c := range r.Plan.Changes {
		for _, f := range c.Fields {
			switch {
			case c.Action != plan.Update:
			case f.New == nil && !f.Rewrite:
				removedItems++
			case c.Resource.Kind.GeneratedSecret != "" && f.Path == c.Resource.Kind.GeneratedSecret:
				rotatedTokens++
			}
		}
	}
	return removedItems, rotatedTokens
}
