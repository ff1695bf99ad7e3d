package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"astro-apply/internal/config"
	"astro-apply/internal/current"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
	"astro-apply/internal/redact"
	"astro-apply/internal/schema"
)

// maxOpenLines is the number of lines up to which a list of differences isn't folded.
const maxOpenLines = 30

// IsLong reports whether the text of a plan has so many lines that it should be folded.
// Empty lines don't count.
func IsLong(planText string) bool {
	return strings.Count(planText, "\n")-strings.Count(planText, "\n\n") > maxOpenLines
}

// lineWidth is the number of characters above which a change takes one line for each value.
const lineWidth = 100

// detailsSection lists the differences of all resources in one block, with the signs
// that the log has.
func (r *Run) detailsSection(resources []resourceRow, b brevity) section {
	s := section{style: openDiff, title: textCells("Details"), isWhole: true}
	for _, x := range resources {
		rows := r.changeRows(x.change, b)
		if len(rows) == 0 {
			continue
		}
		if len(s.rows) > 0 {
			s.rows = append(s.rows, row{})
		}
		s.rows = append(s.rows, rows...)
	}
	if b > inFull || IsLong(s.logText("")) {
		s.style = foldedDiff
	}
	return s
}

var actionSigns = map[plan.Action]string{
	plan.Create: "+", plan.Update: "~", plan.Delete: "-", plan.DeletePrevented: "=", plan.Errored: "!",
	plan.Unchanged: "=",
}

// changeRows returns the lines about one change: a heading, and its differences.
func (r *Run) changeRows(c *plan.Change, b brevity) []row {
	var rows []row
	add := func(sign, text string) { rows = append(rows, row{sign: sign, indent: 1, cells: textCells(text)}) }
	if last := r.lastModifiedText(c.Live); last != "" && r.Mode == config.ModeDrift {
		add("", "last changed "+last)
	}
	if visible := r.visibilityText(c); visible != "" {
		add("!", visible)
	}
	if r.Mode == config.ModeDrift && c.UnusableReason != "" {
		add("!", c.UnusableReason)
	}
	if text := saveToText(c); text != "" {
		add(actionSigns[c.Action], text)
	}
	var removed, changed []row
	for i, v := range r.formatValues(c.Fields, b) {
		switch f := c.Fields[i]; {
		case f.IsRemoval():
			removed = append(removed, r.fieldRows(c.Resource.Kind, f, v, b)...)
		case b < onlyRemovals:
			changed = append(changed, r.fieldRows(c.Resource.Kind, f, v, b)...)
		}
	}
	if c.Action == plan.Create && b < onlyRemovals {
		changed = append(changed, r.emptyFieldRows(c.Resource.Kind.Fields, c.Resource.Body, "", b)...)
	}
	rows = slices.Concat(rows, removed, changed)
	for i, v := range r.formatValues(c.Kept, b) {
		if b < onlyRemovals {
			add("=", fmt.Sprintf("%s: %s (kept, not in the manifest)", c.Kept[i].Label, v.before))
		}
	}
	problems := current.ProblemsOf(c.Err)
	for _, p := range problems {
		add("!", p.Error())
	}
	if c.Err != nil && problems == nil {
		add("!", c.Err.Error())
	}
	if len(rows) == 0 && c.Action != plan.Delete && c.Action != plan.DeletePrevented {
		return nil
	}
	return append([]row{r.headingRow(c)}, rows...)
}

// emptyFieldRows returns the declared fields of a new resource whose values are empty, 0 or
// false. They are no differences, because Astro has the same default.
func (r *Run) emptyFieldRows(fields []schema.Field, declared *schema.Node, path string, b brevity) (rows []row) {
	for i := range fields {
		f := &fields[i]
		n, label := declared.Get(f.Name), schema.JoinPath(path, cmp.Or(f.NameField(), f.Name))
		switch {
		case n == nil || f.Has(schema.MetaArgument):
		case f.Type.Equal(n, nil):
			text := r.formatValue(n, b)
			if n.Form == schema.Map && len(n.Members) == 0 {
				text = "{}"
			}
			rows = append(rows, row{sign: "+", indent: 1, cells: textCells(label + ": " + text)})
		case f.Type.Base == schema.BaseObject:
			rows = append(rows, r.emptyFieldRows(f.Type.Fields, n, label, b)...)
		}
	}
	return rows
}

// saveToText states where an apply will save the secret that Astro generates, "" if it
// generates none.
func saveToText(c *plan.Change) string {
	sink, k := c.Resource.SecretSink(), c.Resource.Kind
	isNew := func(f plan.Field) bool { return f.Path == k.GeneratedSecret }
	if sink == nil || c.Action != plan.Create && !slices.ContainsFunc(c.Fields, isNew) {
		return ""
	}
	return kind.SecretSinkField + ": " + sink.Render() + " (where an apply saves the new " + k.GeneratedSecret + ")"
}

// headingRow names the action, the resource and its place in the manifest; in the log, also
// its id.
func (r *Run) headingRow(c *plan.Change) row {
	action := string(c.Action)
	if c.Action == plan.Errored {
		action = "failed"
	}
	text := action + " " + c.Resource.String() + prefixedText(" in ", r.parentText(c))
	position := ""
	if c.Resource.Pos.IsKnown() {
		position = "  " + c.Resource.Pos.String()
	}
	x := row{sign: actionSigns[c.Action], cells: textCells(text + position), log: text + position}
	if c.Live != nil {
		x.log = text + " (" + c.Live.ID + ")" + position
	}
	return x
}

