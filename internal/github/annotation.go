package github

import (
	"fmt"
	"strconv"
)

// Level is how serious an annotation is.
type Level string

// The levels that the runner knows.
const (
	Error   Level = "error"
	Warning Level = "warning"
	Notice  Level = "notice"
)

// What GitHub keeps of an annotation, in UTF-16 units: it would cut the
// message by itself, in the middle of a character and without a sign of it.
const (
	messageLimit = 4096
	titleLimit   = 255
)

// Annotation is a message that GitHub shows on the run's page and, when it has
// a File that is part of a pull request, beside the line.
type Annotation struct {
	Level     Level
	File      string // relative to the workspace; "" for none
	Line, Col int    // from 1; 0 for unknown
	Title     string // one line, "" for none
	Message   string // plain text, line breaks are kept
}

// Annotate writes an annotation. GitHub keeps the first ten of each level per
// step; the caller decides which those are.
func (r *Runner) Annotate(a Annotation) {
	a.File = SanitizeLine(r.RedactString(a.File))
	title := r.Redact(a.Title).Map(SanitizeLine).Truncate(titleLimit)
	message := r.Redact(a.Message).Map(sanitizeLines).Truncate(messageLimit)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.IsGitHubActions() {
		r.writeLine(r.sanitizeText(a.positionPrefix() + string(a.Level) + ": " + message))
		return
	}
	properties := map[string]string{}
	if title != "" {
		properties["title"] = title
	}
	if a.File != "" {
		properties["file"] = a.File
		if a.Line > 0 {
			properties["line"] = strconv.Itoa(a.Line)
			if a.Col > 0 {
				properties["col"] = strconv.Itoa(a.Col)
			}
		}
	}
	r.writeCommand(string(a.Level), message, properties)
}

// positionPrefix is where an annotation belongs, in the form that editors and terminals
// make a link of.
func (a Annotation) positionPrefix() string {
	switch {
	case a.File == "":
		return ""
	case a.Line <= 0:
		return a.File + ": "
	case a.Col <= 0:
		return fmt.Sprintf("%s:%d: ", a.File, a.Line)
	}
	return fmt.Sprintf("%s:%d:%d: ", a.File, a.Line, a.Col)
}
