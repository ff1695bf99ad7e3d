// Package github is the runner's surface: log lines, workflow commands,
// annotations, masks, outputs, the job summary and the event that started the
// run. Everything that leaves through it is scrubbed of secrets, and text from
// outside can't become a command, an output or a mention. It imports no other
// package of this module but redact.
//
// All of that goes to stdout: the runner reads stdout and stderr through two
// pipes and doesn't keep the order between them.
//
// Beside the runner there is GitHub's API, as a REST: our comments on pull
// requests, and the pull request that a commit came with.
package github

import (
	"io"
	"strings"
	"sync"

	"github.com/sethvargo/go-githubactions"

	"astro-apply/internal/redact"
)

// Runner writes to a GitHub Actions runner, or to a terminal when there is
// none. It is safe for concurrent use.
type Runner struct {
	getenv  func(string) string
	secrets redact.Secrets

	mu           sync.Mutex // guards what follows
	out          io.Writer
	inGroup      bool
	summaryBytes int // bytes written to the job summary
	masked       map[string]bool
	logErr       error
}

// NewRunner returns the runner whose variables getenv reads and whose log is stdout.
func NewRunner(getenv func(string) string, stdout io.Writer) *Runner {
	return &Runner{getenv: getenv, out: stdout}
}

// IsGitHubActions reports whether a GitHub Actions runner reads stdout. Otherwise
// workflow commands are written as plain text. Older container hooks for
// Kubernetes don't set GITHUB_ACTIONS, and pass on the rest.
func (r *Runner) IsGitHubActions() bool {
	if set := r.getenv("GITHUB_ACTIONS"); set != "" {
		return set == "true"
	}
	return r.getenv("GITHUB_RUN_ID") != "" || r.getenv("GITHUB_WORKFLOW") != "" && r.getenv("GITHUB_JOB") != ""
}

// Print writes text, one line or several, to the log. No line of it can be a
// workflow command, and control characters are shown as escapes.
func (r *Runner) Print(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writeLine(r.sanitizeText(text))
}

// StartGroup opens a foldable part of the log and closes the one before: the runner
// can't nest them.
func (r *Runner) StartGroup(title string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endGroup()
	r.inGroup = true
	title = SanitizeLine(r.RedactString(title))
	if !r.IsGitHubActions() {
		r.writeLine(title)
		return
	}
	r.writeCommand("group", title, nil)
}

// EndGroup closes the group, if one is open.
func (r *Runner) EndGroup() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endGroup()
}

func (r *Runner) endGroup() {
	if r.inGroup && r.IsGitHubActions() {
		r.writeCommand("endgroup", "", nil)
	}
	r.inGroup = false
}

// Debug writes text that is of use only when a run is repeated with debug
// logging, which sets RUNNER_DEBUG to 1.
func (r *Runner) Debug(text string) {
	if r.getenv("RUNNER_DEBUG") != "1" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.IsGitHubActions() {
		r.writeLine(r.sanitizeText("debug: " + text))
		return
	}
	r.writeCommand("debug", escapeUnprintableLines(r.RedactString(text)), nil)
}

// sanitizeText makes text safe for the log: scrubbed, then neutral line by line.
func (r *Runner) sanitizeText(text string) string { return sanitizeLines(r.RedactString(text)) }

// sanitizeLines is Neutral for text of several lines.
func sanitizeLines(text string) string {
	lines := strings.Split(strings.TrimSuffix(escapeUnprintableLines(text), "\n"), "\n")
	for i, l := range lines {
		lines[i] = escapeCommand(l)
	}
	return strings.Join(lines, "\n")
}

// writeCommand writes a workflow command. The library's escaping of data and
// properties matches the runner's decoding; its own write methods panic when
// stdout is gone, so only the encoding is used. data is scrubbed already.
func (r *Runner) writeCommand(name, data string, properties map[string]string) {
	r.writeLine((&githubactions.Command{Name: name, Message: data, Properties: properties}).String())
}

// writeLine writes to stdout in one call, so that lines don't mix.
func (r *Runner) writeLine(text string) {
	if _, err := io.WriteString(r.out, text+"\n"); err != nil && r.logErr == nil {
		r.logErr = err
	}
}

// LogErr returns the first error of a write to the log, nil if all of it was
// written.
func (r *Runner) LogErr() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.logErr
}
