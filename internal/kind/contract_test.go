package kind_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

type contractChecker struct {
	schemas           map[string]any
	phase             schema.Behavior
	discriminator     string // the field whose value selects the variant of a request; "": the request has only one variant
	variant           string // the value of the discriminator
	prefix            string
	differences       []string
	requestFields     []string        // the fields of all requests, named as in differences
	matchedOperations map[string]bool // by method and path
}

// constraintsFile is generated from the API's OpenAPI document.
var constraintsFile = filepath.Join("..", "simulator", "constraint", "constraints.json")

// TestTablesFollowTheOpenAPIDocument checks every request of every kind in the catalog against the API's document:
// the kinds' tables must have the same fields, with the same types and bounds, and require the same ones.
func TestTablesFollowTheOpenAPIDocument(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(constraintsFile)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(source, &document); err != nil {
		t.Fatal(err)
	}
	c := contractChecker{schemas: nestedMap(document, "schemas"), matchedOperations: map[string]bool{}}
	for _, k := range kind.All() {
		for _, call := range []kind.Endpoint{{Method: "GET", Path: k.List.Path}, k.Get, k.Delete} {
			if call.Path != "" && c.findOperation(document, call) == nil {
				t.Errorf("%s: %s %s is not in the document", k.Name, call.Method, call.Path)
			}
		}
		if k.Create.Path != "" {
			c.phase = schema.Create
			c.checkRequest(t, k.Name+" create", k.Fields, c.findOperation(document, k.Create))
		}
		for _, endpoint := range k.UpdateEndpoints {
			c.phase = schema.Update
			fields := slices.DeleteFunc(slices.Clone(k.Fields), func(f schema.Field) bool { return f.EndpointName != endpoint.Name })
			name := strings.TrimSpace(k.Name + " update " + endpoint.Name)
			path := k.NestedFieldPath(&endpoint)
			switch list := endpoint.SubList; {
			case list == nil && path == "":
				c.checkRequest(t, name, fields, c.findOperation(document, endpoint.Endpoint))
			case list == nil:
				c.checkRequest(t, name, fieldTypeAt(k.Fields, path).Fields, c.findOperation(document, endpoint.Endpoint))
				if c.findOperation(document, kind.Endpoint{Method: "DELETE", Path: endpoint.Endpoint.Path}) == nil {
					t.Errorf("%s: DELETE %v is not in the document", name, endpoint.Endpoint.Path)
				}
			default:
				c.checkRequest(t, name, fields, c.findOperation(document, list.Add.Endpoint))
				for _, call := range []kind.Endpoint{list.Remove.Endpoint, {Method: "GET", Path: list.Path}} {
					if c.findOperation(document, call) == nil {
						t.Errorf("%s: %v is not in the document", name, call)
					}
				}
			}
		}
		if in := k.Inheritance; in != nil && c.findOperation(document, kind.Endpoint{Method: "GET", Path: in.Path}) == nil {
			t.Errorf("%s: %v is not in the document", k.Name, *in)
		}
		if k.Rotate.Path != "" && c.findOperation(document, k.Rotate) == nil {
			t.Errorf("%s: %v is not in the document", k.Name, k.Rotate)
		}
	}
	var excused []string
	for _, differences := range deliberateDifferences {
		excused = append(excused, differences...)
	}
	testkit.AssertEqual(t, "differences", slices.Sorted(slices.Values(excused)), slices.Sorted(slices.Values(c.differences)))
	checkGenerated(t, filepath.Join("..", "..", ".github", "docs", "coverage.md"), c.coverageDocument(document))
}

var pathParamRegexp = regexp.MustCompile(`{\w+}`)

// findOperation finds a call in the document. It ignores the names of path parameters, because the document uses others.
func (c *contractChecker) findOperation(document map[string]any, call kind.Endpoint) map[string]any {
	wanted := pathParamRegexp.ReplaceAllString(call.Method+" "+call.Path, "{}")
	for name, operation := range nestedMap(document, "operations") {
		if pathParamRegexp.ReplaceAllString(name, "{}") == wanted {
			c.matchedOperations[name] = true
			return operation.(map[string]any)
		}
	}
	return nil
}

// checkRequest compares fields with each variant of a request's body.
func (c *contractChecker) checkRequest(t *testing.T, name string, fields []schema.Field, operation map[string]any) {
	t.Helper()
	schemaName, _ := operation["body"].(string)
	body := nestedMap(c.schemas, schemaName)
	if body == nil {
		t.Errorf("%s: no such request in the document", name)
		return
	}
	variants := nestedMap(body, "discriminator", "mapping")
	if variants == nil {
		c.discriminator, c.variant, c.prefix = "", "", name+" "
		c.checkObject(fields, body, "")
		return
	}
	c.discriminator, _ = nestedMap(body, "discriminator")["propertyName"].(string)
	for variant, reference := range variants {
		c.variant, c.prefix = variant, name+" "+variant+" "
		c.checkObject(fields, nestedMap(c.schemas, fmt.Sprint(reference)), "")
	}
}

