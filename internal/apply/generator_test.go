package apply_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// drawResource draws a declaration of a kind: some of its fields, in random order, with
// allowed values. It removes fields that violate a rule between fields.
func drawResource(t *rapid.T, k *kind.Kind, fixed ...schema.Member) *schema.Node {
	g := generator{t: t, root: &schema.Node{Form: schema.Map, Members: slices.Clone(fixed)}}
	g.drawFields(k.Fields, g.root)
	g.drawCPUAndMemory("resourceQuotaCpu", "resourceQuotaMemory")
	g.drawCPUAndMemory("defaultTaskPodCpu", "defaultTaskPodMemory")
	for range k.Rules {
		for _, rule := range k.Rules {
			if rule.FindProblem(g.root) == "" {
				continue
			}
			for _, path := range rule.Fields() {
				name, _, _ := strings.Cut(path, ".")
				if !slices.ContainsFunc(fixed, func(m schema.Member) bool { return m.Name == name }) {
					g.root.Delete(name)
				}
			}
		}
	}
	g.root.Members = rapid.Permutation(g.root.Members).Draw(t, "order")
	return g.root
}

// drawCPUAndMemory replaces the values of the two fields with a pair that the API
// accepts.
func (g *generator) drawCPUAndMemory(cpu, memory string) {
	if g.root.Get(cpu) == nil && g.root.Get(memory) == nil {
		return
	}
	v := rapid.SampledFrom([][2]string{{"0.5", "1Gi"}, {"500m", "1024Mi"}, {"0.25", "0.5Gi"}, {"10", "20Gi"}}).Draw(g.t, cpu)
	g.root.Set(cpu, schema.String(v[0]))
	g.root.Set(memory, schema.String(v[1]))
}

type generator struct {
	t    *rapid.T
	root *schema.Node
}

func (g *generator) drawFields(fields []schema.Field, into *schema.Node) {
	for i := range fields {
		f := &fields[i]
		isRef := func(f schema.Field) bool { return f.Ref != nil }
		if into.Get(f.Name) != nil || isRef(*f) || f.Has(schema.IgnoreChanges) || f.Type.Elem != nil && slices.ContainsFunc(f.Type.Elem.Fields, isRef) {
			continue
		}
		applies := f.FailedCondition(func(path string) (string, bool) { n := g.root.GetPath(path); return n.ScalarText(), true }) == nil
		if !applies || !f.Has(schema.Required|schema.RequiredCreate) && !rapid.Bool().Draw(g.t, "has "+f.Name) {
			continue
		}
		into.Set(f.Name, g.drawValue(&f.Type, f.Name))
	}
}

func (g *generator) drawValue(t *schema.Type, name string) *schema.Node {
	switch {
	case t.Enum != nil:
		return schema.String(rapid.SampledFrom(t.Enum).Draw(g.t, name))
	case t.Base == schema.BaseBool:
		return schema.Boolean(rapid.Bool().Draw(g.t, name))
	case t.Base == schema.BaseInt:
		high := t.Range.Max
		if high == 0 {
			high = t.Range.Min + 9
		}
		return schema.Int(rapid.IntRange(t.Range.Min, high).Draw(g.t, name))
	case t.Base == schema.BaseQuantity && t.Bytes:
		return schema.String(rapid.SampledFrom([]string{"1Gi", "1024Mi", "0.5Gi", "20Gi"}).Draw(g.t, name))
	case t.Base == schema.BaseQuantity:
		return schema.String(rapid.SampledFrom([]string{"0.5", "500m", "0.25", "10"}).Draw(g.t, name))
	case t.Base == schema.BaseObject:
		n := &schema.Node{Form: schema.Map}
		if g.root.Get(name) == nil {
			g.root.Set(name, n) // so that conditions can refer to its members
			defer g.root.Delete(name)
		}
		g.drawFields(t.Fields, n)
		return n
	case t.Base == schema.BaseList:
		return g.drawList(t, name)
	case t.Base == schema.BaseMap:
		n := &schema.Node{Form: schema.Map}
		for _, member := range []string{"a", "secret_b", "c.d"} {
			if rapid.Bool().Draw(g.t, name+" has "+member) {
				n.Set(member, schema.String(rapid.SampledFrom([]string{"x", "y: {z}", "é"}).Draw(g.t, member)))
			}
		}
		return n
	}
	return schema.String(g.drawText(t, name))
}

func (g *generator) drawList(t *schema.Type, name string) *schema.Node {
	n := &schema.Node{Form: schema.List}
	low, high := 0, 4
	if t.ItemCount != nil {
		low = t.ItemCount.Min
	}
	for i := range rapid.IntRange(low, high).Draw(g.t, "length of "+name) {
		item := g.drawValue(t.Elem, fmt.Sprintf("%s_%d", name, i))
		switch {
		case t.Key != nil && name == "schedules":
			item.Set(t.Key[0], schema.String(fmt.Sprintf("%d  19 * * *", i)))
		case t.Key != nil:
			key := fmt.Sprintf("k%d", i)
			if i == 0 && name == "workerQueues" {
				key = "default"
			}
			item.Set(t.Key[0], schema.String(key))
			if f := schema.FindField(t.Elem.Fields, "value"); f != nil && item.Get("value") == nil {
				item.Set("value", g.drawValue(&f.Type, "value")) // the API requires a value for a new variable
			}
			if item.Get("isSecret") != nil {
				item.Set("isSecret", schema.Boolean(i%2 == 0)) // the same in every manifest, because a secret can't become readable
			}
			if item.Get("isDefault") != nil {
				item.Set("isDefault", schema.Boolean(i == 0))
			}
		case t.Set && slices.ContainsFunc(n.Items, func(x *schema.Node) bool { return x.Text == item.Text }):
			return n
		}
		n.Items = append(n.Items, item)
	}
	return n
}

// drawText draws a text that passes the type's check.
func (g *generator) drawText(t *schema.Type, name string) string {
	if strings.HasPrefix(name, "permissions") {
		return rapid.SampledFrom([]string{"deployment.get", "deployment.update", "deployment.logs.get"}).Draw(g.t, name)
	}
	samples := []string{"a", "some text", "x: {y}", "line\nbreak", "null", "0x1F", "é…", "data@example.com", "0 7 * * 1-5", "2099-01-01T00:00:00Z", "10.1.0.0/16"}
	var valid []string
	for _, s := range samples {
		if t.Check == nil || t.Check(s) == nil {
			valid = append(valid, s)
		}
	}
	return rapid.SampledFrom(valid).Draw(g.t, name)
}

// manifestText returns the sections as a manifest in JSON, which is also YAML.
func manifestText(sections map[string][]*schema.Node) string {
	b, err := json.MarshalIndent(sections, "", "  ")
	if err != nil {
		panic(err)
	}
	return string(b)
}
