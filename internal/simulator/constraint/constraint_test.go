package constraint_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"astro-apply/internal/simulator/conformance"
)

var updateConstraints = flag.Bool("update", false, "rewrite constraints.json from the API's document")

const constraintsFile = "constraints.json"

func TestConstraintsFollowTheDocument(t *testing.T) {
	t.Parallel()
	if conformance.DocumentPath() == "" {
		t.Log("no API document: the constraints are those that were generated from it last")
		return
	}
	document, err := os.ReadFile(conformance.DocumentPath())
	if err != nil {
		t.Fatal(err)
	}
	want, err := conformance.Constraints(document)
	if err != nil {
		t.Fatal(err)
	}
	if *updateConstraints {
		if err := os.WriteFile(constraintsFile, want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(constraintsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale: run go generate", constraintsFile)
	}
}
