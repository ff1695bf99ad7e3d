package jsonschema_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"astro-apply/internal/kind"
)

// TestSchemaAgreesWithProgram checks that the schema and the program accept and refuse
// the same manifests, apart from the exceptions.
func TestSchemaAgreesWithProgram(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	seen := map[string]int{}
	catalog := kind.All()
	rapid.Check(t, func(t *rapid.T) {
		for range 5 { // several per run, because the check of one is much faster than the overhead of a run
			g := newGenerator(t, catalog)
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			if err := e.Encode(g.generateManifest()); err != nil {
				t.Fatal(err)
			}
			text := b.String()
			problems, refused := problemsByProgram(text, "somewhere", nil), errorBySchema(t, s, text)
			switch {
			case len(problems) > 0 && refused != nil:
				seen["both refuse"]++
			case len(problems) == 0 && refused == nil:
				seen["both accept"]++
			case refused != nil:
				t.Fatalf("%sthe schema refuses it, but the program doesn't:\n%v", text, refused)
			case hasOnlyExceptions(problems):
				seen["exception"]++
			default:
				t.Fatalf("%sthe program refuses it, but the schema doesn't:\n%s", text, strings.Join(problems, "\n"))
			}
		}
	})
	t.Log(seen)
	for _, verdict := range []string{"both refuse", "both accept"} {
		if seen[verdict] == 0 {
			t.Errorf("%s: no manifest was generated", verdict)
		}
	}
}

// TestPastDisagreements checks manifests about which the schema and the program once
// disagreed.
func TestPastDisagreements(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	for _, text := range []string{
		"invites: [{ id: '${env:ID}', inviteeEmail: a@b.c }]",
		"workspaces: [{ name: a, cicdEnforcedDefault: '${env:TRUTH}' }]",
		"teams: [{ name: a, members: '${env:MEMBERS}' }]",
		"deployments: [{ name: a, resourceQuotaMemory: '+20' }]",
	} {
		if problemsByProgram(text, "somewhere", nil) == nil {
			t.Errorf("the program accepts %s", text)
		}
		if errorBySchema(t, s, text) == nil {
			t.Errorf("the schema accepts %s", text)
		}
	}
}

// TestEmptyDocument checks that both accept a --- at the end of a file, which starts an
// empty document.
func TestEmptyDocument(t *testing.T) {
	t.Parallel()
	const text = "workspaces: [{ name: data }]\n---\n# nothing more\n---\n"
	if problems, err := problemsByProgram(text, "", nil), errorBySchema(t, compileSchema(t), text); problems != nil || err != nil {
		t.Errorf("refused: %v, %v", problems, err)
	}
}

// TestDeploymentFile checks that a document contains either an Astro CLI deployment file
// or resources. Only the program checks the content of a deployment file.
func TestDeploymentFile(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	const file = "deployment: { configuration: { name: etl, workspace_name: data } }\n"
	if problems, err := problemsByProgram(file, "", nil), errorBySchema(t, s, file); problems != nil || err != nil {
		t.Errorf("refused: %v, %v", problems, err)
	}
	for _, text := range []string{file + "workspaces: [{ name: data }]", "deployment: etl"} {
		if problemsByProgram(text, "", nil) == nil || errorBySchema(t, s, text) == nil {
			t.Errorf("accepted: %s", text)
		}
	}
}
