package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/config"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

// The causes of a risk, the most serious first. High: a change that can't be undone, or that
// changes how something works. Medium: a change that interrupts something. Low: every
// other change.
const (
	deletes = iota
	disruptions
	rotations
	restarts
	removals
)

var riskLevels = []string{
	deletes: "high", disruptions: "high", rotations: "high",
	restarts: "medium", removals: "medium",
}

// riskReason is a cause in words: a verb, and what it is about, one or, with %d, many.
type riskReason struct {
	cause           int
	verb, one, many string
	count           int
}

func (x riskReason) text() string {
	if x.count > 1 {
		return x.verb + " " + fmt.Sprintf(x.many, x.count)
	}
	return x.verb + " " + x.one
}

// Risk returns the risk level of the plan and the reasons, such as "Risk: high – deletes 1
// Deployment.", "" if the plan has no changes or errors prevent them.
func (r *Run) Risk() string {
	level, reasons := r.risk()
	if level == "" {
		return ""
	}
	return level + " – " + reasons
}

// risk returns the two parts of Risk: "Risk: high" and the sentence with the reasons.
func (r *Run) risk() (_, _ string) {
	if r.countChanges((*plan.Change).IsActive) == 0 || r.HasBlockingErrors() {
		return "", ""
	}
	var reasons []riskReason
	for _, c := range r.Plan.Changes {
		for _, x := range reasonsOf(c) {
			i := slices.IndexFunc(reasons, func(known riskReason) bool { return known.verb == x.verb && known.one == x.one })
			if i < 0 {
				i, reasons = len(reasons), append(reasons, x)
			}
			reasons[i].count++
		}
	}
	slices.SortStableFunc(reasons, func(a, b riskReason) int { return cmp.Compare(a.cause, b.cause) })
	level, texts := "low", []string{}
	interrupts := false
	for i, x := range reasons {
		if i == 0 {
			level = riskLevels[x.cause]
		}
		texts = append(texts, x.text())
		interrupts = interrupts || x.cause == deletes || x.cause == disruptions || x.cause == restarts
	}
	if !interrupts {
		texts = append(texts, "no restarts")
	}
	label := "Risk"
	if r.Mode == config.ModeDrift {
		label = "Risk of applying the manifest"
	}
	return label + ": " + level, strings.Join(texts, ", ") + "."
}

// reasonsOf returns the reasons of one change, one for each occurrence. A creation and an
// update without another effect have none.
func reasonsOf(c *plan.Change) (out []riskReason) {
	add := func(cause int, verb, one, many string) {
		out = append(out, riskReason{cause: cause, verb: verb, one: one, many: many})
	}
	k := c.Resource.Kind
	one, many := "1 "+k.Title, "%d "+k.Title+"s"
	switch {
	case c.Action == plan.Delete:
		add(deletes, "deletes", one, many)
		return out
	case c.Action == plan.Create && k.Singleton: // a singleton always exists, so its create is an update
	case c.Action != plan.Update:
		return nil
	}
	for _, name := range affectedFields(c, schema.Disrupts) {
		owner := "1 " + k.Title + "'s "
		if k.Singleton {
			owner = "the " + k.Title + "'s "
		}
		add(disruptions, "changes", owner+name, "%d "+k.Title+"s' "+name)
	}
	if c.Action == plan.Create {
		return out
	}
	if len(affectedFields(c, schema.Restarts)) > 0 {
		add(restarts, "restarts", one, many)
	}
	for range c.CountRemovals() {
		add(removals, "removes", "1 item", "%d items")
	}
	isRotation := func(f plan.Field) bool { return k.GeneratedSecret != "" && f.Path == k.GeneratedSecret }
	if slices.ContainsFunc(c.Fields, isRotation) {
		add(rotations, "rotates", "1 token, whose current value stops working", "%d tokens, whose current values stop working")
	}
	return out
}

// affectedFields returns the names of the fields that change with this impact, each
// name once.
func affectedFields(c *plan.Change, impact schema.Impact) (names []string) {
	for _, f := range c.Fields {
		name, fieldImpact := schema.MaxImpact(c.Resource.Kind.Fields, f.Path)
		if fieldImpact == impact && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
