package github

import (
	"maps"
	"strconv"
)

// Level is the severity of an annotation.
type Level string

// Levels of annotations that the runner supports.
const (
	Error   Level = "error"
	Warning Level = "warning"
	Notice  Level = "notice"
)

// Limits of GitHub for an annotation, in UTF-16 units. GitHub itself would cut the
// message in the middle of a character, and without an ellipsis.
const (
	messageLimit = 4096
	titleLimit   = 255
)

// Annotation is a message that GitHub shows on the run's page. If File is part of a
// pull request, GitHub also shows it at the line there.
type Annotation struct {
	Level     Level
	File      string // relative to the workspace; "" for none
	Line, Col int    // from 1; 0 for unknown
	Title     string // one line, "" for none
	Message   string // plain text; GitHub keeps line breaks
}

// Annotate writes an annotation. GitHub keeps only the first ten of each level per
// step, so the caller writes the most useful ones first. Outside of a runner, Annotate
// prints the level and the message.
func (r *Runner) Annotate(a Annotation) {
	a.File = SanitizeLine(r.RedactString(a.File))
	title := r.Redact(a.Title).Map(SanitizeLine).Truncate(titleLimit)
	message := r.Redact(a.Message).Map(sanitizeLines).Truncate(messageLimit)
	if !r.env.OnRunner {
		r.Print(string(a.Level) + ": " + message)
		return
	}
	properties := map[string]string{"title": title, "file": a.File}
	if a.File != "" && a.Line > 0 {
		properties["line"] = strconv.Itoa(a.Line)
		if a.Col > 0 {
			properties["col"] = strconv.Itoa(a.Col)
		}
	}
	maps.DeleteFunc(properties, func(_, value string) bool { return value == "" })
	r.mu.Lock()
	defer r.mu.Unlock()
	action := r.action.WithFieldsMap(properties)
	switch a.Level {
	case Error:
		action.Errorf("%s", message)
	case Warning:
		action.Warningf("%s", message)
	case Notice:
		action.Noticef("%s", message)
	}
}
