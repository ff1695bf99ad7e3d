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

// selectResources returns the resources that match the patterns of an input, by Index. obstacle
// returns why a resource can't be selected, "" if it can. That is an error, unless the
// resource is marked absent and only matches a pattern with *.
func selectResources(input string, patterns []string, declared *desired.State, obstacle func(o *desired.Resource) string) (map[int]bool, error) {
	out := map[int]bool{}
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
			errs = append(errs, fmt.Errorf("input %s: %q matches nothing in the manifest; a pattern is a section, a slash and a name%s", input, pattern, exampleAddresses(declared, obstacle)))
		}
	}
	return out, errors.Join(errs...)
}

// exampleAddresses lists some resources that can be selected.
func exampleAddresses(declared *desired.State, obstacle func(o *desired.Resource) string) string {
	var names []string
	for _, o := range declared.Resources {
		if obstacle(o) == "" && len(names) < 5 {
			names = append(names, resourceAddress(o))
		}
	}
	if names == nil {
		return ""
	}
	return ", such as " + strings.Join(slices.Compact(names), " or ")
}

// rotationFilter returns a function that reports whether the input rotate selects a
// resource.
func (p *pipeline) rotationFilter(declared *desired.State) (func(*desired.Resource) bool, error) {
	rotated, err := selectResources("rotate", p.config.Rotate, declared, func(o *desired.Resource) string {
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
	return func(o *desired.Resource) bool { return rotated[o.Index] }, err
}

// targetFilter returns a function that reports whether the input only selects a
// resource, or nil if the input is empty: the run is then about all resources.
func (p *pipeline) targetFilter(declared *desired.State, rotate func(*desired.Resource) bool) (func(*desired.Resource) bool, error) {
	if len(p.config.Only) == 0 {
		return nil, nil
	}
	targets, err := selectResources("only", p.config.Only, declared, func(*desired.Resource) string { return "" })
	p.report.TargetCount = len(targets)
	for _, o := range declared.Resources {
		if rotate != nil && rotate(o) && !targets[o.Index] {
			err = errors.Join(err, fmt.Errorf("input rotate: input \"only\" excludes %s; add it to \"only\", or remove it from rotate", o))
		}
	}
	return func(o *desired.Resource) bool { return targets[o.Index] }, err
}
