package schema_test

import (
	"errors"
	"strings"
	"testing"

	"astro-apply/internal/manifest"
	"astro-apply/internal/schema"
)

// parseDocument parses a manifest of one document. Its environment has the variables
// S, SMALL, SMAL and ON.
func parseDocument(t testing.TB, text string) *schema.Node {
	t.Helper()
	r := manifest.Parse([]manifest.Source{{Name: "a.yaml", Data: []byte(text)}}, manifest.Environment{
		AllowUnset: true, Lookup: func(name string) string {
			return map[string]string{"S": "hunter2", "SMALL": "SMALL", "SMAL": "SMAL", "ON": "on"}[name]
		},
	})
	if len(r.Documents) != 1 {
		t.Fatalf("%q: %v", text, r.Problems)
	}
	return r.Documents[0]
}

// sampleFields returns fields of all types.
func sampleFields() []schema.Field {
	word := schema.TextType(5)
	word.Check = func(s string) error {
		if strings.Contains(s, "x") {
			return errors.New("an x in " + s)
		}
		return nil
	}
	tag := schema.TextType(0)
	tag.Normalize = strings.ToLower
	queues := schema.KeyedType([]string{"name"},
		schema.Field{Name: "name", Type: word, Behavior: schema.Required},
		schema.Field{Name: "max", Type: schema.IntType(0, 9)},
		schema.Field{Name: "machine", Type: schema.TextType(0), When: []schema.Condition{{Field: "size", In: []string{"LARGE", "MEDIUM"}}}},
	)
	queues.ItemCount = &schema.Range{Min: 1, Max: 3}
	return []schema.Field{
		{Name: "word", Type: word},
		{Name: "size", Type: schema.EnumType("SMALL", "MEDIUM", "LARGE")},
		{Name: "count", Type: schema.IntType(1, 24)},
		{Name: "least", Type: schema.IntType(-2, 0)},
		{Name: "switch", Type: schema.BoolType()},
		{Name: "cpu", Type: schema.CPUType()},
		{Name: "memory", Type: schema.MemoryType()},
		{Name: "tags", Type: schema.SetType(tag)},
		{Name: "queues", Type: queues},
		{Name: "roles", Type: schema.KeyedType([]string{"on", "role"}, schema.Field{Name: "on", Type: tag}, schema.Field{Name: "role", Type: tag})},
		{Name: "inner", Type: schema.ObjectType(
			schema.Field{Name: "enabled", Type: schema.BoolType(), Behavior: schema.Required},
			schema.Field{Name: "bucket", Type: schema.TextType(0), When: []schema.Condition{{Field: "inner.enabled", In: []string{"true"}}}},
		)},
		{Name: "local", Type: schema.TextType(0), When: []schema.Condition{{Field: "inner.enabled", In: []string{"false"}}, {Field: "size", In: []string{"SMALL"}}}},
		{Name: "homeId", Type: schema.TextType(0), Ref: &schema.Ref{Kind: "home", NameField: "home"}},
		{Name: "siteIds", Type: schema.SetType(schema.TextType(0)), Ref: &schema.Ref{Kind: "site", NameField: "sites", Scoped: true}},
		{Name: "hostId", Type: schema.TextType(0), Ref: &schema.Ref{Kind: "host", NameField: "host", Scoped: true}, When: []schema.Condition{{Field: "size", In: []string{"SMALL"}}}},
	}
}
