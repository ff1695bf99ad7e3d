// Package github communicates with the GitHub Actions runner and with GitHub's API.
//
// Runner writes log lines, workflow commands, annotations, masks, outputs and the job
// summary. It redacts secrets in all of them, and text from outside can't become a
// command, an output or a mention. It writes the log only to stdout, because the runner
// reads stdout and stderr through two pipes and doesn't keep the order between them.
// Event describes the event that started the run.
//
// REST is the client of GitHub's API: for the comments of this program on pull requests,
// for its issue about drift, and for the pull request that a commit belongs to.
//
// Of this module, the package imports only apiurl, redact and retry.
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
	env     Environment
	secrets redact.Secrets

	mu     sync.Mutex            // guards the fields below
	action *githubactions.Action // writes to log; gets only text that is redacted and sanitized
	log    *logWriter
	masked map[string]bool
}

// NewRunner returns a Runner that writes its log to stdout.
func NewRunner(env Environment, stdout io.Writer) *Runner {
	log := &logWriter{out: stdout}
	action := githubactions.New(githubactions.WithWriter(log))
	return &Runner{env: env, log: log, action: action, masked: map[string]bool{}}
}

// logWriter keeps the first error of a write instead of returning it. The library would
// panic, and a closed log must not end a run.
type logWriter struct {
	out io.Writer
	err error
}

func (l *logWriter) Write(b []byte) (int, error) {
	if _, err := l.out.Write(b); err != nil && l.err == nil {
		l.err = err
	}
	return len(b), nil
}

// LogErr returns the first error of a write to the log, nil if the log is complete.
func (r *Runner) LogErr() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.err
}

// Print writes one or several lines of text to the log. It sanitizes them, so that no
// line is a workflow command, and control characters are shown as escapes.
func (r *Runner) Print(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text = r.sanitizeText(text) // under the lock, so that a mask that another goroutine sets in between counts
	r.action.Infof("%s", text)
}

// StartGroup starts a foldable group of the log, which the returned function ends. The
// runner doesn't support nested groups.
func (r *Runner) StartGroup(title string) (end func()) {
	title = SanitizeLine(r.RedactString(title))
	if !r.env.OnRunner {
		r.Print(title)
		return func() {}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.action.Group(title)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.action.EndGroup()
	}
}

// PrintGroup writes text as a group. It writes nothing if text is empty.
func (r *Runner) PrintGroup(title, text string) {
	if text != "" {
		defer r.StartGroup(title)()
		r.Print(text)
	}
}

// Debug writes text only in a run with debug logging.
func (r *Runner) Debug(text string) {
	switch {
	case !r.env.IsDebug:
		return
	case !r.env.OnRunner:
		r.Print("debug: " + text)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	text = escapeUnprintableLines(r.RedactString(text))
	r.action.Debugf("%s", text)
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
