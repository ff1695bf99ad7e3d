package apply_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"astro-apply/internal/apply"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/longtest"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
	"astro-apply/internal/simulator"
	"astro-apply/internal/simulator/seed"
	"astro-apply/internal/testkit"
)

// TestEveryKindKeepsTheContract checks the example of every kind: a run creates it, and
// a plan is then empty. A run changes each mutable field with one write and no other
// field, and reverts manual changes. A plan refuses changes of immutable fields with
// their position. A run deletes the resources. The test also has unknown members in
// every response, and enough other resources to fill several pages.
func TestEveryKindKeepsTheContract(t *testing.T) {
	for _, k := range kind.All() {
		t.Run(k.Section, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{}, smallPages, withUnknownMembers)
				c := &contract{harness: s, kind: k, example: readExample(t, k.Section), editedFields: map[string]bool{}}
				c.seedReferences()
				c.checkCreate()
				for _, edit := range exampleEdits[k.Section] {
					c.checkChange(edit[0], edit[1])
				}
				for _, edit := range immutableEdits[k.Section] {
					c.checkRefusal(edit[0], edit[1])
				}
				c.checkCompleteness()
				c.checkDelete()
				c.seedManyOthers()
				c.checkCreate()
				c.checkDelete()
			})
		})
	}
}

type contract struct {
	*harness
	kind         *kind.Kind
	example      string
	editedFields map[string]bool // names of the fields that an edit changed
}

// seedReferences seeds the resources that the example and its edits refer to.
func (c *contract) seedReferences() {
	texts := []string{c.example}
	for _, edit := range exampleEdits[c.kind.Section] {
		texts = append(texts, c.editExample(edit[0], edit[1]))
	}
	var documents []*schema.Node
	for _, text := range texts {
		documents = append(documents, parseManifest(text).Documents...)
	}
	for _, seed := range seed.Make(desired.Load(kind.All(), documents, "")) {
		c.server.Seed(seed.Kind.Name, seed.Fields)
	}
}

func readExample(t testing.TB, section string) string {
	t.Helper()
	text, err := os.ReadFile("../../testdata/examples/" + section + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// withUnknownMembers adds a member that the API document doesn't specify to every object
// in a response.
func withUnknownMembers(base http.RoundTripper) http.RoundTripper {
	return testkit.RoundTripFunc(func(r *http.Request) (*http.Response, error) {
		response, err := base.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			return nil, err
		}
		var value any
		if json.Unmarshal(body, &value) == nil {
			addUnknownMembers(value)
			body, err = json.Marshal(value)
		}
		response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		return response, err
	})
}

func addUnknownMembers(value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			if name != "extra" && name != "headers" && name != "labels" { // users choose the members of these maps
				addUnknownMembers(member)
			}
		}
		if _, mapping := v["region"]; !mapping || len(v) > 2 {
			v["unknownToAll"] = map[string]any{"x": []any{1, "2"}}
		}
	case []any:
		for _, member := range v {
			addUnknownMembers(member)
		}
	}
}

// smallPages reduces the page size that the client requests, so that few resources fill
// several pages.
func smallPages(base http.RoundTripper) http.RoundTripper {
	return testkit.RoundTripFunc(func(r *http.Request) (*http.Response, error) {
		if query := r.URL.Query(); query.Has("limit") {
			query.Set("limit", "50")
			r = r.Clone(r.Context())
			r.URL.RawQuery = query.Encode()
		}
		return base.RoundTrip(r)
	})
}

// seedManyOthers seeds other resources of the kind: more than fit on two small pages, or
// in a long test more than fit on a page of the API's maximum size.
func (c *contract) seedManyOthers() {
	id := func(kind string) string {
		all := c.server.Resources(kind)
		if len(all) == 0 {
			return c.server.Seed(kind, map[string]any{"name": "crowded"})
		}
		return all[0]["id"].(string)
	}
	for i := range longtest.Size(25, 1005) {
		name := "other-" + strconv.Itoa(i)
		fields := map[string]any{"name": name}
		kind := c.kind.Name
		switch kind {
		case "organization":
			return
		case "deployment":
			fields["workspaceId"] = id("workspace")
		case "environmentObject":
			fields = map[string]any{"objectKey": name, "scope": "WORKSPACE", "scopeEntityId": id("workspace"), "environmentVariable": map[string]any{"value": "x"}}
		case "user", "invite":
			kind, fields = "user", map[string]any{"username": name + "@example.com"}
		case "apiToken":
			fields = map[string]any{"name": name, "scope": "WORKSPACE", "entityId": id("workspace"), "role": "WORKSPACE_MEMBER"}
		case "agentToken":
			fields["deploymentId"] = id("deployment")
		case "allowedIpAddressRanges":
			kind, fields = "allowedIpAddressRange", map[string]any{"ipAddressRange": fmt.Sprintf("10.%d.%d.0/24", i/256, i%256)}
		}
		c.server.Seed(kind, fields)
	}
}

// applyAndCheck applies a manifest, checks that a plan is empty afterwards, and returns
// the number of writes.
func (c *contract) applyAndCheck(text string, policy plan.Policy) int {
	c.Helper()
	c.server.ResetRequests()
	for _, o := range c.applyManifest(context.Background(), text, apply.Options{Policy: policy, SaveSecret: func(*desired.Resource, string) error { return nil }}) {
		if !o.Status.IsOK() {
			c.Fatalf("%s: %s: %v\n%s", o.Change.Resource, o.Status, o.Err, text)
		}
		if len(o.Warnings) > 0 {
			c.Errorf("%s: stored with another value: %v", o.Change.Resource, o.Warnings)
		}
	}
	n := len(c.listWrites())
	c.server.ResetRequests()
	if p := c.planManifest(text, policy); countActions(p, plan.Unchanged) != len(p.Changes) {
		c.Fatalf("not as declared afterwards: %s\n%s", changesText(p.Changes[0]), text)
	}
	if n := len(c.listWrites()); n > 0 {
		c.Errorf("the plan sent writes: %v", c.listWrites())
	}
	return n
}

