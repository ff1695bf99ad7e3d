package app_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// pinnedImage matches an image with a full version, for readers, and a digest, so that
// every build uses the same image.
var pinnedImage = regexp.MustCompile(`^[a-z0-9./-]+:\d+\.\d+\.\d+(-[a-z0-9.-]+)?@sha256:[0-9a-f]{64}$`)

// TestImage checks that the Dockerfile and action.yml agree, and that the image works on
// every runner. Kubernetes runners take the entrypoint from action.yml, others may take
// it from the image. A user other than root couldn't write the runner's files. The
// runner sets the working directory.
func TestImage(t *testing.T) {
	t.Parallel()
	entrypoint := actionEntrypoint(t)
	var stages []string
	finalStage := map[string][]string{} // arguments by instruction
	for _, line := range dockerInstructions(t) {
		word, rest, _ := strings.Cut(line, " ")
		word, rest = strings.ToUpper(word), strings.TrimSpace(rest)
		if word == "FROM" {
			clear(finalStage)
			if strings.Contains(rest, "--platform=$BUILDPLATFORM ") || strings.Contains(rest, "{BUILDPLATFORM}") {
				t.Errorf("FROM %s: fails without BuildKit, where BUILDPLATFORM is empty", rest)
			}
			fields := slices.DeleteFunc(strings.Fields(rest), func(s string) bool { return strings.HasPrefix(s, "--") })
			if image := fields[0]; !slices.Contains(stages, image) && !pinnedImage.MatchString(image) {
				t.Errorf("FROM %s: not an exact version", image)
			}
			stages = append(stages, fields[len(fields)-1])
			continue
		}
		finalStage[word] = append(finalStage[word], rest)
	}
	if len(stages) < 2 {
		t.Errorf("%d stages: the compiler would be part of the image", len(stages))
	}
	for _, word := range []string{"USER", "WORKDIR", "CMD"} {
		if finalStage[word] != nil {
			t.Errorf("the image sets %s %s", word, finalStage[word])
		}
	}
	var command []string
	if got := finalStage["ENTRYPOINT"]; len(got) != 1 {
		t.Fatalf("ENTRYPOINT %q, want one", got)
	} else if err := json.Unmarshal([]byte(got[0]), &command); err != nil {
		t.Fatalf("ENTRYPOINT %s: not in exec form, so a shell would get the signals: %v", got[0], err)
	}
	if !slices.Equal(command, []string{entrypoint}) {
		t.Errorf("ENTRYPOINT %q, action.yml has %q", command, entrypoint)
	}
	if !path.IsAbs(entrypoint) {
		t.Errorf("entrypoint %q depends on the working directory", entrypoint)
	}
	if !slices.ContainsFunc(finalStage["COPY"], func(s string) bool { return strings.HasSuffix(s, " "+entrypoint) }) {
		t.Errorf("nothing is copied to %s: %q", entrypoint, finalStage["COPY"])
	}
}

// dockerInstructions returns the instructions of the Dockerfile without comments. It
// joins continued lines.
func dockerInstructions(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(string(b), "\\\n", " ")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestGoVersion checks that the workflows run with the Go that builds the image. Only the
// Dockerfile has its version, because Dependabot doesn't update the toolchain in go.mod.
func TestGoVersion(t *testing.T) {
	t.Parallel()
	if module := readRepositoryFile(t, "go.mod"); strings.Contains(module, "\ntoolchain ") {
		t.Error("go.mod has a toolchain, which nothing updates")
	}
	var action struct {
		Runs struct{ Steps []struct{ Run string } }
	}
	if err := yaml.Unmarshal([]byte(readRepositoryFile(t, ".github/setup-go/action.yml")), &action); err != nil {
		t.Fatal(err)
	}
	output := t.TempDir() + "/output"
	c := exec.CommandContext(t.Context(), "bash", "-c", action.Runs.Steps[0].Run)
	c.Dir, c.Env = "../..", append(c.Environ(), "GITHUB_OUTPUT="+output)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	version, _ := strings.CutPrefix(strings.TrimSpace(string(b)), "version=")
	isVersion := regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(version)
	if !isVersion || !strings.Contains(readRepositoryFile(t, "Dockerfile"), " golang:"+version+"-") {
		t.Errorf("setup-go reads the version %q", version)
	}
}

func actionEntrypoint(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action struct {
		Runs struct{ Using, Image, Entrypoint string }
	}
	if err := yaml.Unmarshal(b, &action); err != nil {
		t.Fatal(err)
	}
	if action.Runs.Using != "docker" || action.Runs.Image != "Dockerfile" {
		t.Errorf("action.yml runs %+v", action.Runs)
	}
	return action.Runs.Entrypoint
}
