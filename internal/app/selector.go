package app

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// resourceAddress is what outputs and patterns call an object.
func resourceAddress(o *resource.Resource) string { return o.Kind.Section + "/" + o.Name() }

// matchesSelector reports whether a pattern of an input means an object: a section, or a
// section, a slash and a name, with * for any text.
func matchesSelector(pattern string, o *resource.Resource) (bool, error) {
	pattern = schema.NormalizeName(pattern)
	if pattern == schema.NormalizeName(resourceAddress(o)) { // whatever is in its name
		return true, nil
	}
	section, name, named := strings.Cut(pattern, "/")
	if ok, err := path.Match(section, o.Kind.Section); err != nil || !named || !ok {
		return ok, err
	}
	const slash = "\x00" // a name may have some, and * means them too
	return path.Match(strings.ReplaceAll(name, "/", slash), strings.ReplaceAll(schema.NormalizeName(o.Name()), "/", slash))
}

// selectResources returns which objects the patterns of an input mean. may says why one
// can't be meant, "" if it can; of what is marked absent, that only counts where it
// is named.
func selectResources(input string, patterns []string, declared *resource.Desired, may func(o *resource.Resource) string) (map[*resource.Resource]bool, error) {
	out := map[*resource.Resource]bool{}
	var errs []error
	for _, pattern := range patterns {
		met := false
		for _, o := range declared.Resources {
			ok, err := matchesSelector(pattern, o)
			if err != nil {
				errs = append(errs, fmt.Errorf("input %s: %q is no pattern; one is a section, a slash and a name, with * for any text", input, pattern))
				met = true
				break
			}
			if !ok {
				continue
			}
			met = true
			switch why := may(o); {
			case why == "":
				out[o] = true
			case schema.NormalizeName(pattern) == schema.NormalizeName(resourceAddress(o)) || !o.Absent:
				errs = append(errs, fmt.Errorf("input %s: %s, which %q means, %s", input, o, pattern, why))
			}
		}
		if !met {
			errs = append(errs, fmt.Errorf("input %s: nothing is declared that %q means; a pattern is a section, a slash and a name%s", input, pattern, exampleAddresses(declared, may)))
		}
	}
	return out, errors.Join(errs...)
}

// exampleAddresses lists what could have been meant.
func exampleAddresses(declared *resource.Desired, may func(o *resource.Resource) string) string {
	var names []string
	for _, o := range declared.Resources {
		if may(o) == "" && len(names) < 5 {
			names = append(names, resourceAddress(o))
		}
	}
	if names == nil {
		return ""
	}
	return ", such as " + strings.Join(slices.Compact(names), " or ")
}

// rotationFilter returns whose value is made anew, by the input rotate.
func (p *pipeline) rotationFilter(declared *resource.Desired) (func(*resource.Resource) bool, error) {
	rotated, err := selectResources("rotate", p.config.Rotate, declared, func(o *resource.Resource) string {
		switch {
		case o.Absent:
			return fmt.Sprintf("is marked state: absent at %s", o.Pos)
		case o.Kind.Rotate.Path == "":
			return "can't be rotated"
		case o.SecretSink() == nil:
			return fmt.Sprintf("says nowhere where its new value goes; add %s at %s", resource.SecretSinkField, o.Pos)
		}
		return ""
	})
	return func(o *resource.Resource) bool { return rotated[o] }, err
}

// targetFilter returns what the run is about, by the input only; nil is everything.
func (p *pipeline) targetFilter(declared *resource.Desired, rotate func(*resource.Resource) bool) (func(*resource.Resource) bool, error) {
	if len(p.config.Only) == 0 {
		return nil, nil
	}
	those, err := selectResources("only", p.config.Only, declared, func(*resource.Resource) string { return "" })
	p.report.TargetCount = len(those)
	for _, o := range declared.Resources {
		if rotate != nil && rotate(o) && !those[o] {
			err = errors.Join(err, fmt.Errorf("input rotate: %s is left out by the input only", o))
		}
	}
	return func(o *resource.Resource) bool { return those[o] }, err
}
