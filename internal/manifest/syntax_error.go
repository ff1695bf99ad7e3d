package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"
)

// addSyntaxError reports an error of the YAML library where the mistake starts. For
// invalid UTF-8, the library only reports the offset.
func (r *reader) addSyntaxError(err error) {
	load, ok := errors.AsType[*yaml.LoadError](err)
	switch {
	case !ok:
		r.addErrorf(r.positionAt(0), "not valid YAML: %s", err)
	case load.Mark.Line == 0:
		r.addErrorf(r.positionAt(load.Mark.Index), "not valid YAML: %s", load.Message)
	default:
		if offset, problem := r.findMistake(load); problem != "" {
			r.addErrorf(r.positionAt(offset), "not valid YAML: %s", problem)
			return
		}
		pos := r.clampPosition(load.Mark.Line, max(load.Mark.Column, 1))
		r.addErrorf(pos, "not valid YAML: %s%s", load.Message, syntaxHints[load.Message])
	}
}

// syntaxHints explains the usual cause of the library's error messages.
var syntaxHints = map[string]string{
	"did not find expected ',' or '}'":               " (inside { }, quote ${env:NAME} and values that contain a brace, a comma or a colon)",
	"did not find expected ',' or ']'":               " (inside [ ], quote values that contain a bracket, a brace, a comma or a colon)",
	"mapping values are not allowed in this context": ` (quote values that contain ": ", or indent this line less)`,
	"did not find expected '-' indicator":            " (wrong indentation: align this line with the item above)",
	"did not find expected key":                      " (wrong indentation, or a missing closing quote)",
}

// The starts of unquoted values that YAML doesn't read as text.
var (
	templateStart = regexp.MustCompile(`(?:^|[:,-] |\[) *(\{[{%])`)
	aliasStart    = regexp.MustCompile(`(?:^|[:,-] |[\[{]) *([*&])`)
)

const (
	templateProblem = "an unquoted value can't start with %s; write the whole value in quotes, " +
		"or read a variable with ${env:NAME}"
	unclosedProblem = "the quote %c that starts here is not closed on its line; add %c at the end of the value"
)

// findMistake returns the offset of a common mistake and its problem, with the fix. The
// library finds such a mistake only in the text that follows it. problem is "" for other
// errors.
func (r *reader) findMistake(load *yaml.LoadError) (offset int, problem string) {
	found := r.offsetAt(load.Mark.Line, load.Mark.Column)
	context := r.offsetAt(load.ContextMark.Line, load.ContextMark.Column)
	for _, offset := range []int{found, context} {
		if start, text := r.lastOnLine(templateStart, offset); text != "" {
			return start, fmt.Sprintf(templateProblem, text)
		}
	}
	isUnclosed := load.ContextMsg == "while scanning a quoted scalar" && load.Message == "found unexpected end of stream"
	if isUnclosed {
		found = context
	}
	open, quote := r.quotedTextBefore(found)
	switch {
	case open >= 0 && bytes.Contains(r.fileData[open:found], newline):
		return open, fmt.Sprintf(unclosedProblem, quote, quote)
	case isUnclosed:
		return found, fmt.Sprintf(unclosedProblem, r.fileData[found], r.fileData[found])
	case open >= 0 && load.Message == "did not find expected key":
		escaped := map[byte]string{'\'': "''", '"': `\"`}[quote]
		return found, "there is text after the closing quote; remove it, " +
			"or write a quote inside the value as " + escaped
	case load.Message == "found character that cannot start any token" && r.fileData[found] == '\t':
		return found, "YAML allows no tabs for indentation; use spaces"
	case load.Message == "found character that cannot start any token":
		return found, fmt.Sprintf("an unquoted value can't start with %c; write the value in quotes", r.fileData[found])
	}
	switch start, sign := r.lastOnLine(aliasStart, found); {
	case strings.HasPrefix(load.Message, "unknown anchor"):
		return found, load.Message + ` (write a value that starts with * in quotes, such as "*/5 * * * *")`
	case load.Message != "did not find expected alphabetic or numeric character":
	case sign == "*":
		return start, `a value that starts with * is an alias in YAML; write it in quotes, such as "*/5 * * * *"`
	case sign == "&":
		return start, "a value that starts with & is an anchor in YAML; write it in quotes"
	}
	return 0, ""
}

// lastOnLine returns the last match of the group in pattern on the line of offset, up to
// the byte there. text is "" without a match.
func (r *reader) lastOnLine(pattern *regexp.Regexp, offset int) (start int, text string) {
	lineStart := bytes.LastIndex(r.fileData[:offset], newline) + 1
	lineStart = max(lineStart, offset-1000) // a hostile line has megabytes of matches
	line := r.fileData[lineStart:min(offset+1, len(r.fileData))]
	for _, m := range pattern.FindAllSubmatchIndex(line, -1) {
		start, text = lineStart+m[2], string(line[m[2]:m[3]])
	}
	return start, text
}

// quotedTextBefore returns the offset of the opening quote of the text whose closing quote
// is the last character before offset on the line, or -1 if there is none.
func (r *reader) quotedTextBefore(offset int) (open int, quote byte) {
	text := bytes.TrimRight(r.fileData[:offset], " ")
	if len(text) == 0 || text[len(text)-1] != '"' && text[len(text)-1] != '\'' {
		return -1, 0
	}
	quote = text[len(text)-1]
	for i := len(text) - 2; i >= 0; i-- {
		switch {
		case text[i] != quote:
		case quote == '\'' && i > 0 && text[i-1] == quote:
			i-- // '' stands for a quote
		case quote == '"' && i > 0 && text[i-1] == '\\':
		default:
			return i, quote
		}
	}
	return -1, 0
}

// offsetAt returns the offset of a line and column, which count from 1.
func (r *reader) offsetAt(line, col int) int {
	offset := len(r.fileData) - len(bytes.TrimPrefix(r.fileData, byteOrderMark)) // columns don't count it
	for ; line > 1; line-- {
		end := bytes.IndexByte(r.fileData[offset:], '\n')
		if end < 0 {
			return len(r.fileData)
		}
		offset += end + 1
	}
	for ; col > 1 && offset < len(r.fileData); col-- {
		_, size := utf8.DecodeRune(r.fileData[offset:])
		offset += size
	}
	return offset
}
