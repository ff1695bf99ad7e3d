package resource_test

import (
	"fmt"
	"os"
	"path"
	"slices"
	"testing"

	"go.yaml.in/yaml/v4"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
	"astro-apply/internal/simulator/conformance"
)

// Where the tables differ from the API's document on purpose.
var deliberate = []string{
	// The document's discriminator is optional at creation; without it the API chooses.
	"create DEDICATED type: needed, not in the document", "create HYBRID type: needed, not in the document", "create STANDARD type: needed, not in the document",
	// The shared cluster is Astronomer's choice.
	"create STANDARD clusterId: not in the table",
	// A new variable without a value would be a secret that nobody knows; a
	// readable one is not sent back without its value.
	"update DEDICATED environmentVariables.value: needed, not in the document", "update HYBRID environmentVariables.value: needed, not in the document",
	"update STANDARD environmentVariables.value: needed, not in the document",
	"create DEDICATED environmentVariables.value: needed, not in the document", "create HYBRID environmentVariables.value: needed, not in the document",
	"create STANDARD environmentVariables.value: needed, not in the document",
	// A rule says so, with the reason.
	"create HYBRID executor: one of CELERY, KUBERNETES, not one of CELERY, KUBERNETES, ASTRO",
	"update HYBRID executor: one of CELERY, KUBERNETES, not one of CELERY, KUBERNETES, ASTRO",
	// The update's queues are one schema for all variants.
	"update DEDICATED workerQueues.astroMachine: needed, not in the document", "update DEDICATED workerQueues.nodePoolId: not in the table",
	"update HYBRID workerQueues.astroMachine: not in the table", "update HYBRID workerQueues.nodePoolId: needed, not in the document",
	"create HYBRID workerQueues.podEphemeralStorage: not in the document",
	"update STANDARD workerQueues.astroMachine: needed, not in the document", "update STANDARD workerQueues.nodePoolId: not in the table",
	// An override that says nothing of hibernation means nothing.
	"create DEDICATED scalingSpec.hibernationSpec.override.isHibernating: needed, not in the document",
	"create STANDARD scalingSpec.hibernationSpec.override.isHibernating: needed, not in the document",
	"update DEDICATED scalingSpec.hibernationSpec.override.isHibernating: needed, not in the document",
	"update STANDARD scalingSpec.hibernationSpec.override.isHibernating: needed, not in the document",
}

type contract struct {
	schemas map[string]any
	phase   schema.Phase
	variant string // the value of type; "" for kinds without
	prefix  string
	found   []string
}

// The tables hold what the API's document says of every request: the same
// fields, of the same types and bounds, required where they are.
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
	c := contract{schemas: at(document, "components", "schemas")}
	for _, phase := range []struct {
		name string
		bits schema.Phase
	}{{"Create", schema.Create}, {"Update", schema.Update}} {
		c.phase = phase.bits
		word := map[string]string{"Create": "create", "Update": "update"}[phase.name]
		c.variant, c.prefix = "", word+" workspace "
		c.object(resource.Kinds().Kind("workspace").Fields, at(c.schemas, phase.name+"WorkspaceRequest"), "")
		variants := at(c.schemas, phase.name+"DeploymentRequest", "discriminator", "mapping")
		if len(variants) != 3 {
			t.Errorf("%d variants of a Deployment", len(variants))
		}
		for variant, reference := range variants {
			c.variant, c.prefix = variant, word+" "+variant+" "
			c.object(resource.Kinds().Kind("deployment").Fields, at(c.schemas, path.Base(fmt.Sprint(reference))), "")
		}
	}
	same(t, "differences", slices.Sorted(slices.Values(deliberate)), slices.Sorted(slices.Values(c.found)))
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
		if f := schema.Find(fields, name); (f == nil || !c.takes(f)) && !slices.Contains(carried, name) {
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
	return f.Has(c.phase) && f.Applies(func(path string) (string, bool) { return c.variant, path == "type" }) == nil
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
		if t.Count != nil {
			count = *t.Count
		}
		if bounds := (schema.Range{Min: number("minItems"), Max: number("maxItems")}); bounds != count {
			c.differ(where, "%v elements, not %v", bounds, count)
		}
		if t.Elem.Base == schema.BaseObject {
			c.object(t.Elem.Fields, at(want, "items"), where+".", t.Carry...)
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
