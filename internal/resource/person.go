package resource

import (
	"errors"
	"fmt"

	"astro-apply/internal/schema"
)

// isAboutPeople reports whether the objects of a kind are people, or make some: they
// come and go without anybody changing the manifest. Nobody's address is ever
// suggested in the place of another one, which could grant access to a stranger.
func (k *Kind) isAboutPeople() bool { return k.NotCreatable != "" || k.CreatesKind != "" }

// suggestName returns the known name that is most like an unknown one, none for people.
func (k *Kind) suggestName(name string, known []string) string {
	if k.isAboutPeople() {
		return ""
	}
	return schema.Suggest(name, known)
}

// failMissingPerson fails an object that names somebody who isn't in the
// Organization. That need not be a mistake in the manifest, since people leave, so
// it keeps nothing else from being written.
func (r *currentReader) failMissingPerson(o *Resource, pos schema.Pos, format string, args ...any) {
	problem := schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...)}
	if before, ok := r.current.Errs[o]; !ok || len(ProblemsOf(before)) > 0 {
		r.current.Errs[o] = errors.Join(before, problem)
	}
}

// ProblemsOf returns the problems that an error consists of, nil if there is
// anything else in it.
func ProblemsOf(err error) []schema.Problem {
	switch e := err.(type) { //nolint:errorlint // an error that wraps a problem adds to it
	case schema.Problem:
		return []schema.Problem{e}
	case interface{ Unwrap() []error }:
		var out []schema.Problem
		for _, one := range e.Unwrap() {
			problems := ProblemsOf(one)
			if problems == nil {
				return nil
			}
			out = append(out, problems...)
		}
		return out
	}
	return nil
}
