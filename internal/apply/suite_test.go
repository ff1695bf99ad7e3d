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
				s := newStage(t, simulator.Options{}, smallPages, strange)
				c := &contract{stage: s, kind: k, example: example(t, k.Section), touched: map[string]bool{}}
				c.prepare()
				c.creates()
				for _, edit := range edits[k.Section] {
					c.changes(edit[0], edit[1])
				}
				for _, edit := range frozen[k.Section] {
					c.refuses(edit[0], edit[1])
				}
				c.complete()
				c.removes()
				c.crowd()
				c.creates()
				c.removes()
			})
		})
	}
}

type contract struct {
	*stage
	kind    *resource.Kind
	example string
	touched map[string]bool // fields that an edit changed
}

// prepare seeds what the example and its edits refer to.
func (c *contract) prepare() {
	texts := []string{c.example}
	for _, edit := range edits[c.kind.Section] {
		texts = append(texts, c.edit(edit[0], edit[1]))
	}
	var documents []*schema.Node
	for _, text := range texts {
		documents = append(documents, parsed(text).Documents...)
	}
	for _, seed := range resource.SimulatorSeeds(resource.LoadDesired(resource.Kinds(), documents, "")) {
		c.server.Seed(seed.Kind.Name, seed.Fields)
	}
}

func example(t testing.TB, section string) string {
	t.Helper()
	text, err := os.ReadFile("../../testdata/examples/" + section + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// strange adds to every object of an answer what the document doesn't know.
func strange(base http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request) (*http.Response, error) {
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
			estrange(value)
			body, err = json.Marshal(value)
		}
		answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		return answer, err
	})
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func estrange(value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			if name != "extra" && name != "headers" && name != "labels" { // whose members are the user's
				estrange(member)
			}
		}
		if _, mapping := v["region"]; !mapping || len(v) > 2 {
			v["unknownToAll"] = map[string]any{"x": []any{1, "2"}}
		}
	case []any:
		for _, member := range v {
			estrange(member)
		}
	}
}

// smallPages makes the pages of lists smaller than the client asks for, so that
// a few objects fill several.
func smallPages(base http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request) (*http.Response, error) {
		if query := r.URL.Query(); query.Has("limit") {
			query.Set("limit", "50")
			r = r.Clone(r.Context())
			r.URL.RawQuery = query.Encode()
		}
		return base.RoundTrip(r)
	})
}

