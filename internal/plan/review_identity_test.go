package plan_test

import (
	"strings"
	"testing"

	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
)

// A change is reviewed only with its kind, its action, where its value is saved,
// and its Organization.
func TestReviewMatchesResources(t *testing.T) {
	t.Parallel()
	const token = "apiTokens: [{ name: x, workspaceId: cworkspace000000000000001, roles: [{ role: WORKSPACE_MEMBER }], saveTo: '%' }]"
	live := map[string]string{"x": `{"id": "c1", "name": "x"}`}
	allowed := plan.Policy{AllowDelete: true}
	for name, test := range map[string]struct {
		reviewed, now string
		live          map[string]string
	}{
		"another kind":   {"workspaces: [{ name: x }]", "teams: [{ name: x }]", nil},
		"another action": {"workspaces: [{ name: x, description: b }]", "workspaces: [{ name: x, state: absent }]", live},
		"another sink":   {strings.Replace(token, "%", "a.txt", 1), strings.Replace(token, "%", "b.txt", 1), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			review, err := planByName(t, test.reviewed, test.live, allowed).Review()
			if err != nil {
				t.Fatal(err)
			}
			if lines, err := planByName(t, test.reviewed, test.live, allowed).UnreviewedChanges(review); err != nil || len(lines) != 0 {
				t.Errorf("%v, not reviewed: %q in %s", err, lines, review)
			}
			if lines, err := planByName(t, test.now, test.live, allowed).UnreviewedChanges(review); err != nil || len(lines) == 0 {
				t.Errorf("%v, passes as reviewed", err)
			}
		})
	}
	p := planByName(t, "workspaces: [{ name: x }]", nil, plan.Policy{})
	review, err := p.Review()
	if err != nil {
		t.Fatal(err)
	}
	p.OrganizationID = "cother"
	lines, err := p.UnreviewedChanges(review)
	if err != nil {
		t.Fatal(err)
	}
	assertEqual(t, "another Organization", []string{"the reviewed plan is for Organization corg, this one for cother"}, lines)
}

// Only a create of the same kind explains that a resource exists: a Workspace
// that is updated, or that a new Team is named after, has its id in the review.
func TestReviewMatchesExistingResourcesByID(t *testing.T) {
	t.Parallel()
	d := declareManifest(t, `workspaces: [{ name: data, description: b }]
teams: [{ name: data }]
deployments: [{ name: etl, workspaceId: cworkspace000000000000001, type: STANDARD, cloudProvider: AWS, region: us-east-1 }]
`)
	for _, description := range []string{"a", "b"} { // an update, and nothing to do
		w := &resource.Current{Live: map[*resource.Resource]*resource.Live{
			d.Resources[0]: newLive(t, d.Resources[0], `{"id": "cworkspace000000000000001", "name": "data", "description": "`+description+`"}`),
		}}
		p := plan.Make("corg", d, w, plan.Policy{})
		review, err := p.Review()
		if err != nil {
			t.Fatal(err)
		}
		if lines, err := p.UnreviewedChanges(review); err != nil || len(lines) != 0 {
			t.Errorf("%v, not reviewed: %q in %s", err, lines, review)
		}
	}
}
