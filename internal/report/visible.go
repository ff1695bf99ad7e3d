package report

import (
	"fmt"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
)

// visibilityText is how many objects the token sees of the kind of one that is to be created, "" where that proves nothing.
func (r *Run) visibilityText(c *plan.Change) string {
	if c.Action != plan.Create || c.VisibleText == "" || r.Simulated {
		return ""
	}
	return "the token sees " + c.VisibleText
}

// visibilityFindings warns, once, that a plan creates Workspaces with a token that sees none. Once one is created, there were none.
func (r *Run) visibilityFindings() []Finding {
	for _, c := range r.Plan.Changes {
		if visible := r.visibilityText(c); visible != "" && c.NoneVisible && c.Resource.Kind.ParentFields == nil && r.Outcomes == nil {
			name := c.Resource.String()
			return []Finding{{Level: github.Warning, Pos: c.Resource.Pos, Title: name, Message: fmt.Sprintf(
				"%s: %s. If the Organization has any, this one may exist already: %s", name, visible, c.Resource.Kind.Visibility)}}
		}
	}
	return nil
}

// addVisibility adds to the findings of a create that was forbidden how many resources the token sees.
func addVisibility(o apply.Outcome, out []Finding) []Finding {
	if c := o.Change; c.VisibleText != "" && c.Action == plan.Create && astro.IsForbidden(o.Err) {
		for i := range out {
			out[i].Message += fmt.Sprintf("\nThe token sees %s, so this one may exist already: %s.", c.VisibleText, c.Resource.Kind.Visibility)
		}
	}
	return out
}
