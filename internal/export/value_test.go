package export

import (
	"math/rand/v2"
	"strings"
	"testing"

	"astro-apply/internal/current"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// sortItems compares the whole content of items, not the truncated form for messages.
func TestOrderOfLongItems(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 200)
	list := &schema.Node{Form: schema.List, Items: []*schema.Node{schema.String(long + "b"), schema.String(long + "a")}}
	sortItems(list)
	if list.Items[0].Text != long+"a" {
		t.Error("items with a long common prefix are not sorted")
	}
}

// The export doesn't depend on the order of the items in a response.
func TestOrderOfResponseDoesNotMatter(t *testing.T) {
	t.Parallel()
	key := schema.Field{Name: "key", Type: schema.TextType(0)}
	set, keyed := schema.SetType(schema.TextType(0)), schema.KeyedType([]string{"key"}, key)
	item := func(name string) *schema.Node {
		return &schema.Node{Form: schema.Map, Members: []schema.Member{{Name: "key", Value: schema.String(name)}}}
	}
	for range 50 {
		words := []string{"a", "b", "c", "d"}
		rand.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		mapping, texts, items := &schema.Node{Form: schema.Map}, &schema.Node{Form: schema.List}, &schema.Node{Form: schema.List}
		for _, word := range words {
			mapping.Members = append(mapping.Members, schema.Member{Name: word, Value: schema.String(word)})
			texts.Items = append(texts.Items, schema.String(word))
			items.Items = append(items.Items, item(word))
		}
		w := &projector{exporter: &exporter{}, exportedResource: &exportedResource{kind: kind.All().Kind("deployment"), live: &current.Live{}}}
		for want, got := range map[string]*schema.Node{
			`{a: "a", b: "b", c: "c", d: "d"}`:                 w.projectValue(nil, mapping, location{}, false),
			`["a", "b", "c", "d"]`:                             w.projectValue(&set, texts, location{}, false),
			`[{key: "a"}, {key: "b"}, {key: "c"}, {key: "d"}]`: w.projectValue(&keyed, items, location{}, false),
		} {
			if got.Show() != want {
				t.Fatalf("%s, want %s", got.Show(), want)
			}
		}
	}
}
