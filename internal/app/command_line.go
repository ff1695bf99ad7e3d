package app

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/config"
)

// MostUsedInputs are the inputs that README and --help describe, the others are only in
// .github/docs/inputs.md.
var MostUsedInputs = []string{
	"files", "mode", "comment", "require-reviewed-plan", "allow-delete",
	"only", "workspace", "write-secrets", "timeout", "simulate",
}

// answerFlag returns the answer to --help and --version, "" without these flags.
func answerFlag(s System) (string, error) {
	switch args := s.Args[min(1, len(s.Args)):]; {
	case slices.Contains(args, "--help"), slices.Contains(args, "-h"):
		inputs, err := config.ReadAction(s.ActionYAML)
		return usageText(inputs), err
	case slices.Contains(args, "--version"):
		return programVersion(s, "") + "\n", nil
	}
	return "", nil
}

// programVersion returns the name and version of the program. ref is the ref in uses:,
// from which GitHub built the image if the build has no commit.
func programVersion(s System, ref string) string {
	version := "astro-apply " + s.Version
	if revision := cmp.Or(s.Commit, ref); revision != "" {
		version += " (" + revision + ")"
	}
	return version
}

// usageText describes the command line, with the descriptions of inputs in action.yml.
func usageText(inputs config.Inputs) string {
	var b strings.Builder
	b.WriteString(`Make the resources of an Astro Organization match a YAML manifest.

Usage:
  astro-apply [FILE | FOLDER | GLOB]...   the manifests, by default ` + inputs.Default("files") + `
  astro-apply --help | --version

The API token is in the environment variable ` + TokenVariable + `. Without a token, the program checks
the manifests offline. Each input of the action is an environment variable, for example:

  env INPUT_MODE=plan INPUT_ALLOW-DELETE=true astro-apply astro.yaml

Modes (INPUT_MODE):
`)
	writeWrapped(&b, inputs["mode"].Description)
	b.WriteString("\nMost used inputs (action.yml describes all of them):\n")
	for _, name := range MostUsedInputs {
		if name == "mode" {
			continue
		}
		b.WriteString("  " + config.InputVariable(name))
		if value := inputs.Default(name); value != "" {
			b.WriteString(" (default " + value + ")")
		}
		b.WriteString("\n")
		writeWrapped(&b, inputs[name].Description)
	}
	return b.String()
}

// writeWrapped writes text as an indented paragraph in lines of at most 90 characters.
func writeWrapped(b *strings.Builder, text string) {
	const indent, width = "     ", 90
	line := indent
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > width {
			b.WriteString(line + "\n")
			line = indent
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}

// checkArguments returns an error for names of manifests on the command line that would
// have no effect. Only runs outside of GitHub Actions may have arguments.
func checkArguments(args []string, onRunner bool, c *config.Config) error {
	switch {
	case onRunner:
		return fmt.Errorf("the action takes no arguments, but the step passes %d; "+
			"use inputs (with:) and environment variables, and remove args: from the step", len(args))
	case slices.ContainsFunc(args, func(s string) bool { return strings.TrimSpace(s) == "" }):
		return errors.New("an argument is empty, probably because a variable is not set; pass manifest files, folders or globs")
	case c.Mode == config.ModeExport:
		return errors.New("mode export takes no arguments, because it reads no manifests; " +
			"remove them, and set the file to write with input export-to")
	case c.Manifest != "":
		return errors.New("arguments and input manifest can't be combined; remove one of them")
	case slices.ContainsFunc(args, func(s string) bool { return strings.HasPrefix(s, "-") }):
		return errors.New("the program only has the flags --help and --version: pass manifest files, folders or globs, " +
			"and set inputs as environment variables, such as INPUT_MODE")
	}
	return nil
}
