package report

import (
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/github"
)

// Per step and level, the runner keeps this many annotations and drops the
// rest without a word; of a message, this many characters.
const (
	annotationLimit = 10
	messageLimit    = 4096
)

// Annotations returns the findings as annotations, within the runner's budget:
// where a level has more, its last one sums up the rest.
func (r *Run) Annotations() []github.Annotation {
	var out []github.Annotation
	findings := r.Findings()
	for _, level := range []github.Level{github.Error, github.Warning, github.Notice} {
		var of []Finding
		for _, f := range findings {
			if f.Level == level {
				of = append(of, f)
			}
		}
		rest := []Finding(nil)
		if len(of) > annotationLimit {
			of, rest = of[:annotationLimit-1], of[annotationLimit-1:]
		}
		for _, f := range of {
			out = append(out, r.annotationFor(f))
		}
		if len(rest) > 0 {
			out = append(out, summarizeRest(level, rest))
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

// summarizeRest names all of the rest: by what they say, and where that takes more room
// than there is, the last ones by their titles. It cuts no text, since half of
// a secret isn't recognised as one any more.
func summarizeRest(level github.Level, rest []Finding) github.Annotation {
	lines := []string{fmt.Sprintf("and %d more %ss; all of them are in the log and the job summary:", countProblems(rest), level)}
	for _, f := range rest {
		first, _, _ := strings.Cut(f.Message, "\n")
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
	return github.Annotation{Level: level, Title: fmt.Sprintf("%d more", countProblems(rest)), Message: strings.Join(lines, "\n")}
}
