// Package longtest lets slow tests be short by default and long on demand. Only tests use it.
package longtest

import "os"

// Variable is the environment variable that demands long tests: any value but "" does.
const Variable = "ASTRO_LONG_TESTS"

// Size returns how much a slow test does: short by default, long where Variable is set.
func Size(short, long int) int {
	if os.Getenv(Variable) != "" {
		return long
	}
	return short
}
