package github

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
)

// summaryLimit is below 1 MiB, because GitHub drops the complete summary of a step
// above that.
const summaryLimit = 900 << 10

const truncatedSummaryNote = "> [!NOTE]\n> This summary is too long for GitHub, so it is incomplete. The complete text is in the log of the step.\n\n"

// SetRedactedOutput sets an output of the step. Without a runner it does nothing. value was
// redacted before it was encoded: redacting it here could damage its structure, for
// example if a secret is the word "update".
func (r *Runner) SetRedactedOutput(name, value string) error {
	return r.writeOutput(name, strings.ToValidUTF8(value, "\uFFFD"))
}

// writeOutput writes the file for outputs itself. The library's delimiter is a constant, so
// a value could contain it and set other outputs.
func (r *Runner) writeOutput(name, value string) error {
	delimiter := "end-" + rand.Text()
	for strings.Contains(value, delimiter) {
		delimiter = "end-" + rand.Text()
	}
	if err := r.appendToFile(r.env.OutputFile, name+"<<"+delimiter+"\n"+value+"\n"+delimiter+"\n"); err != nil {
		return fmt.Errorf("output %s: %w", name, err)
	}
	return nil
}

// AppendSummary appends Markdown to the job summary. If it is larger than summaryLimit,
// AppendSummary cuts it and adds a note at the top, where the note can't be inside a fence
// or a folded section. Without a runner it does nothing. The library has no limit, and
// panics if it can't write the file.
func (r *Runner) AppendSummary(markdown string) error {
	text := r.Redact(markdown).Map(func(s string) string {
		return strings.TrimSuffix(strings.ToValidUTF8(s, "\uFFFD"), "\n") + "\n"
	})
	markdown = text.String()
	if len(markdown) > summaryLimit {
		markdown = truncatedSummaryNote + text.TruncateLines(summaryLimit-len(truncatedSummaryNote))
	}
	if err := r.appendToFile(r.env.StepSummary, markdown); err != nil {
		return fmt.Errorf("job summary: %w", err)
	}
	return nil
}

// appendToFile appends to a file that the runner reads after the step. Without a path it
// does nothing.
func (r *Runner) appendToFile(path, text string) error {
	if path == "" {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
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
	case r.env.OutputFile == "":
		return errors.New("GITHUB_OUTPUT is not set, so there is no file for outputs; save the value to a file")
	case !r.env.OnRunner:
		return errors.New("only a GitHub runner can mask the value (GITHUB_ACTIONS and GITHUB_RUN_ID are not set); save it to a file")
	}
	return nil
}
