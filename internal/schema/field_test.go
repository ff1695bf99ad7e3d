package schema_test

import (
	"testing"

	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

func TestFindField(t *testing.T) {
	t.Parallel()
	fields := sampleFields()
	if schema.FindField(fields, "homeId") == nil || schema.FindField(fields, "home") != nil || schema.FindField(nil, "a") != nil || schema.FindField(fields, "HomeId") != nil {
		t.Error("fields are not found by their names only")
	}
	if f := schema.FindRef(fields, "home"); f == nil || f.Name != "homeId" || schema.FindRef(fields, "homeId") != nil || schema.FindRef(fields, "word") != nil {
		t.Error("references are not found by their names only")
	}
	schema.FindField(fields, "word").Doc = "changed"
	testkit.AssertEqual(t, "FindField returns the field itself", "changed", fields[0].Doc)
}

func TestBehavior(t *testing.T) {
	t.Parallel()
	for behavior, want := range map[schema.Behavior][4]bool{
		0:                                    {true, true, false, false},
		schema.Required:                      {true, true, true, false},
		schema.Create:                        {true, false, false, false},
		schema.Update | schema.Required:      {false, true, true, false},
		schema.Create | schema.IgnoreChanges: {true, false, false, true},
	} {
		f := schema.Field{Behavior: behavior}
		testkit.AssertEqual(t, "flags", want, [4]bool{f.Has(schema.Create), f.Has(schema.Update), f.Has(schema.Required), f.Has(schema.IgnoreChanges)})
	}
}

func TestCurrentValue(t *testing.T) {
	t.Parallel()
	root := parseDocument(t, "{a: {b: 1, c: {d: 2}, n: ~}, b: 3, c: {d: 4}}")
	for responsePath, want := range map[string]string{"": "1", "-": "(none)", "c.d": "2", "/b": "3", "/c.d": "4", "/x": "(none)", "x": "(none)", "n": "(none)", "c": "{d: 2}"} {
		f := schema.Field{Name: "b", ResponsePath: responsePath}
		testkit.AssertEqual(t, "ResponsePath "+responsePath, want, f.CurrentValue(root.Get("a"), root).Show())
	}
	f := schema.Field{Name: "b"}
	testkit.AssertEqual(t, "nil response", "(none)", f.CurrentValue(nil, nil).Show())
}

func TestDesiredValue(t *testing.T) {
	t.Parallel()
	f := schema.Field{Name: "homeId", Ref: &schema.Ref{NameField: "home"}}
	for text, want := range map[string]string{"{homeId: a}": `"a"`, "{home: b}": `"b"`, "{home: b, homeId: a}": `"a"`, "{}": "(none)"} {
		testkit.AssertEqual(t, text, want, f.DesiredValue(parseDocument(t, text)).Show())
	}
	plain := schema.Field{Name: "word"}
	testkit.AssertEqual(t, "not a reference", "(none)", plain.DesiredValue(parseDocument(t, "{home: b}")).Show())
}

func TestHoldsSecret(t *testing.T) {
	t.Parallel()
	when, always, never := schema.Field{Secret: &schema.SecretRule{If: "isSecret"}}, schema.Field{Secret: &schema.SecretRule{}}, schema.Field{}
	for text, want := range map[string]bool{"{isSecret: true}": true, "{isSecret: false}": false, "{}": false, "{isSecret: yes}": false} {
		n := parseDocument(t, text)
		if when.HoldsSecret(n, nil) != want || !always.HoldsSecret(n, nil) || never.HoldsSecret(n, nil) {
			t.Errorf("%s: HoldsSecret is wrong", text)
		}
	}
}

func TestWarningForChange(t *testing.T) {
	t.Parallel()
	f := schema.Field{ChangeWarning: func(old, desired *schema.Node) string { return old.ScalarText() + " to " + desired.Text }}
	testkit.AssertEqual(t, "changed value", "a to b", f.WarningForChange(schema.String("a"), schema.String("b")))
	testkit.AssertEqual(t, "value that was not set", " to b", f.WarningForChange(nil, schema.String("b")))
	testkit.AssertEqual(t, "no warning function", "", (&schema.Field{}).WarningForChange(schema.String("a"), schema.String("b")))
}

// CheckResponse compares the forms of values with the fields, not the values.
func TestCheckResponse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{}":                                   "",
		"{word: [x]}":                          "word is a list, not text",
		"{count: {}}":                          "count is a mapping, not text",
		"{count: many, switch: 1, size: NEW}":  "", // only the API validates values
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
		if err := schema.CheckResponse(sampleFields(), parseDocument(t, text)); err != nil {
			got = err.Error()
		}
		testkit.AssertEqual(t, text, want, got)
	}
}
