// Package kind defines the kinds of resources in Astro: for each kind, one table with
// its fields, identity, API calls and special cases. The rest of the program works on
// these tables and doesn't mention any kind by name.
package kind

import (
	"cmp"
	"strings"
	"sync"
	"time"

	"astro-apply/internal/schema"
)

// Kind describes a kind of resource as data. The zero value of an optional member means
// that the kind doesn't have that property.
type Kind struct {
	Name         string // code name of one resource: "deployment"
	Title        string // name of one resource, as Astro writes it: "Deployment"
	Section      string // section of the manifest; "" for kinds that manifests only refer to
	Doc          string
	Singleton    bool              // exactly one always exists, so it needs no name
	Manual       map[string]string // instructions for what this action can't do: "create", "delete"
	ParentFields []string          // alternative fields for the parent's id
	Gate         *Gate             // nil: none
	Identity     []string          // fields that identify a resource, compared exactly, unless the manifest declares an id
	Unique       bool              // Astro refuses to create a second resource with the same identity
	Fields       []schema.Field
	Rules        []Rule
	Endpoints
	Rotate           Endpoint         // replaces the value of GeneratedSecret
	UpdateEndpoints  []UpdateEndpoint // update calls, in the order to send them
	Inheritance      *Inheritance     // values in responses that a resource only inherits; nil: none
	GeneratedSecret  string           // response member with a secret value that Astro returns only once
	ConflictStatuses []int            // HTTP statuses that mean "another change is in progress": retry later

	// Expand turns the fields of a new resource into the request body for Create.
	Expand ExpandFunc
	// Flatten removes from a response the members that must be neither compared nor sent back,
	// and renames members to the names of the fields. It can modify the given node.
	Flatten func(live *schema.Node)
	// ReadinessOf returns how far the API is with the last change. Nil: always ready.
	ReadinessOf func(live *schema.Node) Readiness
	// Precondition returns why a change must not be made, if so. For a kind that this action can't create,
	// it is also called with neither a current nor a later state if the resource doesn't exist yet.
	Precondition func(ProposedChange) Refusal
	// Visibility states which tokens can create the kind and see all of its resources, for
	// kinds whose lists omit resources in which the token has no role. "": the API refuses
	// such a list instead.
	Visibility string
	// Expiry returns when the resource, or a value in it, ends without a change; nil if never. body is a current
	// resource or a declared one.
	Expiry func(body *schema.Node) *Expiry
	// Advice returns a remark on a live resource that matches the manifest but doesn't
	// work as intended, such as an inactive user; "" if none.
	Advice func(live *schema.Node, now time.Time) string
	// IDOutput is the action output that holds the id of the resource, if the manifest
	// declares exactly one resource of this kind.
	IDOutput string
	// UIPath is the path of the resource's page in the Astro UI, with {field} placeholders.
	UIPath string
}

// Catalog is a list of kinds. Parents come before their children.
type Catalog []*Kind

// All returns all kinds.
func All() Catalog {
	return Catalog{
		organizationKind(), clusterKind(), workspaceKind(), deploymentKind(), environmentObjectKind(), customRoleKind(), teamKind(), userKind(), inviteKind(),
		apiTokenKind(), agentTokenKind(), ipAccessListKind(),
	}
}

// shared is a catalog for lookups.
var shared = sync.OnceValue(All)

// ByName returns the kind with this name, or nil. Callers must not change it.
func ByName(name string) *Kind { return shared().Kind(name) }

