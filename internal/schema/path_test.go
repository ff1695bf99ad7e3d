package schema_test

import (
	"testing"

	"astro-apply/internal/testkit"
)

func TestGetPath(t *testing.T) {
	t.Parallel()
	n := parseDocument(t, "{a: {b: {c: x}}, d.e: y, l: [z]}")
	for path, want := range map[string]string{
		"a": `{b: {c: "x"}}`, "a.b": `{c: "x"}`, "a.b.c": `"x"`, "a.b.c.d": "(none)", "a.x": "(none)", "d.e": "(none)", "l.0": "(none)", "A": "(none)", "": "(none)", "a.": "(none)", ".a": "(none)",
	} {
		testkit.AssertEqual(t, path, want, n.GetPath(path).Show())
	}
}

func TestWithoutPath(t *testing.T) {
	t.Parallel()
	n := parseDocument(t, "{a: {b: {c: x}, d: y}, e: {f: z}}")
	for path, want := range map[string]string{
		"a.d": `{a: {b: {c: "x"}}, e: {f: "z"}}`, "a.b.c": `{a: {d: "y"}, e: {f: "z"}}`, "e.f": `{a: {b: {c: "x"}, d: "y"}}`,
		"e": `{a: {b: {c: "x"}, d: "y"}}`,
	} {
		testkit.AssertEqual(t, path, want, n.WithoutPath(path).Show())
	}
	testkit.AssertEqual(t, "the original", `{a: {b: {c: "x"}, d: "y"}, e: {f: "z"}}`, n.Show())
}

// PositionOf understands the different notations in which the API reports a path. If
// the value isn't declared, it returns the position of the closest declared value
// above it.
func TestPositionOf(t *testing.T) {
	t.Parallel()
	n := parseDocument(t, `name: x
queues:
  - name: default
    maxCount: 1
  - { name: heavy, maxCount: 2 }
inner:
  "1": y
`)
	n.Get("inner").Set("current", yamlValue(t, "z").WithPos(n.Pos))
	inner := n.Get("inner")
	inner.Members[1].Value.Pos.Line = 0 // a current value that is sent back, not declared
	for path, want := range map[string]string{
		"name":                         "1:7",
		"Name":                         "1:7",
		"queues":                       "3:3",
		"queues[0]":                    "3:5",
		"queues[1].maxCount":           "5:30",
		"queues[1].MaxCount":           "5:30",
		"Queues.1.maxcount":            "5:30",
		"/queues/1/maxCount":           "5:30",
		"queues[1].other":              "5:5",
		"queues[1].name.x":             "5:13",
		"queues[2]":                    "3:3",
		"queues[-1].name":              "3:3",
		"queues[2].name":               "3:3",
		"queues[x].name":               "3:3",
		"queues[99999999999999999999]": "3:3",
		"inner.1":                      "7:8",
		"inner.current":                "7:3",
		"inner.none":                   "7:3",
		"other":                        "",
		"other.name":                   "",
		"body.name":                    "",
		"":                             "",
		"[.]":                          "",
	} {
		pos, ok := n.PositionOf(path)
		if want != "" {
			want = "a.yaml:" + want
		}
		if got := pos.String(); got != want || ok != (want != "") {
			t.Errorf("%s is at %q, %t; want %q", path, got, ok, want)
		}
	}
	if pos, ok := yamlValue(t, "-").PositionOf("name"); ok || pos.IsKnown() {
		t.Errorf("nil is at %s", pos)
	}
}
