package current

import "astro-apply/internal/schema"

// markSensitiveResponse marks the values of secret fields in a response, which Astro never
// returns intentionally, and returns their texts.
func markSensitiveResponse(fields []schema.Field, n, object *schema.Node) (texts []string) {
	for i := range fields {
		f := &fields[i]
		switch value := f.CurrentValue(n, object); {
		case value == nil:
		case f.HoldsSecretIn(n, object):
			value.Walk(func(m *schema.Node) {
				if m.Form == schema.Text && m.Text != "" {
					m.Sensitive = true
					texts = append(texts, m.SensitiveTexts()...)
				}
			})
		case f.Type.Base == schema.BaseObject:
			texts = append(texts, markSensitiveResponse(f.Type.Fields, value, object)...)
		case f.Type.Base == schema.BaseList && f.Type.Elem.Fields != nil:
			for _, item := range value.Items {
				texts = append(texts, markSensitiveResponse(f.Type.Elem.Fields, item, object)...)
			}
		}
	}
	return texts
}
