package github

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// summaryLimit is below 1 MiB, because GitHub drops the complete summary of a step
// above that.
const summaryLimit = 900 << 10

const truncatedSummaryNote = "> [!NOTE]\n> This summary is too long for GitHub, so it is incomplete. The complete text is in the log of the step.\n\n"

var outputNamePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// SetOutput sets an output of the step. Without a runner it does nothing. It returns an
// error if it can't write the file for outputs.
func (r *Runner) SetOutput(name, value string) error {
	if !outputNamePattern.MatchString(name) {
		return fmt.Errorf("output %q: not a valid name", name)
	}
	return r.writeOutput(name, strings.ToValidUTF8(r.redactOutput(value), "\uFFFD"))
}

// SetRedactedOutput is like SetOutput for a value whose content was redacted before it
// was encoded. It doesn't redact, because a secret such as "update" would damage the
// structure of the value.
func (r *Runner) SetRedactedOutput(name, value string) error {
	if !outputNamePattern.MatchString(name) {
		return fmt.Errorf("output %q: not a valid name", name)
	}
	return r.writeOutput(name, strings.ToValidUTF8(value, "\uFFFD"))
}

func (r *Runner) writeOutput(name, value string) error {
	// The delimiter is random: with a known one, a value could set other outputs.
	delimiter := "end-" + rand.Text()
	for strings.Contains(value, delimiter) {
		delimiter = "end-" + rand.Text()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.appendToFile("GITHUB_OUTPUT", name+"<<"+delimiter+"\n"+value+"\n"+delimiter+"\n"); err != nil {
		return fmt.Errorf("output %s: %w", name, err)
	}
	return nil
}

var jsonStringPattern = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// redactOutput returns value without secrets. In JSON it redacts only strings, so that
// a secret such as true or 1 doesn't break the parser of a later step.
func (r *Runner) redactOutput(value string) string {
	if !json.Valid([]byte(value)) {
		return r.RedactString(value)
	}
	return jsonStringPattern.ReplaceAllStringFunc(value, func(text string) string {
		return `"` + r.RedactString(text[1:len(text)-1]) + `"`
	})
}

// AppendSummary appends Markdown to the job summary. If the summary would be larger
// than summaryLimit, it cuts the text and adds a note at the top. Without a runner it
// does nothing.
func (r *Runner) AppendSummary(markdown string) error {
	text := r.Redact(markdown).Map(func(s string) string { return strings.TrimSuffix(strings.ToValidUTF8(s, "\uFFFD"), "\n") + "\n" })
	markdown = text.String()
	r.mu.Lock()
	defer r.mu.Unlock()
	// The note is at the top, where it can't be inside a fence or a folded section.
	if room := summaryLimit - r.summaryBytes; len(markdown) > room {
		markdown = truncatedSummaryNote + text.TruncateLines(room-len(truncatedSummaryNote))
	}
	if err := r.appendToFile("GITHUB_STEP_SUMMARY", markdown); err != nil {
		return fmt.Errorf("job summary: %w", err)
	}
	r.summaryBytes += len(markdown)
	return nil
}

// appendToFile appends to the file that an environment variable of the runner names.
// The runner reads it after the step.
func (r *Runner) appendToFile(variable, text string) error {
	path := r.getenv(variable)
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		if _, err = f.WriteString(text); err != nil && info.Mode().IsRegular() { // the runner would refuse all outputs because of an incomplete one
			err = errors.Join(err, f.Truncate(info.Size()))
		}
	}
	return errors.Join(err, f.Close())
}

// SetSecretOutput sets an output whose value is a secret on purpose. It doesn't redact
// the value; the runner masks it in the log. Without a file for outputs it returns an
// error, because the secret would be lost.
func (r *Runner) SetSecretOutput(name, value string) error {
	if err := r.CheckSecretOutput(); err != nil {
		return fmt.Errorf("output %s: %w", name, err)
	}
	return r.writeOutput(name, value)
}

// CheckSecretOutput checks that SetSecretOutput can work: a file for outputs exists, and
// a runner masks the value, because later steps and jobs may print outputs.
func (r *Runner) CheckSecretOutput() error {
	switch {
	case r.getenv("GITHUB_OUTPUT") == "":
		return errors.New("GITHUB_OUTPUT is not set, so there is no file for outputs; save the value to a file")
	case !r.IsGitHubActions():
		return errors.New("only a GitHub runner can mask the value (GITHUB_ACTIONS and GITHUB_RUN_ID are not set); save it to a file")
	}
	return nil
}
