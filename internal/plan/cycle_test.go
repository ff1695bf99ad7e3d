package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// refuseCycles removes every cycle from a plan, because applying a plan with a cycle would
// never end.
func TestRefuseCycles(t *testing.T) {
	t.Parallel()
	kind := &kind.Kind{Name: "workspace", Title: "Workspace", Identity: []string{"name"}, Fields: []schema.Field{{Name: "name", Type: schema.TextType(0)}}}
	change := func(name string, line int) *Change {
		body := &schema.Node{Form: schema.Map}
		body.Set("name", schema.String(name))
		return &Change{Action: Update, Resource: &desired.Resource{Kind: kind, Body: body, Pos: schema.Pos{Line: line}}}
	}
	a, b, c, free := change("a", 1), change("b", 2), change("c", 3), change("free", 4)
	a.DependsOn, b.DependsOn, c.DependsOn = []*Change{b}, []*Change{free, c}, []*Change{b}
	p := &Plan{Changes: []*Change{a, b, c, free}}
	p.refuseCycles()
	if cycle := p.findCycle(); cycle != nil {
		t.Errorf("the plan still contains a cycle: %v", cycle)
	}
	if len(p.Problems) != 1 || p.Problems[0].Pos.Line != 2 || !strings.Contains(p.Problems[0].Message, `: Workspace "b" → Workspace "c" → Workspace "b"; `) {
		t.Errorf("problems %v", p.Problems)
	}
	if diff := cmp.Diff([]int{1, 2, 0, 0}, []int{len(a.DependsOn), len(b.DependsOn), len(c.DependsOn), len(free.DependsOn)}); diff != "" {
		t.Errorf("number of dependencies (-want +got):\n%s", diff)
	}
}
