package report

import (
	"encoding/json"
	"slices"
	"strings"

	"astro-apply/internal/github"
	"astro-apply/internal/plan"
)

// maxTitleLength is GitHub's limit for the title of an issue.
const maxTitleLength = 256

// DriftDigest returns the digest of the set of drifted resources, "" for none. It doesn't
// depend on how they differ.
func (r *Run) DriftDigest() (string, error) {
	var keys [][]string
	for _, x := range r.driftedResources() {
		c := x.change
		keys = append(keys, []string{c.Resource.Kind.Name, c.Resource.String(), c.ParentID})
	}
	if keys == nil {
		return "", nil
	}
	slices.SortFunc(keys, slices.Compare)
	text, err := json.Marshal(keys)
	return plan.DigestOf(text), err
}

func (r *Run) driftedResources() []resourceRow {
	return slices.DeleteFunc(r.resourceRows(), func(x resourceRow) bool { return !hasDrifted(x.change) })
}

// DriftIssueTitle returns the title of the issue about drift. It is the same for every
// run.
func (r *Run) DriftIssueTitle() string {
	return r.Secrets.Redact(r.heading()).Map(github.SanitizeLine).Truncate(maxTitleLength)
}

// DriftIssue returns the body of the issue about drift: each drifted resource with its
// differences. page is the address of the run. If the body is too long, DriftIssue leaves
// out resources.
func (r *Run) DriftIssue(m Marker, page string) (string, error) {
	marker, err := m.htmlComment()
	if err != nil {
		return "", err
	}
	text := "**" + github.EscapeMarkdown(r.redact(r.ResultLine())) + "**" + github.EscapeMarkdown(r.driftRemedy()) + "\n\n"
	if risk := r.Risk(); risk != "" {
		text += github.EscapeMarkdown(r.redact(risk)) + "\n\n"
	}
	errs := section{intro: "Not compared:\n\n"}
	for _, x := range r.resourceRows() {
		for _, f := range findingsOf(github.Error, r.changeFindings(x.change)) {
			errs.rows = append(errs.rows, row{cells: textCells(f.Message)})
		}
	}
	text += r.redactedMarkdown(errs, commentLimit/6)
	footer := "Each run that checks for drift updates this issue, and closes it when Astro matches the manifest."
	if page != "" {
		footer += " The last one was [this run](" + page + ")" + prefixedText(", of commit ", shortCommitMarkdown(m.Head))
		footer += "."
	}
	footer += "\n"
	const note = "More resources have drifted. This text is too long for GitHub; the run has all of them.\n\n"
	room := commentLimit - len(marker) - len(text) - len(footer) - len(note)
	for _, x := range r.driftedResources() {
		block := r.redactedMarkdown(r.driftSection(x, inFull), room)
		if len(block) > room {
			text += note
			break
		}
		text += block
		room -= len(block)
	}
	return marker + r.redact(text+footer), nil
}

// DriftChange returns the comment on the issue about drift that lists the drifted
// resources, for a run in which they are not the same as before.
func (r *Run) DriftChange(page string) string {
	resources := r.driftedResources()
	s := section{style: untitled, intro: "These resources have drifted now:\n\n"}
	if len(resources) == 0 {
		s = section{style: untitled, footer: "✅ Astro matches the manifest."}
	}
	for _, x := range resources {
		name := cell{parts: r.resourceParts(x.change), link: x.pageURL}
		s.rows = append(s.rows, row{cells: append([]cell{name}, textCells(": "+r.actionText(x.change))...)})
	}
	text := strings.TrimRight(r.redactedMarkdown(s, commentLimit/2), "\n")
	if page != "" {
		text += "\n\n[Run](" + page + ")"
	}
	return r.redact(text + "\n")
}

// EndDrift returns the body of the issue about drift after the drift has ended: the same
// text, with a marker without drifted resources.
func EndDrift(body string) (string, error) {
	m, ok := ParseMarker(DriftMarker, body)
	if !ok {
		return body, nil
	}
	_, text, _ := strings.Cut(body, strings.TrimRight(markerEnd, "\n"))
	m.Digest = ""
	marker, err := m.htmlComment()
	return strings.TrimRight(marker, "\n") + text, err
}
