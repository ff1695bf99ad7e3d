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

// The causes of a risk, the gravest first. High: a change that can't be undone, or that
// changes how something works. Medium: a change that interrupts something. Low: every
// other change.
const (
	deletes = iota
	disruptions
	rotations
	restarts
	removals
	updates
	creates
)

var riskLevels = []string{
	deletes: "high", disruptions: "high", rotations: "high",
	restarts: "medium", removals: "medium", updates: "low", creates: "low",
}

// riskReason is a cause in words: one for a single occurrence, many, with %d, for more.
type riskReason struct {
	cause     int
	one, many string
	count     int
}

// Risk returns the risk level of the plan and the reasons, "" if the plan has no changes
// or errors prevent them.
func (r *Run) Risk() string {
	if r.countChanges((*plan.Change).IsActive) == 0 || r.HasBlockingErrors() {
		return ""
	}
	var reasons []riskReason
	for _, c := range r.Plan.Changes {
		for _, x := range reasonsOf(c) {
			i := slices.IndexFunc(reasons, func(known riskReason) bool { return known.one == x.one })
			if i < 0 {
				i, reasons = len(reasons), append(reasons, x)
			}
			reasons[i].count++
		}
	}
	slices.SortStableFunc(reasons, func(a, b riskReason) int { return cmp.Compare(a.cause, b.cause) })
	var texts []string
	interrupts := false
	for _, x := range reasons {
		text := x.one
		if x.count > 1 {
			text = fmt.Sprintf(x.many, x.count)
		}
		texts = append(texts, text)
		interrupts = interrupts || x.cause == deletes || x.cause == disruptions || x.cause == restarts
	}
	if !interrupts {
		texts = append(texts, "no restarts")
	}
	label := "Risk"
	if r.Mode == config.ModeDrift {
		label = "Risk of applying the manifest"
	}
	return label + ": " + riskLevels[reasons[0].cause] + " (" + strings.Join(texts, ", ") + ")."
}

// reasonsOf returns the reasons of one change, one for each occurrence.
func reasonsOf(c *plan.Change) (out []riskReason) {
	add := func(cause int, one, many string) {
		out = append(out, riskReason{cause: cause, one: one, many: many})
	}
	k := c.Resource.Kind
	switch c.Action {
	case plan.Delete:
		add(deletes, "1 to delete", "%d to delete")
		return out
	case plan.Create:
		add(creates, "1 to create", "%d to create")
		if !k.Singleton { // a singleton always exists, so its create is an update
			return out
		}
	case plan.Update:
		add(updates, "1 to update", "%d to update")
	default:
		return nil
	}
	for _, name := range affectedFields(c, schema.Disrupts) {
		one, many := "1 "+k.Title+"'s "+name+" changes", "%d "+k.Title+"s' "+name+" changes"
		if k.Singleton {
			one = "the " + k.Title + "'s " + name + " changes"
		}
		add(disruptions, one, many)
	}
	if c.Action == plan.Create {
		return out
	}
	if len(affectedFields(c, schema.Restarts)) > 0 {
		add(restarts, "1 "+k.Title+" restarts", "%d "+k.Title+"s restart")
	}
	for _, f := range c.Fields {
		switch {
		case f.New == nil && !f.Rewrite:
			add(removals, "1 item is removed", "%d items are removed")
		case k.GeneratedSecret != "" && f.Path == k.GeneratedSecret:
			add(rotations, "1 token is rotated, and its current value stops working",
				"%d tokens are rotated, and their current values stop working")
		}
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
