package current

import (
	"errors"
	"fmt"

	"astro-apply/internal/desired"
	"astro-apply/internal/schema"
)

// BlockedError is the error of a resource whose reference can't be resolved because
// the other resource failed.
type BlockedError struct{ Dependency *desired.Resource }

func (b *BlockedError) Error() string { return fmt.Sprintf("needs %s, which failed", b.Dependency) }

// ErrReported marks a resource that has an entry in State.Problems.
var ErrReported = errors.New("see the errors of the manifest")

// failMissingPerson fails a resource that refers to a person who isn't in the
// Organization. This isn't necessarily a mistake in the manifest, because people leave, so
// the run still writes all other resources.
func (r *reader) failMissingPerson(o *desired.Resource, pos schema.Pos, format string, args ...any) {
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
