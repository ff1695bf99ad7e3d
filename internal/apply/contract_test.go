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
	"astro-apply/internal/longtest"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
	"astro-apply/internal/simulator"
)

// The contract of every kind, over its example: it is created, and is then as
// declared; each field that can be changed is, by one write, and nothing else
// is; what somebody else changed is put right; what can't be changed is refused
// where it stands; it is removed. All of it among others that fill some pages,
// with members in every answer that nobody knows.
func TestEveryKindKeepsTheContract(t *testing.T) {
	for _, k := range resource.Kinds() {
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
	kind         *resource.Kind
	example      string
	editedFields map[string]bool // fields that an edit changed
}

// seedReferences seeds what the example and its edits refer to.
func (c *contract) seedReferences() {
	texts := []string{c.example}
	for _, edit := range exampleEdits[c.kind.Section] {
		texts = append(texts, c.editExample(edit[0], edit[1]))
	}
	var documents []*schema.Node
	for _, text := range texts {
		documents = append(documents, parseManifest(text).Documents...)
	}
	for _, seed := range resource.SimulatorSeeds(resource.LoadDesired(resource.Kinds(), documents, "")) {
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

// withUnknownMembers adds to every object of an answer what the document doesn't know.
func withUnknownMembers(base http.RoundTripper) http.RoundTripper {
	return transportFunc(func(r *http.Request) (*http.Response, error) {
		answer, err := base.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			return nil, err
		}
		var value any
		if json.Unmarshal(body, &value) == nil {
			addUnknownMembers(value)
			body, err = json.Marshal(value)
		}
		answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		return answer, err
	})
}

type transportFunc func(*http.Request) (*http.Response, error)

func (t transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func addUnknownMembers(value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			if name != "extra" && name != "headers" && name != "labels" { // whose members are the user's
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

// smallPages makes the pages of lists smaller than the client asks for, so that
// a few objects fill several.
func smallPages(base http.RoundTripper) http.RoundTripper {
	return transportFunc(func(r *http.Request) (*http.Response, error) {
		if query := r.URL.Query(); query.Has("limit") {
			query.Set("limit", "50")
			r = r.Clone(r.Context())
			r.URL.RawQuery = query.Encode()
		}
		return base.RoundTrip(r)
	})
}

// seedManyOthers seeds more others of the kind than go on two small pages; in a long test
// more than go on one of the API's own.
func (c *contract) seedManyOthers() {
	id := func(kind string) string {
		all := c.server.Resources(kind)
		if len(all) == 0 {
			return c.server.Seed(kind, map[string]any{"name": "crowded"})
		}
		return all[0]["id"].(string)
	}
	for i := range longtest.Size(105, 1005) {
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

// applyAndCheck applies a manifest and returns how many writes that took.
func (c *contract) applyAndCheck(text string, policy plan.Policy) int {
	c.Helper()
	c.server.ResetRequests()
	for _, o := range c.applyManifest(context.Background(), text, apply.Options{Policy: policy, SaveSecret: func(*resource.Resource, string) error { return nil }}) {
		if !o.Status.IsOK() {
			c.Fatalf("%s: %s: %v\n%s", o.Change.Resource, o.Status, o.Err, text)
		}
		if len(o.Warnings) > 0 {
			c.Errorf("%s: stored in another way: %v", o.Change.Resource, o.Warnings)
		}
	}
	n := len(c.listWrites())
	c.server.ResetRequests()
	if p := c.planManifest(text, policy); p.Count(plan.Unchanged) != len(p.Changes) {
		c.Fatalf("not as declared afterwards: %s\n%s", changesText(p.Changes[0]), text)
	}
	if n := len(c.listWrites()); n > 0 {
		c.Errorf("a plan wrote: %v", c.listWrites())
	}
	return n
}

// countResources is how many objects of the kind there are.
func (c *contract) countResources() int {
	if c.kind.ListField != "" {
		return 0
	}
	return len(c.server.Resources(c.kind.Name))
}

func (c *contract) checkCreate() {
	c.Helper()
	before := c.countResources()
	c.applyAndCheck(c.example, plan.Policy{})
	made := c.countResources() - before
	if want := len(c.declareManifest(c.example).Resources); c.kind.Delete.Path != "" && made != want {
		c.Errorf("%d made, want %d", made, want)
	}
}

// checkChange makes one edit, and takes it back as if somebody else had made it.
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

// checkRefusal makes an edit of what can't change.
func (c *contract) checkRefusal(from, to string) {
	c.Helper()
	edited := c.editExample(from, to)
	line := 1 + strings.Count(edited[:strings.Index(edited, to)], "\n")
	p := c.planManifest(edited, plan.Policy{})
	if !slices.ContainsFunc(p.Problems, func(p schema.Problem) bool {
		return strings.Contains(p.Message, "can't change once") && p.Pos.Line >= line
	}) {
		c.Errorf("the edit of %q to %q is not refused at line %d: %v", from, to, line, p.Problems)
	}
}

func (c *contract) editExample(from, to string) string {
	c.Helper()
	if strings.Count(c.example, from) != 1 {
		c.Fatalf("%q is there %d times", from, strings.Count(c.example, from))
	}
	return strings.Replace(c.example, from, to, 1)
}

// checkCompleteness wants an edit of every field that can be changed.
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
	case c.kind.ListField != "":
		c.applyAndCheck(c.kind.Section+": []\n", plan.Policy{AllowDelete: true})
		if left := len(c.server.Resources("allowedIpAddressRange")); left > 0 {
			c.Errorf("%d left", left)
		}
		c.applyAndCheck(c.kind.Section+": [192.0.2.0/24]\n", plan.Policy{AllowDelete: true})
		c.server.ResetRequests()
	case c.kind.Delete.Path != "":
		absent := itemPattern.ReplaceAllString(c.example, "  - state: absent\n    ")
		c.server.ResetRequests()
		if p := c.planManifest(absent, plan.Policy{}); p.Count(plan.DeletePrevented) != len(p.Changes) {
			c.Errorf("not kept without allow-delete: %v", p.Changes)
		}
		if n, want := c.applyAndCheck(absent, plan.Policy{AllowDelete: true}), len(c.declareManifest(absent).Resources); n != want || c.countResources() != before-want {
			c.Errorf("%d removals, want %d", n, want)
		}
	}
}

// snapshotState is every object of every kind, by id.
func (c *contract) snapshotState() map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, k := range append(resource.Kinds(), &resource.Kind{Name: "allowedIpAddressRange"}) {
		if k.ListField == "" {
			for _, o := range c.server.Resources(k.Name) {
				out[fmt.Sprint(o["id"], o["inviteId"])] = o
			}
		}
	}
	return out
}
