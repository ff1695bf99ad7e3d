package schema

import (
	"fmt"
	"strings"
)

// Suggest returns `, did you mean "x"?` for the known name nearest to name, or
// "" when none is near. The snake_case of Astro CLI files is as good as
// camelCase.
func Suggest(name string, known []string) string {
	letters := func(s string) []rune { return []rune(strings.ToLower(strings.ReplaceAll(s, "_", ""))) }
	x := letters(name)
	best, least := "", len(x)/2+1
	for _, k := range known {
		if d := editDistance(x, letters(k)); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}

// editDistance counts the insertions, deletions and replacements between x and y
// (Levenshtein).
func editDistance(x, y []rune) int {
	if len(x) > 64 || len(y) > 64 {
		return max(len(x), len(y))
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(y)]
}

// fieldReturnedAs is the field that answers have under another name, "" if there is none.
func fieldReturnedAs(fields []Field, name string) string {
	for i := range fields {
		if fields[i].ResponsePath == name {
			return fields[i].Name
		}
	}
	return ""
}
