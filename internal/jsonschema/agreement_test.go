package jsonschema_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"astro-apply/internal/resource"
)

// TestSchemaAgreesWithProgram is the law of this package: what the schema refuses, the program
// refuses, and the other way round, exceptions aside.
func TestSchemaAgreesWithProgram(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	seen := map[string]int{}
	catalog := resource.Kinds()
	rapid.Check(t, func(t *rapid.T) {
		for range 5 { // for one is checked in no time
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
				t.Fatalf("%sthe schema refuses it, and the program doesn't:\n%v", text, refused)
			case hasOnlyExceptions(problems):
				seen["excused"]++
			default:
				t.Fatalf("%sthe program refuses it, and the schema doesn't:\n%s", text, strings.Join(problems, "\n"))
			}
		}
	})
	t.Log(seen)
	for _, verdict := range []string{"both refuse", "both accept"} {
		if seen[verdict] == 0 {
			t.Errorf("no manifest that %s", verdict)
		}
	}
}

// TestPastDisagreements: where the two have disagreed before.
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

// TestEmptyDocument: a --- at the end of a file begins one, which is no mistake.
func TestEmptyDocument(t *testing.T) {
	t.Parallel()
	const text = "workspaces: [{ name: data }]\n---\n# nothing more\n---\n"
	if problems, err := problemsByProgram(text, "", nil), errorBySchema(t, compileSchema(t), text); problems != nil || err != nil {
		t.Errorf("refused: %v, %v", problems, err)
	}
}

// An Astro CLI deployment file is a document of its own. What is in it, only the
// program judges.
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
