package simulator

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"unicode/utf8"
)

type shape int

const (
	textShape shape = iota
	flagShape
	numberShape // whole
	listShape
	groupShape
	anyShape // an object of no known members
)

// field is one member of a request body, with the constraints that the API's document gives it.
type field struct {
	name     string
	shape    shape
	required bool
	enum     []string
	min, max int                 // of a number; length of a text; members of a list. max 0: no limit
	of       []field             // of a group, or of a list's members; nil: a list of texts
	wrong    func(string) string // what a text has wrong, "" if nothing; also for a list's texts
}

// must marks the named fields as required.
func must(fields []field, names ...string) []field {
	marked := slices.Clone(fields)
	for i, f := range marked {
		marked[i].required = slices.Contains(names, f.name)
	}
	return marked
}

// check holds a body against its fields. Members that are not among them are refused: what an answer has and a request
// hasn't must not be sent back.
func check(fields []field, body map[string]any, path string) []FieldError {
	var found []FieldError
	for _, f := range fields {
		value, ok := body[f.name]
		switch {
		case ok:
			found = append(found, f.check(value, path+f.name)...)
		case f.required:
			found = append(found, failed(path+f.name, "required", "is required"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			found = append(found, failed(path+name, "unknown", "is not a field of this request"))
		}
	}
	return found
}

func (f field) check(value any, path string) []FieldError {
	switch v := value.(type) {
	case string:
		if f.shape == textShape {
			return f.checkText(v, path)
		}
	case bool:
		if f.shape == flagShape {
			return nil
		}
	case float64:
		if f.shape == numberShape && v == math.Trunc(v) {
			return f.checkRange(int(v), path, "")
		}
	case []any:
		if f.shape == listShape {
			return f.checkList(v, path)
		}
	case map[string]any:
		if f.shape == anyShape {
			return nil
		}
		if f.shape == groupShape {
			return check(f.of, v, path+".")
		}
	}
	return []FieldError{failed(path, "type", "must be "+[...]string{"a string", "a boolean", "an integer", "an array", "an object", "an object"}[f.shape])}
}

func (f field) checkText(v, path string) []FieldError {
	if f.required && f.min > 0 && v == "" {
		return []FieldError{failed(path, "required", "is required")}
	}
	if f.enum != nil && !slices.Contains(f.enum, v) {
		return []FieldError{failed(path, "oneof", fmt.Sprintf("must be one of %v", f.enum))}
	}
	if f.wrong != nil {
		if reason := f.wrong(v); reason != "" {
			return []FieldError{failed(path, "format", reason)}
		}
	}
	return f.checkRange(utf8.RuneCountInString(v), path, " characters")
}

func (f field) checkList(v []any, path string) []FieldError {
	found := f.checkRange(len(v), path, " members")
	member := field{shape: textShape, wrong: f.wrong}
	if f.of != nil {
		member = field{shape: groupShape, of: f.of}
	}
	for i, value := range v {
		found = append(found, member.check(value, fmt.Sprintf("%s[%d]", path, i))...)
	}
	return found
}

func (f field) checkRange(n int, path, unit string) []FieldError {
	if n < f.min {
		return []FieldError{failed(path, "min", fmt.Sprintf("must be at least %d%s", f.min, unit))}
	}
	if f.max > 0 && n > f.max {
		return []FieldError{failed(path, "max", fmt.Sprintf("must be at most %d%s", f.max, unit))}
	}
	return nil
}

func failed(path, code, reason string) FieldError {
	return FieldError{Field: path, Code: code, Message: path + " " + reason}
}