// parentText returns the quoted name of the Workspace or Deployment of a resource, "" for
// a resource of the Organization.
func (r *Run) parentText(c *plan.Change) string {
	if name := r.Plan.ParentName(c); name != "" {
		return fmt.Sprintf("%q", name)
	}
	return ""
}

// fieldRows returns the lines about the change of one field: several for a new or removed
// mapping, and for long values.
func (r *Run) fieldRows(k *kind.Kind, f plan.Field, v valueDiff, b brevity) []row {
	rows := func(sign string, lines ...string) (out []row) {
		for i, line := range lines {
			out = append(out, row{sign: sign, indent: 1 + min(i, 1), cells: textCells(line)})
		}
		return out
	}
	change := fmt.Sprintf("%s: %s → %s%s", f.Label, v.before, v.after, v.note)
	switch {
	case f.Rewrite:
		return rows("~", f.Label+": "+schema.RedactionMark+" (rewritten; secrets can't be compared)")
	case f.New == nil:
		return r.valueRows(k, row{sign: "-", indent: 1}, f.Label, f.Old, v.before, b)
	case f.Old == nil:
		return r.valueRows(k, row{sign: "+", indent: 1}, f.Label, f.New, v.after, b)
	case utf8.RuneCountInString(change) > lineWidth:
		return rows("~", f.Label+":", "  "+v.before, "→ "+v.after+v.note)
	}
	return rows("~", change)
}

// valueRows shows a new or removed value: each member of a mapping, and each of several
// mappings in a list, on its own line. Of a new mapping it leaves out the defaults that the
// manifest doesn't declare. at has the sign and the indent; text is n as text.
func (r *Run) valueRows(k *kind.Kind, at row, label string, n *schema.Node, text string, b brevity) []row {
	line := at
	line.cells = textCells(label + ": " + text)
	inner := at
	inner.indent++
	out := []row{line}
	switch {
	case n.Sensitive || n.Form != schema.Map && n.Form != schema.List || len(n.Members)+len(n.Items) == 0:
		return out
	case n.Form == schema.Map:
		out[0].cells = textCells(label)
		for _, m := range n.Members {
			if m.Value.Pos.IsKnown() || !n.Pos.IsKnown() {
				out = append(out, r.valueRows(k, inner, manifestName(k.Fields, m.Name), m.Value, r.formatValue(m.Value, b), b)...)
			}
		}
	case utf8.RuneCountInString(label+text) > lineWidth || n.Items[0].Form == schema.Map:
		out[0].cells = textCells(label)
		for i, item := range n.Items {
			out = append(out, r.valueRows(k, inner, fmt.Sprintf("[%d]", i+1), item, r.formatValue(item, b), b)...)
		}
	}
	return out
}

// manifestName returns the name that the manifest uses for a reference field, at any depth
// of fields, and every other name unchanged.
func manifestName(fields []schema.Field, name string) string {
	for i := range fields {
		f := &fields[i]
		if f.Name == name && f.NameField() != "" {
			return f.NameField()
		}
		for t := &f.Type; t != nil; t = t.Elem {
			if found := manifestName(t.Fields, name); found != name {
				return found
			}
		}
	}
	return name
}

// Maximum numbers of characters of a value. Of a changed value, the limit holds for the
// part around the first difference.
const (
	valueLimit    = 80
	newValueLimit = 400
	shortLimit    = 40
)

func limitFor(b brevity, limit int) int {
	if b >= shortValues {
		return shortLimit
	}
	return limit
}

// formatValue returns a single value without secrets.
func (r *Run) formatValue(n *schema.Node, b brevity) string {
	return r.Secrets.Redact(n.Render()).Truncate(limitFor(b, newValueLimit))
}

// valueDiff holds the texts that show a field before and after a change.
type valueDiff struct{ before, after, note string }

// formatValues returns the values of fields without secrets. It shortens long values
// with the same path around the place where they differ; items of a set share a path.
func (r *Run) formatValues(fields []plan.Field, b brevity) []valueDiff {
	out := make([]valueDiff, len(fields))
	texts, targets := map[string][]redact.Text{}, map[string][]*string{}
	add := func(path, text string, target *string) {
		texts[path] = append(texts[path], r.Secrets.Redact(text))
		targets[path] = append(targets[path], target)
	}
	sameText := map[string]int{}
	for _, f := range fields {
		sameText[f.Path+" "+f.Old.Render()]++
		sameText[f.Path+" "+f.New.Render()]++
	}
	for i, f := range fields {
		before, after := schema.RenderBoth(f.Old, f.New)
		if n := cmp.Or(f.Old, f.New); (f.Old == nil || f.New == nil) && sameText[f.Path+" "+n.Render()] > 1 {
			withID, _ := schema.RenderBoth(n, n) // another item of the set has the same name
			if f.Old == nil {
				after = withID
			} else {
				before = withID
			}
		}
		add(f.Path, before, &out[i].before)
		add(f.Path, after, &out[i].after)
		if before != after {
			out[i].note = " (differs only in a secret)"
		}
	}
	for i, f := range fields {
		limit := valueLimit
		if len(texts[f.Path]) == 2 && (f.Old == nil || f.New == nil) {
			limit = newValueLimit
		}
		for i, text := range redact.Truncate(limitFor(b, limit), texts[f.Path]...) {
			*targets[f.Path][i] = text
		}
		delete(texts, f.Path)
		if out[i].before != out[i].after {
			out[i].note = ""
		}
	}
	return out
}
