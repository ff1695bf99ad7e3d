package plan_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"astro-apply/internal/apply"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

var updateCases = flag.Bool("update", false, "rewrite the expected sections of testdata/cases")

// planCase is a file in testdata/cases. Its comment states the rule that the case
// shows. Its input sections are:
//
//	manifest                   the manifest
//	manifest-without-changes   optional: a manifest whose plan has nothing to do and nothing to report
//	current/SECTION/NAME.json  a resource that exists: the answer of the API
//	stored/SECTION/NAME.json   in place of current: what Astro returns after the manifest was written
//	policy                     optional: inputs of the run, a line each, such as "allow-delete: true"
//
// TestCases compares the expected sections, and -update rewrites them:
//
//	diff              what a reviewer sees
//	request           what apply sends; if the manifest has one resource, or the file has this section
//	problems          errors of the manifest, which stop the run before it writes
//	storage-warnings  after the write, if there is a section stored
type planCase struct {
	file    string
	archive *txtar.Archive
	policy  plan.Policy
	plan    *plan.Plan // nil for a case of stored resources
}

func TestCases(t *testing.T) {
	t.Parallel()
	for _, file := range caseFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			c := readCase(t, file)
			before, after := txtar.Format(c.archive), txtar.Format(c.withResults(t))
			if *updateCases {
				if err := os.WriteFile(file, after, 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(before), string(after)); diff != "" {
				t.Errorf("%s (-want +got; rewrite it with -update):\n%s", file, diff)
			}
		})
	}
}

func caseFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d cases: %v", len(files), err)
	}
	return files
}

// readCase reads a case and makes its plan.
func readCase(t testing.TB, file string) *planCase {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if rule := string(archive.Comment); !strings.HasPrefix(rule, "# ") || !strings.HasSuffix(strings.TrimSpace(rule), ".") {
		t.Errorf("%s: the first line must be the rule, as a comment: %q", file, rule)
	}
	c := &planCase{file: file, archive: archive}
	c.policy = parsePolicy(t, string(c.section("policy")))
	if !c.has("stored/") {
		c.plan = c.makePlan(t, c.section("manifest"))
		if other := c.section("manifest-without-changes"); other != nil {
			c.checkWithoutChanges(t, c.makePlan(t, other))
		}
	}
	return c
}

// section returns the content of a section, nil if the case doesn't have it.
func (c *planCase) section(name string) []byte {
	for _, f := range c.archive.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

func (c *planCase) has(prefix string) bool {
	return slices.ContainsFunc(c.archive.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, prefix) })
}

// parsePolicy reads the inputs of a run. "only" is a section and a name.
func parsePolicy(t testing.TB, text string) plan.Policy {
	t.Helper()
	var policy plan.Policy
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		var err error
		switch name {
		case "allow-delete":
			policy.AllowDelete, err = strconv.ParseBool(value)
		case "write-secrets":
			policy.WriteSecrets, err = strconv.ParseBool(value)
		case "now":
			policy.Now, err = time.Parse(time.RFC3339, value)
		case "only":
			policy.IsTarget = func(o *desired.Resource) bool { return caseName(o) == value }
		default:
			t.Fatalf("policy: unknown input %q", name)
		}
		if err != nil {
			t.Fatalf("policy: %s: %v", name, err)
		}
	}
	return policy
}

// caseName is the name of a resource in the names of sections: its section and its name.
func caseName(o *desired.Resource) string { return o.Kind.Section + "/" + o.Name() }

// makePlan makes the plan of a manifest against the case's current resources, each of
// which was read by its id, as it is before an update.
func (c *planCase) makePlan(t testing.TB, manifest []byte) *plan.Plan {
	t.Helper()
	d := declareManifest(t, string(manifest))
	return plan.Make("corg", c.currentOf(t, d, "current/"), c.policy)
}

