package jsonschema_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"

	validator "github.com/pb33f/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"astro-apply/internal/jsonschema"
	"astro-apply/internal/manifest"
)

// compileSchema compiles the schema with a validator that implements the full standard.
func compileSchema(t *testing.T) *validator.Schema {
	t.Helper()
	b, err := json.Marshal(jsonschema.Manifest(kind.All(), nil))
	if err != nil {
		t.Fatal(err)
	}
	document, err := validator.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	if err := c.AddResource("astro.schema.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("astro.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// errorBySchema returns the first error that the schema finds in the documents of a
// manifest, or nil.
func errorBySchema(t interface{ Fatal(...any) }, s *validator.Schema, text string) error {
	loader, err := yaml.NewLoader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for {
		var document any
		if err := loader.Load(&document); err != nil {
			return nil //nolint:nilerr // the end of the manifest
		}
		b, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		instance, err := validator.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(instance); err != nil {
			return err
		}
	}
}

// problemsByProgram returns the errors that the program reports in mode validate.
func problemsByProgram(text, workspace string, environment map[string]string) []string {
	sources := []manifest.Source{{Name: "astro.yaml", Data: []byte(text)}}
	read := manifest.Parse(sources, manifest.Environment{AllowUnset: true, Lookup: func(name string) string { return environment[name] }})
	declared := desired.Load(kind.All(), read.Documents, workspace)
	var out []string
	for _, p := range slices.Concat(read.Problems, declared.Problems) {
		if !p.Warning {
			out = append(out, p.Error())
		}
	}
	return out
}