// Kind returns the kind with this name, or nil.
func (c Catalog) Kind(name string) *Kind {
	for _, k := range c {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// Title returns the title of the kind with this name, such as "API token"; for an unknown kind, its name.
func (c Catalog) Title(name string) string {
	if k := c.Kind(name); k != nil {
		return k.Title
	}
	return name
}

// KindOfSection returns the kind that a manifest section declares, or nil.
func (c Catalog) KindOfSection(name string) *Kind {
	for _, k := range c {
		if k.Section == name {
			return k
		}
	}
	return nil
}

// Sections returns the manifest sections in the order of the kinds.
func (c Catalog) Sections() []string {
	var out []string
	for _, k := range c {
		if k.Section != "" {
			out = append(out, k.Section)
		}
	}
	return out
}

// CreatedKind returns the kind of what a create of kind k makes, with the same name and id, if that is another kind:
// an invite makes a user. Both have the same list. It returns nil for any other kind.
func (c Catalog) CreatedKind(k *Kind) *Kind {
	for _, other := range c {
		if k.Create.Path != "" && other.Create.Path == "" && other.List.Path == k.List.Path {
			return other
		}
	}
	return nil
}

// Words returns the names of all kinds and of their fields, which are public.
func (c Catalog) Words() map[string]bool {
	words := map[string]bool{}
	var addFields func(fields []schema.Field)
	addFields = func(fields []schema.Field) {
		for i := range fields {
			words[fields[i].Name] = true
			if itemRef := fields[i].ItemRef; itemRef != nil {
				words[itemRef.Title] = true
			}
			for t := &fields[i].Type; t != nil; t = t.Elem {
				addFields(t.Fields)
			}
		}
	}
	for _, k := range c {
		words[k.Name], words[k.Title], words[k.GeneratedSecret] = true, true, true
		addFields(k.Fields)
	}
	return words
}

// ParentKind returns the kind of the parent of resources of kind k, or nil. It is that of the first of ParentFields.
func (c Catalog) ParentKind(k *Kind) *Kind {
	if len(k.ParentFields) == 0 {
		return nil
	}
	return c.Kind(k.FieldByName(k.ParentFields[0]).Ref.Kind)
}

// RootOf returns the kind of the parent of kind k that has no parent itself, and the field
// with its id; nil if none.
func (c Catalog) RootOf(k *Kind) (root *Kind, field string) {
	for _, name := range k.ParentFields {
		if f := k.FieldByName(name); f.Ref != nil && c.Kind(f.Ref.Kind).ParentFields == nil {
			return c.Kind(f.Ref.Kind), name
		}
	}
	return nil, ""
}

// DeclaredParentField returns the field for the parent's id that applies to a declared
// body; nil for a resource of the Organization itself.
func (k *Kind) DeclaredParentField(body *schema.Node) *schema.Field {
	var fallback *schema.Field
	for _, name := range k.ParentFields {
		f := schema.FindField(k.Fields, name)
		applies := f.FailedCondition(func(path string) (string, bool) { n := body.GetPath(path); return n.ScalarText(), n != nil }) == nil
		switch {
		case applies && f.DesiredValue(body) != nil:
			return f
		case applies:
			fallback = f // a default, such as workspace: at the top of the file, sets the last of ParentFields
		}
	}
	return fallback
}

// FieldByName returns a top-level field of the kind.
func (k *Kind) FieldByName(name string) *schema.Field { return schema.FindField(k.Fields, name) }

// ListField returns the field that holds the section's value, for a singleton whose section is a list; else nil.
func (k *Kind) ListField() *schema.Field {
	if !k.Singleton {
		return nil
	}
	return k.FieldByName(k.Section)
}

// NeedsParentID reports whether the API path of a resource contains its parent's id.
func (k *Kind) NeedsParentID() bool {
	for _, name := range k.ParentFields {
		if strings.Contains(k.Get.Path, "{"+name+"}") {
			return true
		}
	}
	return false
}

// TitleWithArticle returns the title with "a" or "an" before it.
func (k *Kind) TitleWithArticle() string {
	if strings.ContainsRune("aeioAEIO", rune(k.Title[0])) {
		return "an " + k.Title
	}
	return "a " + k.Title
}

// LastModified returns who last changed a resource, as the response names them, and when. Both are
// zero if the response doesn't contain them.
func LastModified(response *schema.Node) (by string, at time.Time) {
	editor := response.Get("updatedBy")
	by = cmp.Or(editor.Get("fullName").ScalarText(), editor.Get("username").ScalarText())
	if token := editor.Get("apiTokenName").ScalarText(); token != "" {
		by = "API token " + token
	}
	at, err := time.Parse(time.RFC3339, response.Get("updatedAt").ScalarText())
	if err != nil {
		return by, time.Time{}
	}
	return by, at.UTC()
}
