package resource

import (
	"errors"
	"fmt"

	"astro-apply/internal/schema"
)

// isAboutPeople reports whether the resources of a kind are people, or create people.
// People join and leave without a change of the manifest. Messages never suggest another
// address for a misspelled one: that could grant access to a stranger.
func (k *Kind) isAboutPeople() bool { return k.NotCreatable != "" || k.CreatesKind != "" }

// suggestName returns a suggestion with the most similar known name, "" for people.
func (k *Kind) suggestName(name string, known []string) string {
	if k.isAboutPeople() {
		return ""
	}
	return schema.Suggest(name, known)
}

// failMissingPerson fails a resource that refers to a person who isn't in the
// Organization. This isn't necessarily a mistake in the manifest, because people leave, so
// the run still writes all other resources.
func (r *currentReader) failMissingPerson(o *Resource, pos schema.Pos, format string, args ...any) {
	problem := schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...)}
	if earlier, ok := r.current.Errs[o]; !ok || len(ProblemsOf(earlier)) > 0 {
		r.current.Errs[o] = errors.Join(earlier, problem)
	}
}

// ProblemsOf returns the problems in an error, nil if it contains any other error.
func ProblemsOf(err error) []schema.Problem {
	switch e := err.(type) { //nolint:errorlint // an error that wraps a problem adds to it
	case schema.Problem:
		return []schema.Problem{e}
	case interface{ Unwrap() []error }:
		var out []schema.Problem
		for _, part := range e.Unwrap() {
			problems := ProblemsOf(part)
			if problems == nil {
				return nil
			}
			out = append(out, problems...)
		}
		return out
	}
	return nil
}
