package resource_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// Whatever is listed as a kind keeps what the engine relies on.
func TestEveryKind(t *testing.T) {
	t.Parallel()
	kinds := resource.Kinds()
	for i, k := range kinds {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			if k.Title == "" || !sentence(k.Doc) {
				t.Errorf("title %q, doc %q", k.Title, k.Doc)
			}
			if kinds.Kind(k.Name) != k || k.Section != "" && kinds.Section(k.Section) != k {
				t.Error("name or section is not its own")
			}
			if k.Single {
				if k.List.Path+k.Create.Path+k.Delete.Path != "" || strings.Contains(k.Get.Path, "/{id}") || len(k.Parts) == 0 || k.Identity != nil {
					t.Errorf("there is one, but list %v, get %v, create %v, delete %v, parts %v", k.List, k.Get, k.Create, k.Delete, k.Parts)
				}
				return
			}
			if k.List.Path == "" || k.List.Member == "" || k.Get.Method != http.MethodGet || !strings.HasSuffix(k.Get.Path, "/{id}") {
				t.Errorf("list %v, get %v", k.List, k.Get)
			}
			if (k.Parent != "") != (k.List.Parents != "") {
				t.Errorf("parent %q, lists by %q", k.Parent, k.List.Parents)
			}
			if parent := schema.Find(k.Fields, k.Parent); k.Parent != "" && (parent == nil || parent.Ref == nil) {
				t.Errorf("parent %q is no reference", k.Parent)
			}
			if k.Section == "" {
				return
			}
			if k.Create.Method != http.MethodPost || k.Create.Path == "" || k.Delete.Method != http.MethodDelete || len(k.Parts) == 0 {
				t.Errorf("create %v, delete %v, parts %v", k.Create, k.Delete, k.Parts)
			}
			for _, name := range k.Identity {
				if schema.Find(k.Fields, name) == nil {
					t.Errorf("identity %q is no field", name)
				}
			}
			for _, rule := range k.Rules {
				for _, path := range rule.Fields {
					if !exists(k.Fields, path) {
						t.Errorf("a rule about %q, which is no field", path)
					}
				}
			}
			checkFields(t, k, kinds[:i], k.Fields, "")
		})
	}
	same(t, "sections", []string{"organization", "workspaces", "customRoles", "deployments"}, kinds.Sections())
	if kinds.Kind("nothing") != nil || kinds.Section("nothing") != nil || kinds.Section("clusters") != nil {
		t.Error("a kind that isn't there")
	}
}

func checkFields(t *testing.T, k *resource.Kind, before resource.Catalog, fields []schema.Field, path string) {
	t.Helper()
	for i := range fields {
		f := &fields[i]
		name := path + f.Name
		if !sentence(f.Doc) {
			t.Errorf("%s: doc %q", name, f.Doc)
		}
		if f.Ref != nil && (before.Kind(f.Ref.Kind) == nil || f.Ref.Name == "" || schema.Find(fields, f.Ref.Name) != nil) {
			t.Errorf("%s refers to %q as %q", name, f.Ref.Kind, f.Ref.Name)
		}
		for _, w := range f.When {
			if !exists(k.Fields, w.Field) || len(w.In) == 0 {
				t.Errorf("%s depends on %v", name, w)
			}
		}
		for _, sibling := range f.Yields {
			if schema.Find(fields, sibling) == nil {
				t.Errorf("%s yields to %q", name, sibling)
			}
		}
		if f.Has(schema.Immutable|schema.CreateOnly) && f.Note == "" {
			t.Errorf("%s: no way out", name)
		}
		if f.Secret != nil && f.Secret.If != "" && schema.Find(fields, f.Secret.If) == nil {
			t.Errorf("%s is secret by %q", name, f.Secret.If)
		}
		if part := slices.IndexFunc(k.Parts, func(p resource.Part) bool { return p.Name == f.Part }); part < 0 {
			t.Errorf("%s: no part %q", name, f.Part)
		}
		elem := f.Type.Elem
		for _, key := range f.Type.Key {
			if elem == nil || schema.Find(elem.Fields, key) == nil {
				t.Errorf("%s: elements have no %q", name, key)
			}
		}
		if elem != nil {
			checkFields(t, k, before, elem.Fields, name+".")
		}
		checkFields(t, k, before, f.Type.Fields, name+".")
	}
}

// sentence is one line that ends with a period.
func sentence(doc string) bool {
	return len(doc) > 10 && strings.HasSuffix(doc, ".") && !strings.ContainsAny(doc, "\n\t") && strings.TrimSpace(doc) == doc
}

func exists(fields []schema.Field, path string) bool {
	name, rest, nested := strings.Cut(path, ".")
	f := schema.Find(fields, name)
	return f != nil && (!nested || exists(f.Type.Fields, rest))
}

// typeAt is the type of a field that is there, at a dotted path.
func typeAt(fields []schema.Field, path string) *schema.Type {
	name, rest, nested := strings.Cut(path, ".")
	f := schema.Find(fields, name)
	if nested {
		return typeAt(f.Type.Fields, rest)
	}
	return &f.Type
}