// currentOf returns the resources in the sections that start with prefix. Every one
// must be in the manifest, which gives a resource without an id in the manifest its name.
func (c *planCase) currentOf(t testing.TB, d *desired.State, prefix string) *current.State {
	t.Helper()
	current := &current.State{Desired: d, Live: map[*desired.Resource]*current.Live{}}
	for _, f := range c.archive.Files {
		name, ok := strings.CutPrefix(f.Name, prefix)
		if !ok {
			continue
		}
		name = strings.TrimSuffix(name, ".json")
		id := decodeJSON(t, string(f.Data))["id"]
		i := slices.IndexFunc(d.Resources, func(o *desired.Resource) bool {
			return o.Kind.Section == path.Dir(name) && (caseName(o) == name && o.ID == "" || o.ID != "" && o.ID == id)
		})
		if i < 0 {
			t.Fatalf("%s: %s is not in the manifest", c.file, f.Name)
		}
		live := newLive(t, d.Resources[i], string(f.Data))
		live.Complete = true
		current.Live[d.Resources[i]] = live
	}
	for _, o := range d.Resources {
		for _, r := range o.Refs {
			if target := current.Live[r.Declared]; target != nil && !r.ByName {
				r.Resolve(target.ID)
			}
		}
	}
	return current
}

func (c *planCase) checkWithoutChanges(t testing.TB, p *plan.Plan) {
	t.Helper()
	if len(p.Problems) > 0 {
		t.Errorf("manifest-without-changes: %q", messagesOf(p.Problems))
	}
	for _, change := range p.Changes {
		if change.Action != plan.Unchanged || len(change.Fields)+len(change.Notes) > 0 {
			t.Errorf("manifest-without-changes:\n%s", renderDiff(p))
		}
	}
}

// withResults returns the case with the expected sections as they are now.
func (c *planCase) withResults(t testing.TB) *txtar.Archive {
	t.Helper()
	out := &txtar.Archive{Comment: c.archive.Comment}
	for _, f := range c.archive.Files {
		if f.Name != "diff" && f.Name != "request" && f.Name != "problems" && f.Name != "storage-warnings" {
			out.Files = append(out.Files, f)
		}
	}
	add := func(name, text string) { out.Files = append(out.Files, txtar.File{Name: name, Data: []byte(text)}) }
	if c.plan == nil {
		add("storage-warnings", c.storageWarnings(t))
		return out
	}
	add("diff", renderDiff(c.plan))
	if requests := c.renderRequests(t); requests != "" && (len(c.plan.Changes) == 1 || c.has("request")) {
		add("request", requests)
	}
	if len(c.plan.Problems) > 0 {
		add("problems", renderProblems(c.plan.Problems))
	}
	return out
}

func (c *planCase) storageWarnings(t testing.TB) string {
	t.Helper()
	d := declareManifest(t, string(c.section("manifest")))
	stored := c.currentOf(t, d, "stored/")
	var warnings []schema.Problem
	for _, o := range d.Resources {
		warnings = append(warnings, apply.StorageWarnings(o, stored.Live[o], c.policy)...)
	}
	return renderProblems(warnings)
}

// renderRequests describes what apply sends for the plan: nothing if the manifest has
// an error. Requests have no body in a plan, so apply compares each resource once more.
func (c *planCase) renderRequests(t testing.TB) string {
	t.Helper()
	if slices.ContainsFunc(c.plan.Problems, func(p schema.Problem) bool { return !p.Warning }) {
		return ""
	}
	var b strings.Builder
	for _, change := range c.plan.Changes {
		o := change.Resource
		switch {
		case change.Action == plan.Delete:
			writeRequest(&b, change, apply.Request{Endpoint: o.Kind.Delete})
		case change.IsActive():
			for _, r := range apply.BuildRequests(o.Kind, plan.Compare(o, change.Live, c.policy), change.Live) {
				if r.Expand != nil && r.Body != nil {
					body := o.Body
					if change.Live != nil {
						body = change.Live.Body()
					}
					r.Body = r.Expand(r.Body, body, "corg")
				}
				writeRequest(&b, change, r)
			}
		}
	}
	return b.String()
}

func writeRequest(b *strings.Builder, change *plan.Change, r apply.Request) {
	url := strings.ReplaceAll(r.Endpoint.Path, "{organizationId}", "corg")
	if change.Live != nil {
		url = strings.ReplaceAll(url, "{id}", change.Live.ID)
	}
	for name, value := range r.Params {
		url = strings.ReplaceAll(url, "{"+name+"}", value)
	}
	fmt.Fprintln(b, r.Endpoint.Method, url)
	if r.Body != nil {
		fmt.Fprintln(b, formatJSON(r.Body, "", true))
	}
}

