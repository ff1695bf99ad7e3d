package apply_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/simulator"
)

var (
	pathParameter = regexp.MustCompile(`{\w+}`)
	resourceID    = regexp.MustCompile(`\bc[a-z0-9]{24}\b`)
)

// pathPattern returns the part of a call's path below the Organization, as a pattern.
func pathPattern(c resource.Endpoint) string {
	return pathParameter.ReplaceAllString(strings.TrimPrefix(c.Path, "/organizations/{organizationId}"), "*")
}

// A GET by id that returns another resource is an error for every kind: nothing
// is written, and the error names both ids and the request.
func TestGetReturnsAnotherResource(t *testing.T) {
	t.Parallel()
	for _, k := range resource.Kinds() {
		if k.Get.Path == "" {
			continue
		}
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newContract(t, k)
				c.checkCreate()
				if k.Create.Path != "" { // for the API to return
					apply.Run(t.Context(), c.source, c.planDeclared(c.declareRenamed("second")), apply.Options{SaveSecret: func(*resource.Resource, string) error { return nil }})
				}
				manifest := c.example
				if some := exampleEdits[k.Section]; len(some) > 0 {
					manifest = c.editExample(some[0][0], some[0][1])
				}
				p := c.planDeclared(c.declareManifest(manifest))
				c.server.AddFault(simulator.Fault{Method: http.MethodGet, Path: pathPattern(k.Get), WrongResource: true, Applied: true})
				c.server.ResetRequests()
				before := c.snapshotState()
				for _, o := range apply.Run(t.Context(), c.source, p, apply.Options{}) {
					if o.Change.Action == plan.Update && (o.Status != apply.Failed || !namesTwoIDs(o.Err, o.Change.Live.ID)) {
						t.Errorf("%s: %v", o.Status, o.Err)
					}
				}
				for _, change := range p.Changes {
					if live, err := c.source.GetResource(t.Context(), change.Resource, change.Live.ID); !namesTwoIDs(err, change.Live.ID) || !strings.Contains(err.Error(), "GET "+k.Get.Path) {
						t.Errorf("read by id: %v, %v", live, err)
					}
				}
				if diff := cmp.Diff(before, c.snapshotState()); diff != "" || len(c.listWrites()) > 0 {
					t.Errorf("writes: %v\n%s", c.listWrites(), diff)
				}
			})
		})
	}
}

// namesTwoIDs reports whether an error names the id that was asked for and the
// one that Astro returned.
func namesTwoIDs(err error, asked string) bool {
	text := fmt.Sprint(err)
	return strings.Contains(text, asked) && regexp.MustCompile(`, id c[a-z0-9]{24}, not `).MatchString(text)
}

// A create that is answered with another resource is never sent again and never
// changes that resource, for every kind: the new one is looked up by its identity.
func TestCreateReturnsAnotherResource(t *testing.T) {
	t.Parallel()
	for _, k := range resource.Kinds() {
		for i := range 8 {
			listed, fault := i&4 == 0, simulator.Fault{Applied: i&1 == 0, WithSecret: i&2 == 0}
			if k.Create.Path == "" || fault.WithSecret && k.GeneratedSecret == "" {
				continue
			}
			t.Run(fmt.Sprintf("%s, created %t, with a secret value %t, listed before %t", k.Name, fault.Applied, fault.WithSecret, listed), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c := newContract(t, k)
					p := c.planDeclared(c.declareRenamed("second"))
					c.checkCreate()
					if listed {
						p = c.planDeclared(c.declareRenamed("second"))
					}
					fault.Method, fault.Path, fault.WrongResource = http.MethodPost, pathPattern(k.Create), true
					c.server.AddFault(fault)
					c.server.ResetRequests()
					before := c.snapshotState()
					var delivered, masked []string
					outcomes := apply.Run(t.Context(), c.source, p, apply.Options{
						SaveSecret: func(_ *resource.Resource, value string) error { delivered = append(delivered, value); return nil },
						Mask:       func(value string) { masked = append(masked, value) },
					})
					for _, o := range outcomes {
						c.checkCreateOutcome(o, fault.Applied, before)
					}
					after := c.snapshotState()
					for id, object := range before {
						if diff := cmp.Diff(object, after[id]); diff != "" {
							t.Errorf("another resource changed: %s", diff)
						}
					}
					if creates := c.countRequests(http.MethodPost, pathPattern(k.Create)); creates != len(outcomes) {
						t.Errorf("%d creates of %d resources: %v", creates, len(outcomes), c.listWrites())
					}
					if len(delivered) > 0 || fault.WithSecret && len(masked) == 0 {
						t.Errorf("delivered %v, masked %v", delivered, masked)
					}
				})
			})
		}
	}
}

// checkCreateOutcome checks the outcome of a create that was answered with another resource.
func (c *contract) checkCreateOutcome(o apply.Outcome, created bool, before map[string]map[string]any) {
	c.Helper()
	switch {
	case created && c.kind.GeneratedSecret == "" && c.kind.Get.Path != "":
		if o.Status != apply.Created || o.Live == nil || before[o.Live.ID+"<nil>"] != nil || c.snapshotState()[o.Live.ID+"<nil>"] == nil {
			c.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
		}
	case created && c.kind.GeneratedSecret == "":
		if o.Status != apply.Created {
			c.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
		}
	case o.Status != apply.Failed:
		c.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
	case !created && (o.Live != nil || !strings.Contains(o.Err.Error(), o.Change.Resource.String()) || !resourceID.MatchString(o.Err.Error())):
		c.Errorf("the error does not name both resources, or one is taken for the new one: %v", o.Err)
	}
}

func newContract(t *testing.T, k *resource.Kind) *contract {
	t.Helper()
	c := &contract{harness: newHarness(t, simulator.Options{}), kind: k, example: readExample(t, k.Section), editedFields: map[string]bool{}}
	c.seedReferences()
	return c
}

func (c *contract) planDeclared(d *resource.Desired) *plan.Plan {
	c.Helper()
	p := plan.Make(c.source.OrganizationID, d, c.source.ReadCurrent(context.Background(), d), plan.Policy{})
	if len(p.Problems) > 0 {
		c.Fatal(p.Problems)
	}
	return p
}

// declareRenamed declares the example's resources under other names.
func (c *contract) declareRenamed(prefix string) *resource.Desired {
	c.Helper()
	documents := parseManifest(c.example).Documents
	for _, document := range documents {
		for _, item := range document.Get(c.kind.Section).Items {
			item.Get(c.kind.Identity[len(c.kind.Identity)-1]).Text = prefix + item.Get(c.kind.Identity[len(c.kind.Identity)-1]).Text
		}
	}
	d := resource.LoadDesired(resource.Kinds(), documents, "")
	if len(d.Problems) > 0 {
		c.Fatal(d.Problems)
	}
	return d
}

// countRequests counts requests by method and a pattern of the path.
func (c *contract) countRequests(method, pattern string) (n int) {
	match := regexp.MustCompile(`^/v1/organizations/[^/]+` + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `[^/]+`) + `$`)
	for _, r := range c.server.Requests() {
		if r.Method == method && match.MatchString(r.Path) {
			n++
		}
	}
	return n
}
