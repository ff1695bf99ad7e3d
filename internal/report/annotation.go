package report

import (
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/github"
)

// Limits of GitHub's runner. It drops everything above them without a warning.
const (
	annotationLimit = 10   // annotations per step and level
	messageLimit    = 4096 // characters of a message
)

// Annotations returns the findings as annotations, within the runner's limits.
// If a level has too many findings, its last annotation summarizes the rest.
func (r *Run) Annotations() []github.Annotation {
	var out []github.Annotation
	isQuiet := r.isUneventful()
	findings := slices.DeleteFunc(r.Findings(), func(f Finding) bool {
		return f.isRemark || isQuiet && f.Level == github.Notice
	})
	for _, level := range []github.Level{github.Error, github.Warning, github.Notice} {
		shown, rest := findingsOf(level, findings), []Finding(nil)
		if len(shown) > annotationLimit {
			shown, rest = shown[:annotationLimit-1], shown[annotationLimit-1:]
		}
		for _, f := range shown {
			out = append(out, r.annotationFor(f))
		}
		if len(rest) > 0 {
			out = append(out, r.summarizeRest(level, rest))
		}
	}
	return out
}

func (r *Run) annotationFor(f Finding) github.Annotation {
	a := github.Annotation{Level: f.Level, Title: f.Title, Message: f.Message}
	switch {
	case r.InlineManifest && f.Pos.IsKnown():
		a.Message = f.Pos.String() + ": " + a.Message
	case f.Pos.IsKnown():
		a.File, a.Line, a.Col = f.Pos.File, f.Pos.Line, f.Pos.Col
	}
	return a
}

// summarizeRest returns one annotation that lists all findings of rest by their
// messages. If the text gets too long, it lists the last ones by their titles
// instead. It never cuts a message, because redaction doesn't recognize half of a secret.
func (r *Run) summarizeRest(level github.Level, rest []Finding) github.Annotation {
	lines := []string{fmt.Sprintf("and %d more %ss; the log and the job summary list all of them:", countProblems(rest), level)}
	for _, f := range rest {
		first, _, _ := strings.Cut(r.redact(f.Message), "\n")
		lines = append(lines, f.positionPrefix()+first)
	}
	size, short := len(strings.Join(lines, "\n")), slices.Clone(lines)
	for i := len(rest); i > 0 && size > messageLimit; i-- {
		short[i] = rest[i-1].positionPrefix() + rest[i-1].Title
		size -= len(lines[i]) - len(short[i])
	}
	if size <= messageLimit {
		lines = short
	}
	return github.Annotation{Level: level, Title: fmt.Sprintf("%d more %ss", countProblems(rest), level), Message: strings.Join(lines, "\n")}
}
