package jsonschema_test

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// generator generates manifests from the fields of the kinds. They are valid, except
// that one random place has a fault, faultField often has one, and sometimes a
// condition or a rule is violated.
type generator struct {
	*rapid.T
	catalog          kind.Catalog
	visited, faultAt int                    // number of places visited, and the number of the place with a fault
	faultKind        *kind.Kind             // kind of faultField
	faultPath        map[*schema.Field]bool // faultField and the fields that contain it; a manifest always has them
	faultField       *schema.Field
}

// newGenerator chooses the faults. Each field of each kind is equally likely, at every
// depth.
func newGenerator(t *rapid.T, catalog kind.Catalog) *generator {
	var choices []generator
	for _, k := range catalog {
		var add func(list []schema.Field, path []*schema.Field)
		add = func(list []schema.Field, path []*schema.Field) {
			for i := range list {
				f := &list[i]
				fieldPath := append(slices.Clone(path), f)
				faultPath := map[*schema.Field]bool{}
				for _, pathField := range fieldPath {
					faultPath[pathField] = true
				}
				choices = append(choices, generator{faultKind: k, faultPath: faultPath, faultField: f})
				add(f.Type.Fields, fieldPath)
				if f.Type.Elem != nil {
					add(f.Type.Elem.Fields, fieldPath)
				}
			}
		}
		add(k.Fields, nil)
	}
	g := choices[uniformInt(len(choices)).Draw(t, "field")]
	g.T, g.catalog, g.faultAt = t, catalog, uniformInt(400).Draw(t, "fault")
	return &g
}

// drawFault counts a place and reports whether it gets the fault.
func (g *generator) drawFault() bool {
	g.visited++
	return g.visited == g.faultAt
}

// uniformInt generates numbers from 0 to n-1 with equal probability, because rapid's
// generators prefer small numbers.
func uniformInt(n int) *rapid.Generator[int] {
	return rapid.Custom(func(t *rapid.T) int {
		i := 0
		for range 16 {
			i *= 2
			if rapid.Bool().Draw(t, "bit") {
				i++
			}
		}
		return i * n >> 16
	})
}

func (g *generator) drawChance(percent int) bool {
	return uniformInt(100).Draw(g.T, "chance") >= 100-percent
}

func pickOne[V any](g *generator, options ...V) V {
	return options[uniformInt(len(options)).Draw(g.T, "pick")]
}

func (g *generator) generateManifest() any {
	if g.drawFault() {
		return pickOne[any](g, []any{}, "x", 1, true)
	}
	out := g.generateFields(kind.TopLevelFields(), 10, 0)
	for _, k := range []*kind.Kind{pickOne(g, g.catalog...), g.faultKind} {
		switch {
		case g.drawFault():
			out[k.Section] = g.generateJunk()
		case k.ListField() != nil:
			out[k.Section] = g.generateValue(&k.ListField().Type, 0)
		case k.Singleton:
			out[k.Section] = g.generateResource(k)
		default:
			list := []any{}
			for range rapid.IntRange(1, 2).Draw(g.T, "resources") {
				if g.drawFault() {
					list = append(list, g.generateJunk())
				} else {
					list = append(list, g.generateResource(k))
				}
			}
			out[k.Section] = list
		}
	}
	return out
}

func (g *generator) generateResource(k *kind.Kind) any {
	out := g.generateFields(k.Fields, 15, 0)
	for name, v := range g.generateFields(kind.MetaArguments(), 10, 0) {
		if !k.Singleton && (k.Get.Path != "" || name != "id") || g.drawFault() {
			out[name] = v
		}
	}
	if g.drawChance(90) {
		p := pruner{out, k.Fields}
		for range 3 { // a removed field may be one that another condition refers to
			p.pruneConditions(k.Fields, out)
			p.pruneRules(k)
		}
	}
	return out
}