// maxJSONLine is the length up to which JSON is on one line.
const maxJSONLine = 110

// formatJSON is JSON for people: on one line if that is short, else with short members
// and items side by side. onePerLine breaks the first level into a line for each.
func formatJSON(n *schema.Node, indent string, onePerLine bool) string {
	if line := shortJSON(n); !onePerLine && len(indent)+len(line) <= maxJSONLine || len(n.Members)+len(n.Items) == 0 {
		return line
	}
	start, end := "{", "}"
	var parts []string
	for _, m := range n.Members {
		parts = append(parts, strconv.Quote(m.Name)+": "+formatJSON(m.Value, indent+"  ", false))
	}
	for _, item := range n.Items {
		start, end = "[", "]"
		parts = append(parts, formatJSON(item, indent+"  ", false))
	}
	var lines []string
	for i, part := range parts {
		last := len(lines) - 1
		if i > 0 && !onePerLine && n.Form == schema.Map && !strings.Contains(lines[last]+part, "\n") && len(indent)+len(lines[last])+len(part) < maxJSONLine {
			lines[last] += ", " + part
			continue
		}
		lines = append(lines, part)
	}
	return start + "\n" + indent + "  " + strings.Join(lines, ",\n"+indent+"  ") + "\n" + indent + end
}

// shortJSON is JSON on one line. An unknown value is its description in angle brackets.
func shortJSON(n *schema.Node) string {
	var b bytes.Buffer
	switch n.Form {
	case schema.Unknown:
		return "<" + n.Text + ">"
	case schema.Map:
		for i, m := range n.Members {
			b.WriteString(map[bool]string{true: ", "}[i > 0] + strconv.Quote(m.Name) + ": " + shortJSON(m.Value))
		}
		return "{" + b.String() + "}"
	case schema.List:
		for i, item := range n.Items {
			b.WriteString(map[bool]string{true: ", "}[i > 0] + shortJSON(item))
		}
		return "[" + b.String() + "]"
	}
	text, err := n.MarshalJSON()
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// renderDiff describes a plan as a reviewer sees it: each change in the order of the
// plan, with the changes that it depends on, its fields and its notes.
func renderDiff(p *plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		b.WriteString(string(c.Action) + " " + c.Resource.String())
		if names := sortedNames(c.DependsOn); len(names) > 0 {
			b.WriteString(" after " + strings.Join(names, ", "))
		}
		if names := sortedNames(c.Deferred); len(names) > 0 {
			b.WriteString("; a second write after " + strings.Join(names, ", "))
		}
		b.WriteByte('\n')
		for _, f := range c.Fields {
			b.WriteString("  " + fieldLine(f) + "\n")
		}
		for _, f := range c.Kept {
			fmt.Fprintf(&b, "  = %s: %s is kept\n", f.Label, f.Old.Render())
		}
		for _, name := range c.NotComparable {
			fmt.Fprintf(&b, "  ? %s is not compared\n", name)
		}
		for _, text := range desired.SensitiveTexts(nil, c.NewlySensitive) {
			fmt.Fprintf(&b, "  redacted everywhere: %s\n", text)
		}
		for _, n := range c.Notes {
			b.WriteString("  " + map[bool]string{true: "warning", false: "note"}[n.Warning] + ": " + n.Message + "\n")
		}
		if c.Err != nil {
			fmt.Fprintf(&b, "  error: %v\n", c.Err)
		}
	}
	return b.String()
}

func fieldLine(f plan.Field) string {
	switch {
	case f.Rewrite:
		return fmt.Sprintf("~ %s: %s (written again)", f.Label, f.New.Render())
	case f.New == nil:
		return fmt.Sprintf("- %s: %s", f.Label, f.Old.Render())
	case f.Old == nil:
		return fmt.Sprintf("+ %s: %s", f.Label, f.New.Render())
	}
	return fmt.Sprintf("~ %s: %s → %s", f.Label, f.Old.Render(), f.New.Render())
}

func sortedNames(changes []*plan.Change) []string {
	var names []string
	for _, c := range changes {
		names = append(names, c.Resource.String())
	}
	slices.Sort(names)
	return names
}

func renderProblems(problems []schema.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "%d:%d: %s\n", p.Pos.Line, p.Pos.Col, p.Message)
	}
	return b.String()
}
