package schema_test

import (
	"fmt"
	"testing"

	"astro-apply/internal/schema"
)

// Problems lists 100 errors and 100 warnings per file and counts the rest.
// MergeProblems keeps the counts.
func TestManyProblems(t *testing.T) {
	t.Parallel()
	var errors, warnings, other schema.Problems
	for line := 1; line <= 2100; line++ {
		pos := schema.Pos{File: "a.yaml", Line: line, Col: 1}
		errors.Addf(pos, "error %d", line)
		if line <= 101 {
			warnings.Add(schema.Problem{Pos: pos, Message: "warning", Warning: true})
		}
	}
	other.Addf(schema.Pos{File: "b.yaml", Line: 1, Col: 1}, "alone")
	if n := errors.Total(); n != 2100 {
		t.Errorf("total %d", n)
	}
	all := schema.MergeProblems(warnings.List(), errors.List(), other.List())
	if len(all) != 100+1+100+1+1 {
		t.Fatalf("%d are listed", len(all))
	}
	counts := map[string]int{}
	for _, p := range all {
		if p.Unlisted > 0 || p.Pos.File == "b.yaml" {
			counts[fmt.Sprint(p.Error(), p.Warning)] = p.Unlisted
		}
	}
	for want, more := range map[string]int{
		"a.yaml:101:1: and 2000 more errorsfalse": 2000,
		"a.yaml:101:1: and 1 more warningtrue":    1,
		"b.yaml:1:1: alonefalse":                  0,
	} {
		if got, ok := counts[want]; !ok || got != more {
			t.Errorf("%q stands for %d (%t), want %d, of %v", want, got, ok, more, counts)
		}
	}
	errors.Add(errors.List()...)
	if n := errors.Total(); n != 4200 {
		t.Errorf("twice the same list: total %d", n)
	}
}
