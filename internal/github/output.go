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

// summaryLimit is well under the 1 MiB above which GitHub drops a step's
// summary as a whole.
const summaryLimit = 900 << 10

const truncatedSummaryNote = "> [!NOTE]\n> This summary is longer than GitHub shows. All of it is in the log of the step.\n\n"

var outputNamePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// SetOutput sets an output of the step. Without a runner it does nothing. The
// error says that the output file could not be written.
func (r *Runner) SetOutput(name, value string) error {
	if !outputNamePattern.MatchString(name) {
		return fmt.Errorf("output %q: not a name", name)
	}
	return r.writeOutput(name, strings.ToValidUTF8(r.redactOutput(value), "\uFFFD"))
}

// SetRedactedOutput is Output for a value whose content was scrubbed before it was
// encoded. It is written as it is: a secret such as update must not damage the
// structure of the value.
func (r *Runner) SetRedactedOutput(name, value string) error {
	if !outputNamePattern.MatchString(name) {
		return fmt.Errorf("output %q: not a name", name)
	}
	return r.writeOutput(name, strings.ToValidUTF8(value, "\uFFFD"))
}

func (r *Runner) writeOutput(name, value string) error {
	// Whoever could guess the delimiter could set other outputs by a value.
	end := "end-" + rand.Text()
	for strings.Contains(value, end) {
		end = "end-" + rand.Text()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.appendToFile("GITHUB_OUTPUT", name+"<<"+end+"\n"+value+"\n"+end+"\n"); err != nil {
		return fmt.Errorf("output %s: %w", name, err)
	}
	return nil
}

var jsonStringPattern = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// redactOutput is value without secrets. In JSON only texts are looked at, so that
// a secret such as true or 1 doesn't break a later step's parser.
func (r *Runner) redactOutput(value string) string {
	if !json.Valid([]byte(value)) {
		return r.RedactString(value)
	}
	return jsonStringPattern.ReplaceAllStringFunc(value, func(text string) string {
		return `"` + r.RedactString(text[1:len(text)-1]) + `"`
	})
}

// AppendSummary appends markdown to the job summary, in all at most 900 KiB of it.
// What is cut is said at the top. Without a runner it does nothing.
func (r *Runner) AppendSummary(markdown string) error {
	text := r.Redact(markdown).Map(func(s string) string { return strings.TrimSuffix(strings.ToValidUTF8(s, "\uFFFD"), "\n") + "\n" })
	markdown = text.String()
	r.mu.Lock()
	defer r.mu.Unlock()
	// At the top it can't end up inside a fence or a folded part.
	if room := summaryLimit - r.summaryBytes; len(markdown) > room {
		markdown = truncatedSummaryNote + text.TruncateLines(room-len(truncatedSummaryNote))
	}
	if err := r.appendToFile("GITHUB_STEP_SUMMARY", markdown); err != nil {
		return fmt.Errorf("job summary: %w", err)
	}
	r.summaryBytes += len(markdown)
	return nil
}

// appendToFile writes to one of the runner's files, which it reads after the step.
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
		if _, err = f.WriteString(text); err != nil && info.Mode().IsRegular() { // half an output would make the runner refuse all of them
			err = errors.Join(err, f.Truncate(info.Size()))
		}
	}
	return errors.Join(err, f.Close())
}

// SetSecretOutput sets an output to a value that is secret on purpose: the runner masks it
// in the log, and it is not scrubbed. Without a file for outputs it is an error,
// since nobody would get it.
func (r *Runner) SetSecretOutput(name, value string) error {
	if err := r.CheckSecretOutput(); err != nil {
		return fmt.Errorf("output %s: %w", name, err)
	}
	return r.writeOutput(name, value)
}

// CheckSecretOutput checks that there is a file for outputs, and a runner that masks what is
// written there: later steps and jobs print outputs.
func (r *Runner) CheckSecretOutput() error {
	switch {
	case r.getenv("GITHUB_OUTPUT") == "":
		return errors.New("there is no file for outputs here (GITHUB_OUTPUT)")
	case !r.IsGitHubActions():
		return errors.New("it can't be masked outside of a GitHub runner (GITHUB_ACTIONS and GITHUB_RUN_ID are not set); save it to a file")
	}
	return nil
}
