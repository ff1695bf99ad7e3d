package kind_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// The table of every kind fulfills the assumptions of the engine.
func TestKindTables(t *testing.T) {
	t.Parallel()
	kinds := kind.All()
	for i, k := range kinds {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			if k.Title == "" || !isSentence(k.Doc) {
				t.Errorf("title %q, doc %q", k.Title, k.Doc)
			}
			if kinds.Kind(k.Name) != k || k.Section != "" && kinds.KindOfSection(k.Section) != k {
				t.Error("another kind has this name or section")
			}
			if k.Singleton {
				if k.List.Path+k.Create.Path+k.Delete.Path != "" || strings.Contains(k.Get.Path, "/{id}") || len(k.UpdateEndpoints) == 0 || k.Identity != nil {
					t.Errorf("a singleton with list %v, get %v, create %v, delete %v, update endpoints %v", k.List, k.Get, k.Create, k.Delete, k.UpdateEndpoints)
				}
				return
			}
			if k.List.Path == "" || k.List.Member == "" {
				t.Errorf("list %v", k.List)
			}
			if readable := k.Get.Method == http.MethodGet && strings.HasSuffix(k.Get.Path, "/{id}"); !readable && (k.Manual["delete"] == "" || len(k.UpdateEndpoints) > 0) {
				t.Errorf("get %v", k.Get)
			}
			for _, name := range k.ParentFields {
				if parent := schema.FindField(k.Fields, name); parent == nil || parent.Ref == nil || kinds[:i].Kind(parent.Ref.Kind) == nil {
					t.Errorf("parent %q is not a valid reference to a kind before it", name)
				}
			}
			if k.Section == "" {
				return
			}
			if (k.Create.Path == "") != (k.Manual["create"] != "") || (k.Delete.Path == "") != (k.Manual["delete"] != "") {
				t.Errorf("create %v, delete %v, manual %v: exactly one of each is required", k.Create, k.Delete, k.Manual)
			}
			if k.GeneratedSecret == "" != (schema.FindField(k.Fields, kind.SecretSinkField) == nil) {
				t.Errorf("GeneratedSecret %q: exactly the kinds with a generated secret have a secret sink field", k.GeneratedSecret)
			}
			if created := kinds.CreatedKind(k); created != nil && created.Precondition == nil {
				t.Errorf("%s has no Precondition, which explains why a resource doesn't exist yet", created.Name)
			}
			for _, name := range k.Identity {
				if schema.FindField(k.Fields, name) == nil {
					t.Errorf("identity %q is not a field", name)
				}
			}
			for _, rule := range k.Rules {
				for _, path := range rule.Fields() {
					if !hasField(k.Fields, path) {
						t.Errorf("a rule about %q, which is not a field", path)
					}
				}
			}
			checkFields(t, k, k.Fields, "")
		})
	}
	testkit.AssertEqual(t, "sections", []string{
		"organization", "clusters", "workspaces", "deployments", "environmentObjects", "customRoles", "teams", "users", "invites",
		"apiTokens", "agentTokens", "allowedIpAddressRanges",
	}, kinds.Sections())
	if kinds.Kind("nothing") != nil || kinds.KindOfSection("nothing") != nil {
		t.Error("a kind for an unknown name")
	}
}

func checkFields(t *testing.T, k *kind.Kind, fields []schema.Field, path string) {
	t.Helper()
	for i := range fields {
		f := &fields[i]
		name := path + f.Name
		if !isSentence(f.Doc) {
			t.Errorf("%s: doc %q", name, f.Doc)
		}
		if f.Ref != nil && (kind.All().Kind(f.Ref.Kind) == nil || (f.Ref.NameField == "") != f.Ref.ByName || schema.FindField(fields, f.Ref.NameField) != nil) {
			t.Errorf("%s refers to %q as %q", name, f.Ref.Kind, f.Ref.NameField)
		}
		if p := f.ItemRef; p != nil {
			owner := schema.FindField(k.Fields, p.RefField)
			if owner == nil || owner.Ref == nil || schema.FindField(fields, p.NameField) != nil {
				t.Fatalf("%s: item reference with field %q and name %q", name, p.RefField, p.NameField)
			}
			list := schema.FindField(kind.All().Kind(owner.Ref.Kind).Fields, p.ListName)
			for _, field := range p.MatchFields {
				if list == nil || schema.FindField(list.Type.Elem.Fields, field) == nil {
					t.Errorf("%s: list %q has no field %q", name, p.ListName, field)
				}
			}
		}
		for _, w := range f.When {
			if !hasField(k.Fields, w.Field) || len(w.In) == 0 {
				t.Errorf("%s depends on %v", name, w)
			}
		}
		if f.Has(schema.Immutable|schema.IgnoreChanges) && f.Remedy == "" {
			t.Errorf("%s: no remedy", name)
		}
		if f.Secret != nil && f.Secret.If != "" && schema.FindField(fields, f.Secret.If) == nil && !hasField(k.Fields, strings.TrimPrefix(f.Secret.If, "/")) {
			t.Errorf("%s: secret depends on unknown field %q", name, f.Secret.If)
		}
		hasEndpoint := slices.ContainsFunc(k.UpdateEndpoints, func(p kind.UpdateEndpoint) bool { return p.Name == f.EndpointName })
		if !hasEndpoint && (path == "" && f.Has(schema.Update) || f.EndpointName != "") {
			t.Errorf("%s: no update endpoint %q", name, f.EndpointName)
		}
		elem := f.Type.Elem
		for _, key := range f.Type.Key {
			if elem == nil || schema.FindField(elem.Fields, key) == nil {
				t.Errorf("%s: items have no field %q", name, key)
			}
		}
		if elem != nil {
			checkFields(t, k, elem.Fields, name+".")
		}
		checkFields(t, k, f.Type.Fields, name+".")
	}
}

