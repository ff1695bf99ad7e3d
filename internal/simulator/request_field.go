package simulator

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"unicode/utf8"
)

type jsonType int

const (
	jsonString jsonType = iota
	jsonBoolean
	jsonInteger // a number without fraction
	jsonArray
	jsonObject
	jsonAnyObject // an object with arbitrary members
)

// requestField is one member of a request body, with the constraints of the API's document.
type requestField struct {
	name     string
	jsonType jsonType
	required bool
	enum     []string
	min, max int                 // bounds of a number, of the length of a string, or of the number of items; max 0: no limit
	fields   []requestField      // members of an object, or of the items of a list; nil: a list of strings
	validate func(string) string // returns the problem with a string or an item of a list of strings, "" if it is valid
}

// requireFields returns the fields, of which only the named ones are required.
func requireFields(fields []requestField, names ...string) []requestField {
	marked := slices.Clone(fields)
	for i, f := range marked {
		marked[i].required = slices.Contains(names, f.name)
	}
	return marked
}

// checkFields checks a body against its fields and rejects unknown members. A client must not send back members that only
// responses have.
func checkFields(fields []requestField, body map[string]any, path string) []FieldError {
	var found []FieldError
	for _, f := range fields {
		value, ok := body[f.name]
		switch {
		case ok:
			found = append(found, f.checkValue(value, path+f.name)...)
		case f.required:
			found = append(found, newFieldError(path+f.name, "required", "is required"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if !slices.ContainsFunc(fields, func(f requestField) bool { return f.name == name }) {
			found = append(found, newFieldError(path+name, "unknown", "is not a field of this request"))
		}
	}
	return found
}

func (f requestField) checkValue(value any, path string) []FieldError {
	switch v := value.(type) {
	case string:
		if f.jsonType == jsonString {
			return f.checkText(v, path)
		}
	case bool:
		if f.jsonType == jsonBoolean {
			return nil
		}
	case float64:
		if f.jsonType == jsonInteger && v == math.Trunc(v) {
			return f.checkRange(int(v), path, "")
		}
	case []any:
		if f.jsonType == jsonArray {
			return f.checkList(v, path)
		}
	case map[string]any:
		if f.jsonType == jsonAnyObject {
			return nil
		}
		if f.jsonType == jsonObject {
			return checkFields(f.fields, v, path+".")
		}
	}
	return []FieldError{newFieldError(path, "type", "must be "+[...]string{"a string", "a boolean", "an integer", "an array", "an object", "an object"}[f.jsonType])}
}

func (f requestField) checkText(v, path string) []FieldError {
	if f.required && f.min > 0 && v == "" {
		return []FieldError{newFieldError(path, "required", "is required")}
	}
	if f.enum != nil && !slices.Contains(f.enum, v) {
		return []FieldError{newFieldError(path, "oneof", fmt.Sprintf("must be one of %v", f.enum))}
	}
	if f.validate != nil {
		if reason := f.validate(v); reason != "" {
			return []FieldError{newFieldError(path, "format", reason)}
		}
	}
	return f.checkRange(utf8.RuneCountInString(v), path, " characters")
}

func (f requestField) checkList(v []any, path string) []FieldError {
	found := f.checkRange(len(v), path, " items")
	item := requestField{jsonType: jsonString, validate: f.validate}
	if f.fields != nil {
		item = requestField{jsonType: jsonObject, fields: f.fields}
	}
	for i, value := range v {
		found = append(found, item.checkValue(value, fmt.Sprintf("%s[%d]", path, i))...)
	}
	return found
}

func (f requestField) checkRange(n int, path, unit string) []FieldError {
	if n < f.min {
		return []FieldError{newFieldError(path, "min", fmt.Sprintf("must be at least %d%s", f.min, unit))}
	}
	if f.max > 0 && n > f.max {
		return []FieldError{newFieldError(path, "max", fmt.Sprintf("must be at most %d%s", f.max, unit))}
	}
	return nil
}

func newFieldError(path, code, reason string) FieldError {
	return FieldError{Field: path, Code: code, Message: path + " " + reason}
}
