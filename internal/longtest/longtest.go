// Package longtest makes slow tests short by default and long on demand. Only tests use it.
package longtest

import "os"

// Variable is the environment variable that enables long tests; any value but "" enables them.
const Variable = "ASTRO_LONG_TESTS"

// Size returns the amount of work for a slow test: short by default, long if Variable is set.
func Size(short, long int) int {
	if os.Getenv(Variable) != "" {
		return long
	}
	return short
}
