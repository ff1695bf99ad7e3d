package schema_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// anyNode generates every tree that JSON can express, including duplicate member names.
func anyNode(depth int) *rapid.Generator[*schema.Node] {
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,10})?([eE][+-]?[0-9]{1,3})?`)
	return rapid.Custom(func(t *rapid.T) *schema.Node {
		last := schema.Text
		if depth > 0 {
			last = schema.Map
		}
		n := &schema.Node{Form: schema.Form(rapid.IntRange(int(schema.Null), int(last)).Draw(t, "form"))}
		switch n.Form {
		case schema.Bool:
			return schema.Boolean(rapid.Bool().Draw(t, "boolean"))
		case schema.Number:
			n.Text = number.Draw(t, "number")
		case schema.Text:
			n.Text = rapid.String().Draw(t, "text")
		case schema.List:
			for range rapid.IntRange(0, 3).Draw(t, "items") {
				n.Items = append(n.Items, anyNode(depth-1).Draw(t, "item"))
			}
		case schema.Map:
			for range rapid.IntRange(0, 3).Draw(t, "members") {
				n.Members = append(n.Members, schema.Member{Name: rapid.StringN(0, 4, -1).Draw(t, "name"), Value: anyNode(depth-1).Draw(t, "value")})
			}
		}
		return n
	})
}

// ParseJSON reads the same tree that MarshalJSON writes, including the digits of numbers.
func TestJSONRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := anyNode(4).Draw(t, "tree")
		data, err := n.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		back, err := schema.ParseJSON(data)
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if !reflect.DeepEqual(n, back) {
			t.Fatalf("%s became %s", data, back.Show())
		}
		if !json.Valid(data) {
			t.Fatalf("%s is not valid", data)
		}
		// json.Marshal calls MarshalJSON and gives the same result.
		embedded, err := json.Marshal(map[string]*schema.Node{"n": n})
		if err != nil {
			t.Fatal(err)
		}
		if again, err := schema.ParseJSON(embedded); err != nil || !reflect.DeepEqual(n, again.Get("n")) {
			t.Fatalf("%s became %s, %v", embedded, again.Show(), err)
		}
	})
}

func TestParseJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		` {"b": 1.50, "a": [1e2, -0, 12345678901234567890, 0.1] } `: `{"b":1.50,"a":[1e2,-0,12345678901234567890,0.1]}`,
		`[true,false,null,"",{},[]]`:                                `[true,false,null,"",{},[]]`,
		`{"a": 1, "a": 2}`:                                          `{"a":1,"a":2}`,
		`"\u00e9\ud83d\ude80\n\u2028\/"`:                            `"é🚀\n\u2028/"`,
		`"<&>"`:                                                     `"\u003c\u0026\u003e"`,
	} {
		n, err := schema.ParseJSON([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		data, err := n.MarshalJSON()
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		testkit.AssertEqual(t, text, want, string(data))
	}
}

func TestParseJSONInvalid(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "{", "[", "[1", "[1,", "[1,]", "[,1]", "{]", "[}", "]", "}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{1:2}`, `{"a" 1}`, "nul", "01", "1.", "+1", "NaN", `"a`, "\"\x01\"", "{} {}", "1 2", "<html>", "'a'"} {
		if n, err := schema.ParseJSON([]byte(text)); err == nil {
			t.Errorf("%q is %s", text, n.Show())
		}
	}
}

// ParseJSON limits the depth, so that a hostile response can't exhaust the stack.
func TestParseJSONDeep(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ open, leaf, end string }{{"[", "", "]"}, {`{"a":`, "1", "}"}, {`[{"a":`, "[]", "}]"}} {
		const levels = 1000
		n := levels / strings.Count(strings.ReplaceAll(test.open, "{", "["), "[")
		if test.leaf == "[]" {
			n--
		}
		if _, err := schema.ParseJSON([]byte(strings.Repeat(test.open, n) + test.leaf + strings.Repeat(test.end, n))); err != nil {
			t.Errorf("%s %d times: %v", test.open, n, err)
		}
		for _, n := range []int{levels + 1, 1_000_000} {
			_, err := schema.ParseJSON([]byte(strings.Repeat(test.open, n) + test.leaf + strings.Repeat(test.end, n)))
			if err == nil || err.Error() != "nested deeper than 1000 levels" {
				t.Errorf("%s %d times: %v", test.open, n, err)
			}
		}
	}
	if _, err := schema.ParseJSON([]byte(strings.Repeat("[", 8<<20))); err == nil {
		t.Error("8 MiB of [ are read")
	}
}

// Unknown values can't be sent.
func TestMarshalUnknown(t *testing.T) {
	t.Parallel()
	n := parseDocument(t, "{a: [1, { b: '${env:NONE}' }]}")
	if data, err := n.MarshalJSON(); err == nil || err.Error() != "the value of ${env:NONE} is not known yet" || data != nil {
		t.Errorf("%s, %v", data, err)
	}
	if v := n.AsAny(); v != nil {
		t.Errorf("AsAny: %v", v)
	}
}

func TestAsAny(t *testing.T) {
	t.Parallel()
	testkit.AssertEqual(t, "mapping", map[string]any{"a": []any{1.5, "x", true, nil, map[string]any{}}}, parseDocument(t, "{a: [1.50, x, true, ~, {}]}").AsAny().(map[string]any))
	testkit.AssertEqual(t, "null", nil, parseDocument(t, "{a: ~}").Get("a").AsAny())
}
