//go:build tools

// Package tools imports the tool, so that it is a direct dependency, which Dependabot
// updates. The tools have a module each: they need different versions of the same modules.
package tools

import _ "golang.org/x/vuln/cmd/govulncheck"
