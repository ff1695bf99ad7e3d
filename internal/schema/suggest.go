package schema

import (
	"fmt"
	"strings"
)

// Suggest returns `, did you mean "x"?` for the known name nearest to name, or
// "" when none is near.
func Suggest(name string, known []string) string {
	best, least := "", len([]rune(name))/2+1
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}

// distance counts the insertions, deletions and replacements between a and b
// (Levenshtein), with the snake_case of Astro CLI files taken for camelCase.
func distance(a, b string) int {
	x, y := []rune(strings.ReplaceAll(a, "_", "")), []rune(strings.ReplaceAll(b, "_", ""))
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
