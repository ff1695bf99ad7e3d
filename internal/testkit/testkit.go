// Package testkit holds what the tests of several packages need. Only tests use it.
package testkit

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/schema"
	"astro-apply/internal/simulator"
)

// AssertEqual fails the test with the difference if want and got differ.
func AssertEqual(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// ProblemTexts returns the messages of problems, with their positions.
func ProblemTexts(problems []schema.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Error())
	}
	return out
}

// NewSource returns a source that reads from a simulated Organization with a new token
// of the given scope. Each layer wraps the transport before it. In a synctest bubble,
// the client's rate limit takes no real time.
func NewSource(t testing.TB, server *simulator.Server, scope simulator.Scope, layers ...func(http.RoundTripper) http.RoundTripper) current.Source {
	t.Helper()
	transport := server.Transport()
	for _, layer := range layers {
		transport = layer(transport)
	}
	client, err := astro.New(astro.Options{BaseURL: "https://astro.invalid", Token: server.NewToken(scope), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return current.Source{
		API: client, OrganizationID: server.OrganizationID(),
		TokenScope: current.TokenScope{WorkspaceIDs: scope.WorkspaceIDs, DeploymentIDs: scope.DeploymentIDs},
	}
}

// RoundTripFunc is a function as a transport.
type RoundTripFunc func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f RoundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// ParseManifests parses manifests that are named a.yaml, b.yaml and so on.
func ParseManifests(t testing.TB, files ...string) []*schema.Node {
	t.Helper()
	var sources []manifest.Source
	for i, text := range files {
		sources = append(sources, manifest.Source{Name: string(rune('a'+i)) + ".yaml", Data: []byte(text)})
	}
	parsed := manifest.Parse(sources, manifest.Environment{Lookup: func(name string) string { return "value-of-" + name }})
	for _, p := range parsed.Problems {
		t.Fatalf("manifest: %v", p)
	}
	return parsed.Documents
}

// LoadDesired loads manifests without errors.
func LoadDesired(t testing.TB, files ...string) *desired.State {
	t.Helper()
	d := desired.Load(kind.All(), ParseManifests(t, files...), "")
	for _, p := range d.Problems {
		if p.Warning {
			continue
		}
		t.Fatalf("manifest: %v\n%s", p, strings.Join(files, "\n---\n"))
	}
	return d
}

// DescribeResource returns the section, name, ids, references and flags of a loaded resource.
func DescribeResource(o *desired.Resource) string {
	text := o.Kind.Section + "/" + o.Name()
	if o.ID != "" {
		text += " id " + o.ID
	}
	for _, r := range o.Refs {
		text += " " + r.Field.Name + " " + showReference(r.Node)
		if r.Declared != nil {
			text += " declared"
		}
	}
	if o.Absent {
		text += " absent"
	}
	if o.Protect {
		text += " protected"
	}
	return text
}

// showReference returns the text of a reference without its display name.
func showReference(n *schema.Node) string {
	unnamed := *n
	unnamed.DisplayName = ""
	return unnamed.Show()
}

// WithoutCode returns a line of Markdown without its code spans.
func WithoutCode(line string) string {
	var out strings.Builder
	for line != "" {
		text := strings.TrimLeft(line, "`")
		fence := line[:len(line)-len(text)]
		closing := -1
		for i := 0; fence != "" && closing < 0 && i < len(text); i++ {
			run := len(text[i:]) - len(strings.TrimLeft(text[i:], "`"))
			if run == len(fence) {
				closing = i
			}
			i += run
		}
		switch {
		case closing >= 0:
			line = text[closing+len(fence):]
			continue
		case fence == "" && text[0] == '\\' && len(text) > 1:
			out.WriteString(text[:2])
			line = text[2:]
			continue
		case fence == "":
			out.WriteByte(text[0])
			text = text[1:]
		default:
			out.WriteString(fence)
		}
		line = text
	}
	return out.String()
}
