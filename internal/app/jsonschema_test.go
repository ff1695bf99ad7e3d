package app_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"go.yaml.in/yaml/v4"

	"astro-apply/internal/jsonschema"
	"astro-apply/internal/kind"
)

// TestReferenceSchema checks that the JSON Schema for editors matches the kinds' tables
// and examples.
func TestReferenceSchema(t *testing.T) {
	t.Parallel()
	examples := map[string]any{}
	for _, section := range kind.All().Sections() {
		b, err := os.ReadFile("../../testdata/examples/" + section + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		var document map[string]any
		if err := yaml.Unmarshal(b, &document); err != nil {
			t.Fatal(err)
		}
		examples[section] = document[section]
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(jsonschema.Manifest(kind.All(), examples)); err != nil {
		t.Fatal(err)
	}
	checkGenerated(t, "../../.github/docs/astro.schema.json", b.String())
}