// crowd seeds more others of the kind than go on two small pages; in a long test
// more than go on one of the API's own.
func (c *contract) crowd() {
	id := func(kind string) string {
		all := c.server.Objects(kind)
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

// converges applies a manifest and returns how many writes that took.
func (c *contract) converges(text string, policy plan.Policy) int {
	c.Helper()
	c.server.ResetRequests()
	for _, o := range c.apply(context.Background(), text, apply.Options{Policy: policy, Deliver: func(*resource.Resource, string) error { return nil }}) {
		if !o.Status.OK() {
			c.Fatalf("%s: %s: %v\n%s", o.Change.Resource, o.Status, o.Err, text)
		}
		if len(o.Warnings) > 0 {
			c.Errorf("%s: stored in another way: %v", o.Change.Resource, o.Warnings)
		}
	}
	n := len(c.writes())
	c.server.ResetRequests()
	if p := c.plan(text, policy); p.Count(plan.Unchanged) != len(p.Changes) {
		c.Fatalf("not as declared afterwards: %s\n%s", changes(p.Changes[0]), text)
	}
	if n := len(c.writes()); n > 0 {
		c.Errorf("a plan wrote: %v", c.writes())
	}
	return n
}

// count is how many objects of the kind there are.
func (c *contract) count() int {
	if c.kind.ListField != "" {
		return 0
	}
	return len(c.server.Objects(c.kind.Name))
}

func (c *contract) creates() {
	c.Helper()
	before := c.count()
	c.converges(c.example, plan.Policy{})
	made := c.count() - before
	if want := len(c.declare(c.example).Resources); c.kind.Delete.Path != "" && made != want {
		c.Errorf("%d made, want %d", made, want)
	}
}

// changes makes one edit, and takes it back as if somebody else had made it.
func (c *contract) changes(from, to string) {
	c.Helper()
	edited := c.edit(from, to)
	p := c.plan(edited, plan.Policy{})
	roots := map[string]bool{"updatedAt": true, "updatedBy": true, "lastRotatedAt": true}
	for _, change := range p.Changes {
		for _, f := range change.Fields {
			name, _, _ := strings.Cut(strings.FieldsFunc(f.Path, func(r rune) bool { return r == '[' })[0], ".")
			c.touched[name], roots[name] = true, true
			if read := schema.FindField(c.kind.Fields, name).ResponsePath; read != "" {
				roots[strings.TrimPrefix(read, "/")] = true
			}
		}
	}
	if len(roots) == 3 {
		c.Fatalf("the edit of %q to %q changes nothing", from, to)
	}
	before := c.state()
	if n := c.converges(edited, plan.Policy{}); n != 1 {
		c.Errorf("the edit of %q to %q took %d writes", from, to, n)
	}
	for id, object := range c.state() {
		if before[id] == nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if was, is := fmt.Sprint(before[id][name]), fmt.Sprint(object[name]); was != is && !roots[name] && !slices.Contains(alongside[name], c.kind.Name) {
				c.Errorf("the edit of %q to %q changed %s: %s → %s", from, to, name, was, is)
			}
		}
	}
	c.converges(c.example, plan.Policy{AllowDelete: true})
}

// refuses makes an edit of what can't change.
func (c *contract) refuses(from, to string) {
	c.Helper()
	edited := c.edit(from, to)
	line := 1 + strings.Count(edited[:strings.Index(edited, to)], "\n")
	p := c.plan(edited, plan.Policy{})
	if !slices.ContainsFunc(p.Problems, func(p schema.Problem) bool {
		return strings.Contains(p.Message, "can't change once") && p.Pos.Line >= line
	}) {
		c.Errorf("the edit of %q to %q is not refused at line %d: %v", from, to, line, p.Problems)
	}
}

func (c *contract) edit(from, to string) string {
	c.Helper()
	if strings.Count(c.example, from) != 1 {
		c.Fatalf("%q is there %d times", from, strings.Count(c.example, from))
	}
	return strings.Replace(c.example, from, to, 1)
}

// complete wants an edit of every field that can be changed.
func (c *contract) complete() {
	c.Helper()
	for _, f := range c.kind.Fields {
		if f.Has(schema.Update) && !f.Has(schema.Immutable) && !c.touched[f.Name] && !slices.Contains(untouched, c.kind.Section+"."+f.Name) {
			c.Errorf("no edit changes %s", f.Name)
		}
	}
}

var items = regexp.MustCompile(`(?m)^  - `)

func (c *contract) removes() {
	c.Helper()
	before := c.count()
	switch {
	case c.kind.ListField != "":
		c.converges(c.kind.Section+": []\n", plan.Policy{AllowDelete: true})
		if left := len(c.server.Objects("allowedIpAddressRange")); left > 0 {
			c.Errorf("%d left", left)
		}
		c.converges(c.kind.Section+": [192.0.2.0/24]\n", plan.Policy{AllowDelete: true})
		c.server.ResetRequests()
	case c.kind.Delete.Path != "":
		absent := items.ReplaceAllString(c.example, "  - state: absent\n    ")
		c.server.ResetRequests()
		if p := c.plan(absent, plan.Policy{}); p.Count(plan.DeletePrevented) != len(p.Changes) {
			c.Errorf("not kept without allow-delete: %v", p.Changes)
		}
		if n, want := c.converges(absent, plan.Policy{AllowDelete: true}), len(c.declare(absent).Resources); n != want || c.count() != before-want {
			c.Errorf("%d removals, want %d", n, want)
		}
	}
}

// state is every object of every kind, by id.
func (c *contract) state() map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, k := range append(resource.Kinds(), &resource.Kind{Name: "allowedIpAddressRange"}) {
		if k.ListField == "" {
			for _, o := range c.server.Objects(k.Name) {
				out[fmt.Sprint(o["id"], o["inviteId"])] = o
			}
		}
	}
	return out
}