// generateFields generates a mapping. It contains each optional field with a probability
// of percent.
func (g *generator) generateFields(list []schema.Field, percent, depth int) map[string]any {
	out := map[string]any{}
	for i := range list {
		f := &list[i]
		required := f.Has(schema.Required|schema.RequiredCreate) && f.When == nil
		if required == g.drawFault() && !g.faultPath[f] && !g.drawChance(percent) {
			continue
		}
		byName := f.Ref != nil && !f.Ref.ByName && g.drawChance(60)
		if byName {
			out[f.Ref.NameField] = g.generateRefName(f)
		}
		if f.ItemRef != nil && g.drawChance(60) {
			byName = true
			out[f.ItemRef.NameField] = g.oneOrList(f, func() any { return pickOne(g, "pool", "m5.xlarge", "${env:NAME}") })
		}
		if !byName || g.drawFault() {
			out[f.Name] = g.generateValue(&f.Type, depth+1)
			if f == g.faultField && g.drawChance(60) {
				out[f.Name] = g.generateNearMiss(&f.Type)
			}
			if f.Ref != nil && !f.Ref.ByName {
				out[f.Name] = g.oneOrList(f, func() any { return pickOne(g, "cworkspace0000000000000001", "cworkspace0000000000000002", "${env:ID}") })
			}
		}
	}
	if g.drawFault() {
		out[pickOne(g, "nosuch", "name", "type", "id", "state", "workspace", "Name")] = g.generateJunk()
	}
	return out
}

func (g *generator) oneOrList(f *schema.Field, one func() any) any {
	if g.drawFault() {
		return g.generateJunk()
	}
	if f.Type.Base != schema.BaseList {
		return one()
	}
	return []any{one()}
}

func (g *generator) generateRefName(f *schema.Field) any {
	return g.oneOrList(f, func() any {
		if !f.Ref.Scoped && !g.drawFault() || g.drawChance(60) {
			return pickOne(g, "etl", "data", "cworkspace0000000000000001", "${env:NAME}")
		}
		out := map[string]any{"workspace": "data", "name": pickOne[any](g, "etl", "${env:X}")}
		if g.drawFault() {
			out[pickOne(g, "name", "workspace", "id", "more")] = g.generateJunk()
		}
		if g.drawFault() {
			delete(out, pickOne(g, "name", "workspace"))
		}
		return out
	})
}

func (g *generator) generateValue(t *schema.Type, depth int) any {
	if g.drawFault() {
		return g.generateNearMiss(t)
	}
	switch t.Base {
	case schema.BaseBool:
		return g.drawChance(50)
	case schema.BaseInt:
		return rapid.IntRange(t.Range.Min, max(t.Range.Max, t.Range.Min+3)).Draw(g.T, "int")
	case schema.BaseQuantity:
		if t.Bytes {
			return pickOne[any](g, "1Gi", "2Gi", "512Mi", "1e9", 0, "0", "${env:MEMORY}")
		}
		return pickOne[any](g, "1", 1, 0.5, "500m", "${env:CPU}")
	case schema.BaseObject:
		return g.generateFields(t.Fields, 40, depth)
	case schema.BaseMap:
		elem := t.Elem
		if elem == nil {
			return map[string]any{"a": pickOne[any](g, "x", 1, []any{nil}, map[string]any{"b": g.generateJunk()}), "b": "c"}
		}
		return map[string]any{"a": g.generateValue(elem, depth+1)}
	case schema.BaseList:
		out := []any{}
		low := 0
		if t.ItemCount != nil {
			low = t.ItemCount.Min
		}
		for range rapid.IntRange(low, low+2).Draw(g.T, "items") {
			out = append(out, g.generateValue(t.Elem, depth+1))
		}
		return out
	}
	return g.generateText(t)
}

// sampleTexts contains valid and almost valid texts for all fields.
var sampleTexts = []string{
	"etl", "default", "a b", "data@example.com", "Ada@Example.com", "10.0.0.0/8", "203.0.113.0/24", "203.0.113.7", "2001:db8::/32", "0 18 * * 1-5", "0  7 * * *",
	"2026-12-24T18:00:00Z", "2026-12-24T18:00:00.5+01:00", "2026-12-24T18:00:00-05:30", "cworkspace0000000000000001", "ORGANIZATION_MEMBER", "output", "1", "a$", "$$", "",
	" ", " a", "a ", "\u00a0a", "a\u2003", "a\nb", "a@b", "a@b c.d", "10.0.0.0/33", "10.0.0.0/08", "10.0.0/8", "010.0.0.0/8", "256.0.0.0/8", "0 18 * *", "0 18 * * 1 2", "0 18 * * !",
	"2026-13-24T18:00:00Z", "2026-12-24", "2026-12-24 18:00:00Z", "2026-12-24T24:00:00Z", "Cworkspace0000000000000001", "cwork", "$${env:A}", "é", "absent", "present",
}

