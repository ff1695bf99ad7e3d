package manifest

import (
	"bytes"
	"errors"
	"regexp"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"

	"astro-apply/internal/schema"
)

var (
	newline = []byte{'\n'}
	oddEnd  = regexp.MustCompile(`[\x{85}\x{2028}\x{2029}]|\r(?:[^\n]|$)`)
)

// odd refuses what ends a line to the YAML library, but not to GitHub: what is
// shown as a comment could go on as a value, and the lines of all that follows
// would be counted wrong.
func (r *reader) odd() bool {
	at := oddEnd.FindIndex(r.data)
	if at == nil || bytes.HasPrefix(r.data, []byte("\xff\xfe")) || bytes.HasPrefix(r.data, []byte("\xfe\xff")) { // UTF-16
		return false
	}
	char, _ := utf8.DecodeRune(r.data[at[0]:])
	r.report(r.place(at[0]), "%q ends a line to some readers only; write it as an escape, in double quotes", char)
	return true
}

func (r *reader) pos(n *yaml.Node) schema.Pos { return r.within(n.Line, n.Column) }

// within keeps the place of what isn't there, such as an empty value or the
// end of a list, in the file.
func (r *reader) within(line, col int) schema.Pos {
	if line > r.lines {
		return r.place(len(r.data))
	}
	return schema.Pos{File: r.name, Line: line, Col: col}
}

// place is the line and the column, in characters, of a byte.
func (r *reader) place(offset int) schema.Pos {
	before := r.data[:min(offset, len(r.data))]
	return schema.Pos{
		File: r.name,
		Line: 1 + bytes.Count(before, newline),
		Col:  1 + utf8.RuneCount(before[bytes.LastIndex(before, newline)+1:]),
	}
}

// syntax reports what the YAML library refused, at the place it names. Of what
// isn't even text it only knows the offset.
func (r *reader) syntax(err error) {
	pos, message := r.place(0), err.Error()
	if load, ok := errors.AsType[*yaml.LoadError](err); ok {
		message = load.Message
		if pos = r.place(load.Mark.Index); load.Mark.Line > 0 {
			pos = r.within(load.Mark.Line, max(load.Mark.Column, 1))
		}
	}
	r.report(pos, "not valid YAML: %s%s", message, hints[message])
}

// hints say what the library's words mean most of the time.
var hints = map[string]string{ //nolint:gosec // words of the library, not credentials
	"found character that cannot start any token":    " (a tab? YAML indents with spaces only; a value that starts with @ or ` needs quotes)",
	"did not find expected ',' or '}'":               " (inside { } a value that holds a brace, a comma or a colon needs quotes, and so does ${env:NAME})",
	"did not find expected ',' or ']'":               " (inside [ ] a value that holds a bracket, a brace, a comma or a colon needs quotes)",
	"mapping values are not allowed in this context": " (a value that holds a colon and a blank needs quotes; or this line is indented too deep)",
	"did not find expected '-' indicator":            " (wrong indentation: line it up with the item above)",
	"did not find expected key":                      " (wrong indentation, or a quote that is not closed)",
	"found incompatible YAML document":               " (leave the %YAML line out)",
}