// nestedMap descends into nested maps.
func nestedMap(m map[string]any, names ...string) map[string]any {
	for _, name := range names {
		m, _ = m[name].(map[string]any)
	}
	return m
}

func (c *contractChecker) addDifference(where, format string, args ...any) {
	c.differences = append(c.differences, c.prefix+where+": "+fmt.Sprintf(format, args...))
}

func (c *contractChecker) checkObject(fields []schema.Field, want map[string]any, where string, otherNames ...string) {
	if ref, ok := want["$ref"].(string); ok {
		want = nestedMap(c.schemas, ref)
	}
	properties := nestedMap(want, "properties")
	required, _ := want["required"].([]any)
	for name := range properties {
		c.requestFields = append(c.requestFields, c.prefix+where+name)
		if f := schema.FindField(fields, name); (f == nil || !c.sendsField(f)) && !slices.Contains(otherNames, name) {
			c.addDifference(where+name, "not in the table")
		}
	}
	for i := range fields {
		f := &fields[i]
		switch property := nestedMap(properties, f.Name); {
		case !c.sendsField(f):
		case property == nil:
			c.addDifference(where+f.Name, "not in the document")
		default:
			if needed, listed := c.isRequired(f), slices.Contains(required, any(f.Name)); needed != listed {
				c.addDifference(where+f.Name, "%s, %s in the document", map[bool]string{true: "needed", false: "not needed"}[needed], map[bool]string{true: "is", false: "not"}[listed])
			}
			c.checkValue(&f.Type, property, where+f.Name)
		}
	}
}

// sendsField reports whether the current request contains the field.
func (c *contractChecker) sendsField(f *schema.Field) bool {
	aliases := map[string]string{"clusterType": "type"} // an update of a cluster uses another name for its type
	return f.Has(c.phase) && f.FailedCondition(func(path string) (string, bool) {
		return c.variant, path == c.discriminator || path == aliases[c.discriminator]
	}) == nil
}

func (c *contractChecker) isRequired(f *schema.Field) bool {
	if c.phase == schema.Create {
		return f.Default != nil || f.Has(schema.RequiredCreate|schema.Required)
	}
	return f.Has(schema.RequiredUpdate | schema.Required)
}

func (c *contractChecker) checkValue(t *schema.Type, want map[string]any, where string) {
	base := map[any][]schema.Base{
		"string": {schema.BaseText, schema.BaseQuantity}, "boolean": {schema.BaseBool}, "integer": {schema.BaseInt}, "array": {schema.BaseList}, nil: {schema.BaseObject},
		"object": {schema.BaseMap},
	}[want["type"]]
	if !slices.Contains(base, t.Base) {
		c.addDifference(where, "type %v, not %s", want["type"], t.Describe())
		return
	}
	number := func(name string) int { n, _ := want[name].(float64); return int(n) }
	switch t.Base {
	case schema.BaseObject:
		c.checkObject(t.Fields, want, where+".")
	case schema.BaseList:
		count := schema.Range{}
		if t.ItemCount != nil {
			count = *t.ItemCount
		}
		if bounds := (schema.Range{Min: number("minItems"), Max: number("maxItems")}); bounds != count {
			c.addDifference(where, "%v items, not %v", bounds, count)
		}
		if t.Elem.Base == schema.BaseObject {
			c.checkObject(t.Elem.Fields, nestedMap(want, "items"), where+".", "id") // an item keeps the id that Astro gave it
		} else {
			c.checkValue(t.Elem, nestedMap(want, "items"), where)
		}
	case schema.BaseInt:
		if bounds := (schema.Range{Min: number("minimum"), Max: number("maximum")}); bounds != *t.Range {
			c.addDifference(where, "%v, not %v", bounds, *t.Range)
		}
	case schema.BaseText:
		var enum []string
		for _, word := range append([]any{}, anyList(want["enum"])...) {
			enum = append(enum, fmt.Sprint(word))
		}
		if !slices.Equal(slices.Sorted(slices.Values(enum)), slices.Sorted(slices.Values(t.Enum))) {
			allowed := schema.EnumType(enum...)
			c.addDifference(where, "%s, not %s", allowed.Describe(), t.Describe())
		}
		if number("maxLength") != t.MaxLen {
			c.addDifference(where, "at most %d characters, not %d", number("maxLength"), t.MaxLen)
		}
	}
}

func anyList(v any) []any { l, _ := v.([]any); return l }