func (g *generator) generateText(t *schema.Type) any {
	if t.Enum != nil {
		return pickOne(g, append(slices.Clone(t.Enum), "${env:WORD}")...)
	}
	var fit []string
	for _, s := range append(sampleTexts, strings.Repeat("é", max(t.MaxLen, 1))) {
		if (t.Check == nil || t.Check(s) == nil) && (t.MaxLen == 0 || len([]rune(s)) <= t.MaxLen) && (len(fit) == 0 || s != "") {
			fit = append(fit, s)
		}
	}
	if len(fit) > 1 && fit[1] == sampleTexts[1] && g.drawChance(30) {
		return fit[1] // default, because workerQueues needs a queue with this name
	}
	return pickOne(g, append(fit, "${env:A}", "x ${secret:B} $${c")...)
}

// generateNearMiss generates an almost valid value for a type, or a valid one.
func (g *generator) generateNearMiss(t *schema.Type) any {
	switch {
	case g.drawChance(25):
		return g.generateJunk()
	case t.Base == schema.BaseInt && t.Range.Max > 0:
		return pickOne[any](g, t.Range.Min-1, t.Range.Min, t.Range.Max, t.Range.Max+1, "1", 1.5)
	case t.Base == schema.BaseInt:
		return pickOne[any](g, t.Range.Min-1, t.Range.Min, 9_999_999_999_999_999, 10_000_000_000_000_000, "1", 1.5)
	case t.Base == schema.BaseQuantity:
		return pickOne[any](g, rapid.StringMatching(`[+-]?[0-9.]{0,4}(m|Gi|G|e[0-9]|e-1|Ei|k|K)?`).Draw(g.T, "quantity"), 0, 1, 20, 0.25, -1, -0.5, "-0", strings.Repeat("1", 41), strings.Repeat("1", 39)+"G")
	case t.Base == schema.BaseList && g.drawChance(50):
		return []any{g.generateNearMiss(t.Elem)}
	case t.Base == schema.BaseList && t.ItemCount != nil:
		out := make([]any, pickOne(g, 0, t.ItemCount.Max, t.ItemCount.Max+1))
		for i := range out {
			out[i] = g.generateValue(t.Elem, 0)
		}
		return out
	case t.Enum != nil:
		return pickOne(g, "", strings.ToLower(t.Enum[0]), t.Enum[0]+"S", "x${env:A}", "present")
	case t.Base == schema.BaseText && t.MaxLen > 0:
		return strings.Repeat("é", t.MaxLen+1)
	}
	return pickOne(g, sampleTexts...)
}

// generateJunk generates any value.
func (g *generator) generateJunk() any {
	return rapid.OneOf(
		rapid.SampledFrom([]any{
			nil, true, false, 0, -1, 1, 2.5, "true", "yes",
			[]any{},
			map[string]any{},
			[]any{nil},
			[]any{"x"},
			[]any{1},
			map[string]any{"a": nil},
			map[string]any{"name": "x"},
			"${env:A}", "${secret:B}", "a ${env:A}${env:B}$", "${x}", "${env:A", "$${env:A}", "$$${env:A}", "}${env:1}", "${env:}", "${ENV:A}", "${env:ASTRO_API_TOKEN}",
			"${secret:github_token}", "a ${env:Input_x}", "${env:ACTIONS_}", "$${env:GITHUB_TOKEN}", "${env:XGITHUB_TOKEN}", "${env:A}${secret:INPUT_A}",
			[]any{"${x}"},
			map[string]any{"a": "${x}"},
		}),
		rapid.Custom(func(t *rapid.T) any { return rapid.SampledFrom(sampleTexts).Draw(t, "text") }),
		rapid.Custom(func(t *rapid.T) any { return rapid.StringMatching(`[ -~]{0,12}`).Draw(t, "text") }),
		rapid.Custom(func(t *rapid.T) any {
			return rapid.StringMatching(`(a|\$|\{|\}|\$\{env:A\}|\$\{secret:[A-Z_]{0,2}\}){0,6}`).Draw(t, "references")
		}),
	).Draw(g.T, "junk")
}
