package current_test

import (
	"testing"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
	"astro-apply/internal/simulator"
	"astro-apply/internal/testkit"
)

// catalogWithLink is the catalog with an additional kind whose resources each refer to a
// Deployment.
func catalogWithLink() kind.Catalog {
	const item = "/organizations/{organizationId}/links/{id}"
	return append(kind.All(), &kind.Kind{
		Name: "link", Title: "link", Section: "links", Identity: []string{"name"}, Endpoints: kind.Endpoints{Get: kind.Endpoint{Method: "GET", Path: item}},
		Fields: []schema.Field{
			{Name: "name", Type: schema.TextType(0)},
			{Name: "deploymentId", Type: schema.TextType(0), Ref: &schema.Ref{Kind: "deployment", NameField: "deployment", Scoped: true}},
		},
	})
}

// A reference by name is reported offline if its Workspace isn't specified anywhere.
func TestUnknownWorkspace(t *testing.T) {
	t.Parallel()
	d := desired.Load(catalogWithLink(), testkit.ParseManifests(t, "links: [{ id: clink00000000000000000001, name: l, deployment: d }]"), "")
	testkit.AssertEqual(t, "problems", []string{`a.yaml:1:63: link "l": Deployment "d": the Workspace is missing; write {workspace: …, name: …}, or add workspace: at the top of the file`}, testkit.ProblemTexts(d.Problems))
	d = desired.Load(catalogWithLink(), testkit.ParseManifests(t, "links: [{ id: clink00000000000000000001, name: l, deployment: d }]"), "data")
	testkit.AssertEqual(t, "problems", []string(nil), testkit.ProblemTexts(d.Problems))
}

// A Deployment is referred to by name within a Workspace, which the reference gives by
// name or id.
func TestScopedReferences(t *testing.T) {
	t.Parallel()
	const (
		w1 = "cworkspace000000000000001"
		w2 = "cworkspace000000000000002"
		d1 = "cdeployment00000000000001"
		d2 = "cdeployment00000000000002"
	)
	tests := map[string]struct {
		prefix, link string
		want         string // the resolved reference, or the error
		fail         bool   // the list of Workspaces fails
	}{
		"by the Workspace's name":          {"", "deployment: { workspace: one, name: d }", `deploymentId "` + d1 + `"`, false},
		"in another Workspace":             {"", "deployment: { workspace: two, name: d }", `deploymentId "` + d2 + `"`, false},
		"by the Workspace's id":            {"", "deployment: { workspace: " + w2 + ", name: d }", `deploymentId "` + d2 + `"`, true},
		"by id":                            {"", "deployment: " + d1, `deploymentId "` + d1 + `"`, true},
		"declared":                         {"deployments: [{ name: d, workspace: one }]", "deployment: { workspace: one, name: d }", `deploymentId "` + d1 + `" declared`, false},
		"declared with the Workspace's id": {"deployments: [{ name: d, workspaceId: " + w2 + " }]", "deployment: { workspace: " + w2 + ", name: d }", `deploymentId "` + d2 + `" declared`, true},
		"declared in another Workspace":    {"deployments: [{ name: d, workspace: one }]", "deployment: { workspace: two, name: d }", `deploymentId "` + d2 + `"`, false},
		"declared and new":                 {"deployments: [{ name: new, workspace: one }]", "deployment: { workspace: one, name: new }", `deploymentId Deployment "new" in "one" declared`, false},
		"doesn't exist":                    {"", "deployment: { workspace: one, name: x }", `link "l": Deployment "x" doesn't exist in the manifest or in Astro`, false},
		"Workspace doesn't exist":          {"", "deployment: { workspace: x, name: d }", `link "l": Deployment "d": Workspace "x" doesn't exist in the manifest or in Astro`, false},
		"Workspaces can't be read":         {"", "deployment: { workspace: one, name: d }", `Deployment "d": Workspace "one": lookup by name: GET /organizations/{organizationId}/workspaces: 403 Forbidden: no (requestId r)`, true},
		"Workspace is renamed":             {"workspaces: [{ id: " + w1 + ", name: first }]", "deployment: { workspace: one, name: d }", `link "l": Deployment "d": the manifest renames Workspace "one" to Workspace "first" at a.yaml:1:53; use the new name`, false},
		"declared Workspace failed":        {"workspaces: [{ name: one }]", "deployment: { workspace: one, name: d }", `Deployment "d": needs Workspace "one", which failed`, true},
		"two Workspaces with the name":     {"", "deployment: { workspace: twin, name: d }", `link "l": Deployment "d": 2 Workspaces are named "twin", ids ctwin00000000000000000001, ctwin00000000000000000002; give the id instead of the name`, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			runWithFixture(t, simulator.Scope{}, func(s *fixture) {
				s.server.Seed("workspace", map[string]any{"name": "one", "id": w1})
				s.server.Seed("workspace", map[string]any{"name": "two", "id": w2})
				s.server.Seed("workspace", map[string]any{"name": "twin", "id": "ctwin00000000000000000001"})
				s.server.Seed("workspace", map[string]any{"name": "twin", "id": "ctwin00000000000000000002"})
				s.server.Seed("deployment", map[string]any{"name": "d", "id": d1, "workspaceId": w1})
				s.server.Seed("deployment", map[string]any{"name": "d", "id": d2, "workspaceId": w2})
				s.server.AddFault(simulator.Fault{Path: "links/clink00000000000000000001", Status: 200, RawBody: `{"id": "clink00000000000000000001", "name": "l"}`})
				if test.fail {
					s.server.AddFault(simulator.Fault{Path: "workspaces", Status: 403, Message: "no", RequestID: "r"})
				}
				d := desired.Load(catalogWithLink(), testkit.ParseManifests(s, test.prefix+"\nlinks: [{ id: clink00000000000000000001, name: l, "+test.link+" }]"), "")
				testkit.AssertEqual(s, "offline problems", []string(nil), testkit.ProblemTexts(d.Problems))
				current := s.source.Read(s.Context(), d)
				link := current.Desired.Resources[len(d.Resources)-1]
				got := testkit.DescribeResource(link)[len("links/l id clink00000000000000000001 "):]
				switch {
				case len(current.Problems) > 0:
					got = current.Problems[0].Message
				case current.Errs[link] != nil:
					got = current.Errs[link].Error()
				}
				testkit.AssertEqual(s, "reference", test.want, got)
			})
		})
	}
}
