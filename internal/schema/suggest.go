package schema

import (
	"fmt"
	"strings"
)

// Suggest returns `; did you mean "x"?` for the known name that is most similar to
// name, or "" if no name is similar enough.
func Suggest(name string, known []string) string {
	if best := MostSimilar(name, known); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}

// MostSimilar returns the known name that is most similar to name, or "" if no name is
// similar enough. It ignores case and underscores, because Astro CLI files use snake_case
// and manifests use camelCase.
func MostSimilar(name string, known []string) string {
	letters := func(s string) []rune { return []rune(strings.ToLower(strings.ReplaceAll(s, "_", ""))) }
	nameLetters := letters(name)
	best, bestDistance := "", len(nameLetters)/2+1
	for _, k := range known {
		if d := editDistance(nameLetters, letters(k)); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// suggestStart is like Suggest for a text that starts with one of the words, such as
// CeleryExecutor with CELERY.
func suggestStart(text string, words []string) string {
	for _, word := range words {
		if len(text) > len(word) && strings.EqualFold(text[:len(word)], word) {
			return fmt.Sprintf("; did you mean %q?", word)
		}
	}
	return ""
}

// editDistance returns the Levenshtein distance: the number of insertions,
// deletions and replacements between x and y.
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

// fieldReturnedAs returns the name of the field that responses call name, or "" if
// no field has another name in responses.
func fieldReturnedAs(fields []Field, name string) string {
	for i := range fields {
		if fields[i].ResponsePath == name {
			return fields[i].Name
		}
	}
	return ""
}