// countResources returns the number of resources of the kind.
func (c *contract) countResources() int {
	if c.kind.ListField() != nil {
		return 0
	}
	return len(c.server.Resources(c.kind.Name))
}

func (c *contract) checkCreate() {
	c.Helper()
	before := c.countResources()
	c.applyAndCheck(c.example, plan.Policy{})
	created := c.countResources() - before
	if want := len(c.declareManifest(c.example).Resources); c.kind.Delete.Path != "" && created != want {
		c.Errorf("%d created, want %d", created, want)
	}
}

// checkChange applies one edit, and then the unedited example again, which reverts the
// edit like a manual change.
func (c *contract) checkChange(from, to string) {
	c.Helper()
	edited := c.editExample(from, to)
	p := c.planManifest(edited, plan.Policy{})
	roots := map[string]bool{"updatedAt": true, "updatedBy": true, "lastRotatedAt": true}
	for _, change := range p.Changes {
		for _, f := range change.Fields {
			name, _, _ := strings.Cut(strings.FieldsFunc(f.Path, func(r rune) bool { return r == '[' })[0], ".")
			c.editedFields[name], roots[name] = true, true
			if read := schema.FindField(c.kind.Fields, name).ResponsePath; read != "" {
				roots[strings.TrimPrefix(read, "/")] = true
			}
		}
	}
	if len(roots) == 3 {
		c.Fatalf("the edit of %q to %q changes nothing", from, to)
	}
	before := c.snapshotState()
	if n := c.applyAndCheck(edited, plan.Policy{}); n != 1 {
		c.Errorf("the edit of %q to %q took %d writes", from, to, n)
	}
	for id, object := range c.snapshotState() {
		if before[id] == nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if was, is := fmt.Sprint(before[id][name]), fmt.Sprint(object[name]); was != is && !roots[name] && !slices.Contains(sideEffects[name], c.kind.Name) {
				c.Errorf("the edit of %q to %q changed %s: %s → %s", from, to, name, was, is)
			}
		}
	}
	c.applyAndCheck(c.example, plan.Policy{AllowDelete: true})
}

// checkRefusal checks that a plan refuses an edit of an immutable field.
func (c *contract) checkRefusal(from, to string) {
	c.Helper()
	edited := c.editExample(from, to)
	line := 1 + strings.Count(edited[:strings.Index(edited, to)], "\n")
	p := c.planManifest(edited, plan.Policy{})
	if !slices.ContainsFunc(p.Problems, func(p schema.Problem) bool {
		return strings.Contains(p.Message, "can't be changed") && p.Pos.Line >= line
	}) {
		c.Errorf("the edit of %q to %q is not refused at line %d: %v", from, to, line, p.Problems)
	}
}

func (c *contract) editExample(from, to string) string {
	c.Helper()
	if strings.Count(c.example, from) != 1 {
		c.Fatalf("the example contains %q %d times", from, strings.Count(c.example, from))
	}
	return strings.Replace(c.example, from, to, 1)
}

// checkCompleteness checks that the edits cover every mutable field.
func (c *contract) checkCompleteness() {
	c.Helper()
	for _, f := range c.kind.Fields {
		if f.Has(schema.Update) && !f.Has(schema.Immutable) && !c.editedFields[f.Name] && !slices.Contains(uneditedFields, c.kind.Section+"."+f.Name) {
			c.Errorf("no edit changes %s", f.Name)
		}
	}
}

var itemPattern = regexp.MustCompile(`(?m)^  - `)

func (c *contract) checkDelete() {
	c.Helper()
	before := c.countResources()
	switch {
	case c.kind.ListField() != nil:
		c.applyAndCheck(c.kind.Section+": []\n", plan.Policy{AllowDelete: true})
		if left := len(c.server.Resources("allowedIpAddressRange")); left > 0 {
			c.Errorf("%d ranges left", left)
		}
		c.applyAndCheck(c.kind.Section+": [192.0.2.0/24]\n", plan.Policy{AllowDelete: true})
		c.server.ResetRequests()
	case c.kind.Delete.Path != "":
		absent := itemPattern.ReplaceAllString(c.example, "  - state: absent\n    ")
		c.server.ResetRequests()
		if p := c.planManifest(absent, plan.Policy{}); countActions(p, plan.DeletePrevented) != len(p.Changes) {
			c.Errorf("not kept without allow-delete: %v", p.Changes)
		}
		if n, want := c.applyAndCheck(absent, plan.Policy{AllowDelete: true}), len(c.declareManifest(absent).Resources); n != want || c.countResources() != before-want {
			c.Errorf("%d deletes, want %d", n, want)
		}
	}
}

// snapshotState returns every resource of every kind, by id.
func (c *contract) snapshotState() map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, k := range append(kind.All(), &kind.Kind{Name: "allowedIpAddressRange"}) {
		if k.ListField() == nil {
			for _, o := range c.server.Resources(k.Name) {
				out[fmt.Sprint(o["id"], o["inviteId"])] = o
			}
		}
	}
	return out
}
