package app

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// resourceAddress returns the form of a resource in inputs and outputs, such as
// deployments/etl.
func resourceAddress(o *desired.Resource) string { return o.Kind.Section + "/" + o.Name() }

// matchesSelector reports whether a pattern of an input matches a resource. A pattern is
// a section, or a section, a slash and a name; * matches any text.
func matchesSelector(pattern string, o *desired.Resource) (bool, error) {
	pattern = schema.NormalizeName(pattern)
	if pattern == schema.NormalizeName(resourceAddress(o)) { // the name may contain *, ? or [
		return true, nil
	}
	section, name, hasName := strings.Cut(pattern, "/")
	if ok, err := path.Match(section, o.Kind.Section); err != nil || !hasName || !ok {
		return ok, err
	}
	const slash = "\x00" // replaces slashes in names, which the * of path.Match wouldn't match
	return path.Match(strings.ReplaceAll(name, "/", slash), strings.ReplaceAll(schema.NormalizeName(o.Name()), "/", slash))
}

// selection is a set of declared resources, by Index.
type selection map[int]bool

func (s selection) contains(o *desired.Resource) bool { return s[o.Index] }

// selectResources returns the resources that match the patterns of an input. obstacle
// returns why a resource can't be selected, "" if it can. That is an error, unless the
// resource is marked absent and only matches a pattern with *.
func selectResources(
	input string, patterns []string, declared *desired.State, obstacle func(o *desired.Resource) string,
) (selection, error) {
	out := selection{}
	var errs []error
	for _, pattern := range patterns {
		matched := false
		for _, o := range declared.Resources {
			ok, err := matchesSelector(pattern, o)
			if err != nil {
				errs = append(errs, fmt.Errorf("input %s: %q is not a valid pattern; write a section, a slash and a name, with * for any text", input, pattern))
				matched = true
				break
			}
			if !ok {
				continue
			}
			matched = true
			switch why := obstacle(o); {
			case why == "":
				out[o.Index] = true
			case schema.NormalizeName(pattern) == schema.NormalizeName(resourceAddress(o)) || !o.Absent:
				errs = append(errs, fmt.Errorf("input %s: %q matches %s, which %s", input, pattern, o, why))
			}
		}
		if !matched {
			errs = append(errs, fmt.Errorf("input %s: %q matches nothing in the manifest%s",
				input, pattern, suggestPattern(pattern, declared, obstacle)))
		}
	}
	return out, errors.Join(errs...)
}

// suggestPattern returns a pattern that the user may have meant, or describes patterns
// with some resources that can be selected.
func suggestPattern(pattern string, declared *desired.State, obstacle func(o *desired.Resource) string) string {
	var sections, names, addresses []string
	section, name, _ := strings.Cut(pattern, "/")
	for _, o := range declared.Resources {
		sections = append(sections, o.Kind.Section)
		if obstacle(o) != "" {
			continue
		}
		addresses = append(addresses, resourceAddress(o))
		if o.Kind.Section == section {
			names = append(names, o.Name())
		}
	}
	if similar := schema.MostSimilar(section, sections); similar != "" && similar != section {
		return fmt.Sprintf("; did you mean %q?", similar+pattern[len(section):])
	}
	if similar := schema.MostSimilar(name, names); similar != "" {
		return fmt.Sprintf("; did you mean %q?", section+"/"+similar)
	}
	const description = "; a pattern is a section, a slash and a name"
	if len(addresses) == 0 {
		return description
	}
	return description + ", such as " + strings.Join(slices.Compact(addresses[:min(5, len(addresses))]), " or ")
}

// selectRotated returns the resources that the input rotate selects.
func selectRotated(patterns []string, declared *desired.State) (selection, error) {
	return selectResources("rotate", patterns, declared, func(o *desired.Resource) string {
		switch {
		case o.Absent:
			return fmt.Sprintf("is marked state: absent at %s; remove one of them", o.Pos)
		case o.Kind.Rotate.Path == "":
			return "can't be rotated; remove it from the input"
		case o.SecretSink() == nil:
			return fmt.Sprintf("has no %s for the new value; add it at %s", kind.SecretSinkField, o.Pos)
		}
		return ""
	})
}

// selectTargets returns the resources that the input only selects, which must include the rotated ones. Without the
// input, it selects nothing: the run is then about all resources.
func selectTargets(patterns []string, declared *desired.State, rotated selection) (selection, error) {
	targets, err := selectResources("only", patterns, declared, func(*desired.Resource) string { return "" })
	for _, o := range declared.Resources {
		if len(patterns) > 0 && rotated.contains(o) && !targets.contains(o) {
			err = errors.Join(err, fmt.Errorf("input rotate: input \"only\" excludes %s; add it to \"only\", or remove it from rotate", o))
		}
	}
	return targets, err
}
