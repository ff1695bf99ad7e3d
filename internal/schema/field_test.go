package schema_test

import (
	"testing"

	"astro-apply/internal/schema"
)

func TestFind(t *testing.T) {
	t.Parallel()
	fields := table()
	if schema.Find(fields, "homeId") == nil || schema.Find(fields, "home") != nil || schema.Find(nil, "a") != nil || schema.Find(fields, "HomeId") != nil {
		t.Error("fields are not found by their names only")
	}
	if f := schema.FindRef(fields, "home"); f == nil || f.Name != "homeId" || schema.FindRef(fields, "homeId") != nil || schema.FindRef(fields, "word") != nil {
		t.Error("references are not found by their names only")
	}
	schema.Find(fields, "word").Doc = "changed"
	same(t, "the row itself", "changed", fields[0].Doc)
}

func TestPhases(t *testing.T) {
	t.Parallel()
	for phase, want := range map[schema.Phase][4]bool{
		0:                                 {true, true, false, false},
		schema.Required:                   {true, true, true, false},
		schema.Create:                     {true, false, false, false},
		schema.Update | schema.Required:   {false, true, true, false},
		schema.Create | schema.CreateOnly: {true, false, false, true},
	} {
		f := schema.Field{Phase: phase}
		same(t, "phases", want, [4]bool{f.Has(schema.Create), f.Has(schema.Update), f.Has(schema.Required), f.Has(schema.CreateOnly)})
	}
}

func TestLive(t *testing.T) {
	t.Parallel()
	root := parse(t, "{a: {b: 1, c: {d: 2}, n: ~}, b: 3, c: {d: 4}}")
	for read, want := range map[string]string{"": "1", "-": "(none)", "c.d": "2", "/b": "3", "/c.d": "4", "/x": "(none)", "x": "(none)", "n": "(none)", "c": "{d: 2}"} {
		f := schema.Field{Name: "b", Read: read}
		same(t, "read "+read, want, f.Live(root.Get("a"), root).Show())
	}
	f := schema.Field{Name: "b"}
	same(t, "of nothing", "(none)", f.Live(nil, nil).Show())
}

func TestDeclared(t *testing.T) {
	t.Parallel()
	f := schema.Field{Name: "homeId", Ref: &schema.Ref{Name: "home"}}
	for text, want := range map[string]string{"{homeId: a}": `"a"`, "{home: b}": `"b"`, "{home: b, homeId: a}": `"a"`, "{}": "(none)"} {
		same(t, text, want, f.Declared(parse(t, text)).Show())
	}
	plain := schema.Field{Name: "word"}
	same(t, "no reference", "(none)", plain.Declared(parse(t, "{home: b}")).Show())
}

func TestHoldsSecret(t *testing.T) {
	t.Parallel()
	when, always, never := schema.Field{Secret: &schema.SecretRule{If: "isSecret"}}, schema.Field{Secret: &schema.SecretRule{}}, schema.Field{}
	for text, want := range map[string]bool{"{isSecret: true}": true, "{isSecret: false}": false, "{}": false, "{isSecret: yes}": false} {
		n := parse(t, text)
		if when.HoldsSecret(n) != want || !always.HoldsSecret(n) || never.HoldsSecret(n) {
			t.Errorf("%s: secret is wrong", text)
		}
	}
}

func TestWarning(t *testing.T) {
	t.Parallel()
	f := schema.Field{Caution: func(old, wanted *schema.Node) string { return old.Value() + " to " + wanted.Text }}
	same(t, "a change", "a to b", f.Warning(schema.String("a"), schema.String("b")))
	same(t, "something that was not set", " to b", f.Warning(nil, schema.String("b")))
	same(t, "no caution", "", (&schema.Field{}).Warning(schema.String("a"), schema.String("b")))
}

// An answer is read as far as its form is what the table says.
func TestConforms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{}":                                   "",
		"{word: [x]}":                          "word is a list, not text",
		"{count: {}}":                          "count is a mapping, not text",
		"{count: many, switch: 1, size: NEW}":  "", // the API's own business
		"{tags: x}":                            "tags is text, not a list",
		"{tags: {a: b}}":                       "tags is a mapping, not a list",
		"{tags: [a, [b]]}":                     "tags[1] is a list, not text",
		"{tags: ~, inner: ~, word: ~}":         "",
		"{queues: [{ name: a, unknown: [] }]}": "",
		"{queues: [{ name: a }, b]}":           "queues[1] is text, not a mapping",
		"{queues: [{ name: [] }]}":             "queues[0].name is a list, not text",
		"{inner: []}":                          "inner is a list, not a mapping",
		"{inner: { enabled: [] }}":             "inner.enabled is a list, not text",
		"{unknown: []}":                        "",
	} {
		got := ""
		if err := schema.Conforms(table(), parse(t, text)); err != nil {
			got = err.Error()
		}
		same(t, text, want, got)
	}
}
