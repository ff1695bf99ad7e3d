package plan

import (
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// CheckPlanned returns an error if an update does more than the plan shows. update is the comparison right before the
// update is sent, so it contains what changed in Astro after the plan. A run refuses every additional removal; with
// ReviewedOnly, it refuses every additional change.
func (p Policy) CheckPlanned(update, planned *Diff) error {
	changes := slices.DeleteFunc(slices.Clone(update.Fields), func(f Field) bool { return f.New != nil })
	if path := unplannedPath(changes, planned.Fields); path != "" {
		return fmt.Errorf("nothing was sent, because the resource changed after the plan, "+
			"and the update would also remove %s; run again", path)
	}
	if path := unplannedPath(update.Fields, planned.Fields); p.ReviewedOnly && path != "" {
		return fmt.Errorf("%s changed after the plan, and this run may make only the reviewed changes; "+
			"nothing was sent; plan again and review the new plan", path)
	}
	return nil
}

// unplannedPath returns the path of the first field that is not in planned, or "".
func unplannedPath(fields, planned []Field) string {
	fields, planned = unmatched(fields, planned, isSameChange)
	if fields, _ = unmatched(fields, planned, isResolvedChange); len(fields) > 0 {
		return fields[0].Path
	}
	return ""
}

// unmatched returns the elements of a and of b without an equal one in the other list. Fields of the items of a set are
// equal if the items are, so each element matches only one.
func unmatched[F any](a, b []F, isEqual func(a, b F) bool) (restOfA, restOfB []F) {
	restOfB = slices.Clone(b)
	for _, f := range a {
		if i := slices.IndexFunc(restOfB, func(g F) bool { return isEqual(f, g) }); i >= 0 {
			restOfB = slices.Delete(restOfB, i, i+1)
		} else {
			restOfA = append(restOfA, f)
		}
	}
	return restOfA, restOfB
}

// isSameChange reports whether two fields make the same change to the same value.
func isSameChange(f, planned Field) bool {
	return f.Path == planned.Path && schema.Identical(planned.Old, f.Old) && schema.Identical(planned.New, f.New)
}

// isResolvedChange reports whether f is the same change as planned, but with the ids of resources that were created
// after the plan was made.
func isResolvedChange(f, planned Field) bool {
	return trimItemLabel(f.Path) == trimItemLabel(planned.Path) &&
		schema.Identical(planned.Old, f.Old) && isResolvedValue(planned.New, f.New)
}

// trimItemLabel returns the path of a list item without its label, because the label may contain the id of the resource
// that the item refers to.
func trimItemLabel(path string) string {
	if i := strings.IndexByte(path, '['); i >= 0 && strings.HasSuffix(path, "]") {
		return path[:i+1]
	}
	return path
}

// isResolvedValue reports whether current is planned with all unknown values replaced.
func isResolvedValue(planned, current *schema.Node) bool {
	resolved := planned.Clone()
	replaceUnknowns(resolved, current)
	return !schema.Identical(resolved, planned) && schema.Identical(resolved, current)
}

// replaceUnknowns replaces each unknown value in n by the text at the same place in resolved.
func replaceUnknowns(n, resolved *schema.Node) {
	switch {
	case n == nil || resolved == nil:
	case n.Form == schema.Unknown && resolved.Form == schema.Text:
		*n = *resolved
	case len(n.Items) == len(resolved.Items):
		for i := range n.Items {
			replaceUnknowns(n.Items[i], resolved.Items[i])
		}
		for _, m := range n.Members {
			replaceUnknowns(m.Value, resolved.Get(m.Name))
		}
	}
}
