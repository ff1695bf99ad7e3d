// Package github communicates with the GitHub Actions runner and with GitHub's API.
//
// Runner writes log lines, workflow commands, annotations, masks, outputs and the job
// summary. It redacts secrets in all of them, and text from outside can't become a
// command, an output or a mention. It writes the log only to stdout, because the runner
// reads stdout and stderr through two pipes and doesn't keep the order between them.
// Event describes the event that started the run.
//
// REST is the client of GitHub's API: for the comments of this program on pull requests,
// and for the pull request that a commit belongs to.
//
// Of this module, the package imports only redact and retry.
package github

import (
	"io"
	"strings"
	"sync"

	"github.com/sethvargo/go-githubactions"

	"astro-apply/internal/redact"
)

// Runner writes to a GitHub Actions runner, or to a terminal outside of one. It is safe
// for concurrent use.
type Runner struct {
	getenv  func(string) string
	secrets redact.Secrets

	mu           sync.Mutex // guards the fields below
	out          io.Writer
	inGroup      bool
	summaryBytes int // bytes written to the job summary
	masked       map[string]bool
	logErr       error
}

// NewRunner returns a Runner that reads environment variables with getenv and writes
// its log to stdout.
func NewRunner(getenv func(string) string, stdout io.Writer) *Runner {
	return &Runner{getenv: getenv, out: stdout}
}

// IsGitHubActions reports whether a GitHub Actions runner reads stdout. Otherwise the
// Runner writes plain text instead of workflow commands. It also looks at other variables,
// because older container hooks for Kubernetes don't pass GITHUB_ACTIONS.
func (r *Runner) IsGitHubActions() bool {
	if set := r.getenv("GITHUB_ACTIONS"); set != "" {
		return set == "true"
	}
	return r.getenv("GITHUB_RUN_ID") != "" || r.getenv("GITHUB_WORKFLOW") != "" && r.getenv("GITHUB_JOB") != ""
}

// Print writes one or several lines of text to the log. It sanitizes them, so that no
// line is a workflow command, and control characters are shown as escapes.
func (r *Runner) Print(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writeLine(r.sanitizeText(text))
}

// StartGroup starts a foldable group in the log. It ends the previous group, because
// the runner doesn't support nested groups.
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

// EndGroup ends the current group, if any.
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

// Debug writes text only in a run with debug logging, in which the runner sets
// RUNNER_DEBUG to 1.
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

// sanitizeText makes text safe for the log: it redacts secrets, then sanitizes each line.
func (r *Runner) sanitizeText(text string) string { return sanitizeLines(r.RedactString(text)) }

// sanitizeLines is SanitizeLine for text of several lines.
func sanitizeLines(text string) string {
	lines := strings.Split(strings.TrimSuffix(escapeUnprintableLines(text), "\n"), "\n")
	for i, l := range lines {
		lines[i] = escapeCommand(l)
	}
	return strings.Join(lines, "\n")
}

// writeCommand writes a workflow command. The caller has redacted data. writeCommand uses
// only the library's encoding, which matches the runner's decoding; the library's write
// methods panic if stdout is closed.
func (r *Runner) writeCommand(name, data string, properties map[string]string) {
	r.writeLine((&githubactions.Command{Name: name, Message: data, Properties: properties}).String())
}

// writeLine writes a line to stdout in one call, so that concurrent lines don't mix.
func (r *Runner) writeLine(text string) {
	if _, err := io.WriteString(r.out, text+"\n"); err != nil && r.logErr == nil {
		r.logErr = err
	}
}

// LogErr returns the first error of a write to the log, nil if the log is complete.
func (r *Runner) LogErr() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.logErr
}