// isSentence reports whether doc is a single line that ends with a period.
func isSentence(doc string) bool {
	return len(doc) > 10 && strings.HasSuffix(doc, ".") && !strings.ContainsAny(doc, "\n\t") && strings.TrimSpace(doc) == doc
}

func hasField(fields []schema.Field, path string) bool {
	name, rest, nested := strings.Cut(path, ".")
	f := schema.FindField(fields, name)
	return f != nil && (!nested || hasField(f.Type.Fields, rest))
}

// fieldTypeAt returns the type of the field at a dotted path.
func fieldTypeAt(fields []schema.Field, path string) *schema.Type {
	name, rest, nested := strings.Cut(path, ".")
	f := schema.FindField(fields, name)
	if nested {
		return fieldTypeAt(f.Type.Fields, rest)
	}
	return &f.Type
}

// Every name that identifies a resource or a list item is normalized to Unicode NFC.
func TestNamesAreNormalized(t *testing.T) {
	t.Parallel()
	for _, k := range kind.All() {
		check := func(f *schema.Field, path string) {
			if f.Type.Base == schema.BaseText && f.Type.Enum == nil && !strings.HasSuffix(path, "Cron") && f.Type.NormalizedText(schema.String("e\u0301")) != "é" {
				t.Errorf("%s: %s is compared byte by byte", k.Name, path)
			}
		}
		for _, name := range k.Identity {
			check(schema.FindField(k.Fields, name), name)
		}
		var walk func(path string, fields []schema.Field)
		walk = func(path string, fields []schema.Field) {
			for i := range fields {
				t := &fields[i].Type
				if t.Base == schema.BaseList {
					for _, key := range t.Key {
						check(schema.FindField(t.Elem.Fields, key), path+fields[i].Name+"[]."+key)
					}
					t = t.Elem
				}
				walk(path+fields[i].Name+".", t.Fields)
			}
		}
		walk("", k.Fields)
	}
}

// Different texts with the same meaning have the same normalized value.
func TestNormalizedValues(t *testing.T) {
	t.Parallel()
	fields := kind.All().Kind("deployment").Fields
	tests := []struct {
		path, a, b string
		want       bool
	}{
		{"remoteExecution.allowedIpAddressRanges", "10.1.2.3/8", "10.0.0.0/8", true},
		{"remoteExecution.allowedIpAddressRanges", "10.1.2.3", "10.1.2.3/32", true},
		{"remoteExecution.allowedIpAddressRanges", "2001:DB8::1/32", "2001:db8::/32", true},
		{"remoteExecution.allowedIpAddressRanges", "10.0.0.0/8", "10.0.0.0/9", false},
		{"remoteExecution.allowedIpAddressRanges", "x", "x", true},
		{"scalingSpec.hibernationSpec.override.overrideUntil", "2026-12-24T18:00:00Z", "2026-12-24T19:00:00.000+01:00", true},
		{"scalingSpec.hibernationSpec.override.overrideUntil", "2026-12-24T18:00:00Z", "2026-12-24T18:00:01Z", false},
		{"scalingSpec.hibernationSpec.override.overrideUntil", "never", "never", true},
	}
	for _, test := range tests {
		typ := fieldTypeAt(fields, test.path)
		if typ.Elem != nil {
			typ = typ.Elem
		}
		if got := typ.Normalize(test.a) == typ.Normalize(test.b); got != test.want {
			t.Errorf("%s: %s and %s the same: %t", test.path, test.a, test.b, got)
		}
	}
}
