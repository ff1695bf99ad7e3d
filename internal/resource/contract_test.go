package resource_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
	"astro-apply/internal/simulator/conformance"
)

type contract struct {
	schemas map[string]any
	phase   schema.Behavior
	by      string // the field whose value chooses the variant of a request; "" where there is one
	variant string // its value
	prefix  string
	found   []string
	fields  []string        // of all requests, as the differences name them
	met     map[string]bool // operations: method and path
}

// The tables hold what the API's document says of every request: the same
// fields, of the same types and bounds, required where they are. A kind is held
// against the document by being listed.
func TestTablesFollowTheDocument(t *testing.T) {
	t.Parallel()
	file := conformance.Document()
	if file == "" {
		t.Skip("no API document: set ASTRO_OPENAPI to its path, or put it at shared/astro-api/openapi-v1.yml above this directory")
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := yaml.Unmarshal(source, &document); err != nil {
		t.Fatal(err)
	}
	c := contract{schemas: at(document, "components", "schemas"), met: map[string]bool{}}
	for _, k := range resource.Kinds() {
		for _, call := range []resource.Call{{Method: "GET", Path: k.List.Path}, k.Get, k.Delete} {
			if call.Path != "" && c.operation(document, call) == nil {
				t.Errorf("%s: %s %s is not in the document", k.Name, call.Method, call.Path)
			}
		}
		if k.Create.Path != "" {
			c.phase = schema.Create
			c.request(t, k.Name+" create", k.Fields, c.operation(document, k.Create))
		}
		for _, part := range k.Parts {
			c.phase = schema.Update
			of := slices.DeleteFunc(slices.Clone(k.Fields), func(f schema.Field) bool { return f.EndpointName != part.Name })
			name := strings.TrimSpace(k.Name + " update " + part.Name)
			switch e := part.Elements; {
			case e == nil && part.Root == "":
				c.request(t, name, of, c.operation(document, part.Call))
			case e == nil:
				c.request(t, name, typeAt(k.Fields, part.Root).Fields, c.operation(document, part.Call))
				if c.operation(document, part.None) == nil {
					t.Errorf("%s: %v is not in the document", name, part.None)
				}
			default:
				c.request(t, name, of, c.operation(document, e.Add))
				if removal := c.operation(document, e.Remove); removal == nil {
					t.Errorf("%s: %v is not in the document", name, e.Remove)
				}
			}
		}
		for _, d := range k.Details {
			if c.operation(document, resource.Call{Method: "GET", Path: d.Path}) == nil {
				t.Errorf("%s: %s is not in the document", k.Name, d.Path)
			}
		}
		if in := k.Inherits; in != nil && (c.operation(document, resource.Call{Method: "GET", Path: in.Path}) == nil || c.operation(document, in.Get) == nil) {
			t.Errorf("%s: %v is not in the document", k.Name, *in)
		}
		if k.Rotate.Path != "" && c.operation(document, k.Rotate) == nil {
			t.Errorf("%s: %v is not in the document", k.Name, k.Rotate)
		}
	}
	var excused []string
	for _, differences := range deliberate {
		excused = append(excused, differences...)
	}
	same(t, "differences", slices.Sorted(slices.Values(excused)), slices.Sorted(slices.Values(c.found)))
	generated(t, filepath.Join("..", "..", ".github", "docs", "coverage.md"), c.coverage(document))
}

var hole = regexp.MustCompile(`{\w+}`)

// operation finds a call in the document, which has other names for the parts
// of a path that vary.
func (c *contract) operation(document map[string]any, call resource.Call) map[string]any {
	for template, item := range at(document, "paths") {
		if hole.ReplaceAllString(template, "{}") == hole.ReplaceAllString(call.Path, "{}") {
			methods, _ := item.(map[string]any)
			if found := at(methods, strings.ToLower(call.Method)); found != nil {
				c.met[call.Method+" "+template] = true
				return found
			}
		}
	}
	return nil
}

// request holds fields against each variant of a request's body.
func (c *contract) request(t *testing.T, name string, fields []schema.Field, operation map[string]any) {
	t.Helper()
	body := at(operation, "requestBody", "content", "application/json", "schema")
	if body == nil {
		t.Errorf("%s: no such request in the document", name)
		return
	}
	if ref, ok := body["$ref"].(string); ok {
		body = at(c.schemas, path.Base(ref))
	}
	variants := at(body, "discriminator", "mapping")
	if variants == nil {
		c.by, c.variant, c.prefix = "", "", name+" "
		c.object(fields, body, "")
		return
	}
	c.by, _ = at(body, "discriminator")["propertyName"].(string)
	for variant, reference := range variants {
		c.variant, c.prefix = variant, name+" "+variant+" "
		c.object(fields, at(c.schemas, path.Base(fmt.Sprint(reference))), "")
	}
}

// at descends into nested maps.
func at(m map[string]any, names ...string) map[string]any {
	for _, name := range names {
		m, _ = m[name].(map[string]any)
	}
	return m
}

func (c *contract) differ(where, format string, args ...any) {
	c.found = append(c.found, c.prefix+where+": "+fmt.Sprintf(format, args...))
}

func (c *contract) object(fields []schema.Field, want map[string]any, where string, carried ...string) {
	if ref, ok := want["$ref"].(string); ok {
		want = at(c.schemas, path.Base(ref))
	}
	properties := at(want, "properties")
	required, _ := want["required"].([]any)
	for name := range properties {
		c.fields = append(c.fields, c.prefix+where+name)
		if f := schema.FindField(fields, name); (f == nil || !c.takes(f)) && !slices.Contains(carried, name) {
			c.differ(where+name, "not in the table")
		}
	}
	for i := range fields {
		f := &fields[i]
		switch property := at(properties, f.Name); {
		case !c.takes(f):
		case property == nil:
			c.differ(where+f.Name, "not in the document")
		default:
			if needed, listed := c.needs(f), slices.Contains(required, any(f.Name)); needed != listed {
				c.differ(where+f.Name, "%s, %s in the document", map[bool]string{true: "needed", false: "not needed"}[needed], map[bool]string{true: "is", false: "not"}[listed])
			}
			c.value(&f.Type, property, where+f.Name)
		}
	}
}

// takes reports whether the request at hand has the field.
func (c *contract) takes(f *schema.Field) bool {
	by := map[string]string{"clusterType": "type"} // a cluster's type has another name in an update
	return f.Has(c.phase) && f.FailedCondition(func(path string) (string, bool) { return c.variant, path == c.by || path == by[c.by] }) == nil
}

func (c *contract) needs(f *schema.Field) bool {
	if c.phase == schema.Create {
		return f.Default != nil || f.Has(schema.RequiredCreate|schema.Required)
	}
	return f.Has(schema.RequiredUpdate | schema.Required)
}

func (c *contract) value(t *schema.Type, want map[string]any, where string) {
	base := map[any][]schema.Base{
		"string": {schema.BaseText, schema.BaseQuantity}, "boolean": {schema.BaseBool}, "integer": {schema.BaseInt}, "array": {schema.BaseList}, nil: {schema.BaseObject},
		"object": {schema.BaseMap},
	}[want["type"]]
	if !slices.Contains(base, t.Base) {
		c.differ(where, "type %v, not %s", want["type"], t.Describe())
		return
	}
	number := func(name string) int { n, _ := want[name].(int); return n }
	switch t.Base {
	case schema.BaseObject:
		c.object(t.Fields, want, where+".")
	case schema.BaseList:
		count := schema.Range{}
		if t.ItemCount != nil {
			count = *t.ItemCount
		}
		if bounds := (schema.Range{Min: number("minItems"), Max: number("maxItems")}); bounds != count {
			c.differ(where, "%v elements, not %v", bounds, count)
		}
		if t.Elem.Base == schema.BaseObject {
			c.object(t.Elem.Fields, at(want, "items"), where+".", t.ServerFields...)
		} else {
			c.value(t.Elem, at(want, "items"), where)
		}
	case schema.BaseInt:
		if bounds := (schema.Range{Min: number("minimum"), Max: number("maximum")}); bounds != *t.Range {
			c.differ(where, "%v, not %v", bounds, *t.Range)
		}
	case schema.BaseText:
		var enum []string
		for _, word := range append([]any{}, list(want["enum"])...) {
			enum = append(enum, fmt.Sprint(word))
		}
		if !slices.Equal(slices.Sorted(slices.Values(enum)), slices.Sorted(slices.Values(t.Enum))) {
			allowed := schema.EnumType(enum...)
			c.differ(where, "%s, not %s", allowed.Describe(), t.Describe())
		}
		if number("maxLength") != t.MaxLen {
			c.differ(where, "at most %d characters, not %d", number("maxLength"), t.MaxLen)
		}
	}
}

func list(v any) []any { l, _ := v.([]any); return l }
